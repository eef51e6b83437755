//! The session of a login, and its tokens.

use std::time::Duration;

use time::OffsetDateTime;

use super::proof::ProofParts;
use super::{AuthProof, IssuedTokens};
use crate::accounts::Accounts;
use crate::backend::Backend;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind, SessionsEnded};
use crate::session::{NewSession, NewSessionParams, PrivilegeText, SessionId};
use crate::strategy::{IssueRequest, IssuedToken};
use crate::user::AuthUser;

/// Issues the tokens of a login, and starts a session if the backend has sessions. The row is stored
/// before a token leaves: a failure leaves nothing that could be used.
pub(super) async fn issue<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    proof: AuthProof<U>,
    context: &Context,
) -> Result<IssuedTokens<U>, Unavailable> {
    let now = accounts.now();
    let ProofParts {
        user,
        auth_time,
        methods,
        remembered,
    } = proof.into_parts(now);
    if !backend.has_sessions() {
        let request = IssueRequest::new(&user, accounts.realm(), None, auth_time, &methods, now);
        let access = backend.strategy().issue(request).await?;
        return Ok(IssuedTokens {
            user,
            backend: backend.shared_name(),
            access,
            refresh: None,
            session: None,
            remembered,
        });
    }
    let sessions = accounts.session_settings()?;
    let session = sessions.new_session().map_err(Unavailable::new)?;
    let material = Some(session.key_material());
    let request = IssueRequest::new(&user, accounts.realm(), material, auth_time, &methods, now);
    let access = backend.strategy().issue(request).await?;
    let params = NewSessionParams {
        owner: sessions.owner(user.id())?,
        backend: backend.name(),
        epoch: user.epoch(),
        client: context.client().user_agent().map(str::to_owned),
        access_life: secret_life(backend, &access, sessions.longest_life()),
        remembered,
        privileges: classic_privileges(backend, &user),
        auth_time,
        methods,
        now,
    };
    let row = sessions.first_row(&session, params);
    let (access, refresh) = handed_out(backend, &session, access, left_until(row.expires_at, now));
    sessions.store().insert_session(row).await?;
    let id = session.token.id;
    let event = AuthEvent::new(EventKind::SessionCreated, context).with_user(user.id());
    accounts.raise(event.with_session(&id));
    Ok(IssuedTokens {
        user,
        backend: backend.shared_name(),
        access,
        refresh,
        session: Some(id),
        remembered,
    })
}

/// Ends the session of a login that fails after all. Its tokens have not left: if this fails too, the
/// row expires unused.
pub(super) async fn take_back<U: AuthUser>(
    accounts: &Accounts<U>,
    issued: &IssuedTokens<U>,
    context: &Context,
) {
    if let Some(id) = &issued.session
        && let Err(error) = end_unused(accounts, id, context).await
    {
        accounts.background_failed("the session of a login that failed", &error, context);
    }
}

async fn end_unused<U: AuthUser>(
    accounts: &Accounts<U>,
    id: &SessionId,
    context: &Context,
) -> Result<(), Unavailable> {
    let row = accounts.session_settings()?.store().session(id).await?;
    if let Some(row) = row {
        accounts
            .delete_session_row(&row, SessionsEnded::LoginFailed, context)
            .await?;
    }
    Ok(())
}

/// How long an access token lives that is the secret of its session, which ends at the latest after
/// `longest`.
pub(super) fn secret_life<U: AuthUser>(
    backend: &Backend<U>,
    access: &IssuedToken,
    longest: Duration,
) -> Option<Duration> {
    if backend.is_classic() {
        return Some(longest);
    }
    let is_secret = backend.strategy().is_session_secret();
    is_secret.then(|| access.expires_in())
}

/// The privileges of a user for which the secret of a classic session is issued.
pub(super) fn classic_privileges<U: AuthUser>(
    backend: &Backend<U>,
    user: &U,
) -> Option<PrivilegeText> {
    backend.is_classic().then(|| PrivilegeText::of(user))
}

/// Returns the tokens for the client of a session that ends after `left` unless it is used.
pub(super) fn handed_out<U: AuthUser>(
    backend: &Backend<U>,
    session: &NewSession,
    access: IssuedToken,
    left: Duration,
) -> (IssuedToken, Option<IssuedToken>) {
    if backend.is_classic() {
        return (access.living(left), None);
    }
    let refresh = IssuedToken::new(session.token.text().to_string(), left);
    (access, Some(refresh))
}

pub(super) fn left_until(end: OffsetDateTime, now: OffsetDateTime) -> Duration {
    (end - now).try_into().unwrap_or_default()
}
