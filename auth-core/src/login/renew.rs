//! New secrets for a session: of a caller whose change of the password has ended everything else, or of a
//! user whose privileges have changed.

use super::IssuedTokens;
use super::issue::{classic_privileges, handed_out, left_until, secret_life};
use crate::accounts::Accounts;
use crate::backend::Backend;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::session::{RenewedSession, SessionId, Sessions};
use crate::store::StoredSession;
use crate::strategy::IssueRequest;
use crate::user::AuthUser;

/// Continues a session under new secrets, in the epoch that the change of its owner has begun. `None` if
/// the session has ended, or the change has begun another epoch than the next one.
///
/// The session is invalid between the change and this step, and stays so if this step fails: a copy of
/// the old secrets is never accepted.
pub(crate) async fn renew<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    user: &U,
    id: &SessionId,
    context: &Context,
) -> Result<Option<IssuedTokens<U>>, Unavailable> {
    /// Other writes of one session are rare.
    const ATTEMPTS: u32 = 16;
    let sessions = accounts.session_settings()?;
    let (owner, before) = (sessions.owner(user.id())?, user.epoch().previous());
    for _ in 0..ATTEMPTS {
        let row = accounts.living_session(backend.name(), id).await?;
        let Some(row) = row.filter(|row| row.owner == owner && row.epoch == before) else {
            return Ok(None);
        };
        let renewed = renew_row(accounts, backend, user, &row, context).await?;
        if renewed.is_some() {
            return Ok(renewed);
        }
    }
    Err(Unavailable::new(
        "too many concurrent writes of one session",
    ))
}

/// Gives this version of a session new secrets, in the epoch of its user; `None` if another write came first.
pub(crate) async fn renew_row<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    user: &U,
    row: &StoredSession,
    context: &Context,
) -> Result<Option<IssuedTokens<U>>, Unavailable> {
    let (sessions, now) = (accounts.session_settings()?, accounts.now());
    let session = sessions.renewed_session(row)?;
    let request = IssueRequest::new(
        user,
        accounts.realm(),
        Some(session.key_material()),
        row.auth_time,
        &row.methods,
        now,
    );
    let access = backend.strategy().issue(request).await?;
    let renewed = RenewedSession {
        access_life: secret_life(backend, &access, left_until(row.ends_at, now)),
        epoch: user.epoch(),
        privileges: classic_privileges(backend, user),
    };
    let next = sessions.renewed_row(row, &session, renewed, now)?;
    let remembered = Sessions::is_remembered(&next)?;
    if !sessions.store().swap_session(&next).await? {
        return Ok(None);
    }
    let event = AuthEvent::new(EventKind::SessionRenewed, context).with_user(user.id());
    accounts.raise(event.with_session(&row.id));
    let left = left_until(next.expires_at, now);
    let (access, refresh) = handed_out(backend, &session, access, left);
    Ok(Some(IssuedTokens {
        user: user.clone(),
        backend: backend.shared_name(),
        access,
        refresh,
        session: Some(row.id),
        remembered,
    }))
}
