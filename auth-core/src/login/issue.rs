//! The session of a login, and its tokens.

use std::time::Duration;

use super::{AuthProof, IssuedTokens};
use crate::accounts::Accounts;
use crate::backend::Backend;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind, SessionsEnded};
use crate::session::{NewSession, NewSessionParams, SessionId};
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
    let (user, auth_time, methods) = proof.into_parts(now);
    if !backend.has_sessions() {
        let request = IssueRequest::new(&user, accounts.realm(), None, auth_time, &methods, now);
        let access = backend.strategy().issue(request).await?;
        return Ok(IssuedTokens {
            user,
            backend: backend.shared_name(),
            access,
            refresh: None,
            session: None,
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
        access_life: secret_life(backend, &access),
        auth_time,
        methods,
        now,
    };
    let row = sessions.first_row(&session, params);
    let left = (row.expires_at - now).try_into().unwrap_or_default();
    sessions.store().insert_session(row).await?;
    let id = session.token.id;
    let event = AuthEvent::new(EventKind::SessionCreated, context).with_user(user.id());
    accounts.raise(event.with_session(&id));
    Ok(IssuedTokens {
        user,
        backend: backend.shared_name(),
        access,
        refresh: Some(refresh_token(&session, left)),
        session: Some(id),
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

/// How long an access token lives that is the secret of its session.
pub(super) fn secret_life<U: AuthUser>(
    backend: &Backend<U>,
    access: &IssuedToken,
) -> Option<Duration> {
    let is_secret = backend.strategy().is_session_secret();
    is_secret.then(|| access.expires_in())
}

pub(super) fn refresh_token(session: &NewSession, life: Duration) -> IssuedToken {
    IssuedToken::new(session.token.text().to_string(), life)
}
