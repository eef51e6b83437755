//! New secrets for the session of a caller whose change of the password has ended everything else.

use super::IssuedTokens;
use super::issue::{handed_out, left_until, secret_life};
use crate::accounts::Accounts;
use crate::backend::Backend;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::session::{SessionId, Sessions};
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
    user: U,
    id: &SessionId,
    context: &Context,
) -> Result<Option<IssuedTokens<U>>, Unavailable> {
    /// Other writes of one session are rare.
    const ATTEMPTS: u32 = 16;
    let sessions = accounts.session_settings()?;
    let (owner, before) = (sessions.owner(user.id())?, user.epoch().previous());
    let now = accounts.now();
    for _ in 0..ATTEMPTS {
        let row = accounts.living_session(backend.name(), id).await?;
        let Some(row) = row.filter(|row| row.owner == owner && row.epoch == before) else {
            return Ok(None);
        };
        let session = sessions.renewed_session(&row)?;
        let request = IssueRequest::new(
            &user,
            accounts.realm(),
            Some(session.key_material()),
            row.auth_time,
            &row.methods,
            now,
        );
        let access = backend.strategy().issue(request).await?;
        let life = secret_life(backend, &access, left_until(row.ends_at, now));
        let next = sessions.renewed_row(&row, &session, life, user.epoch(), now)?;
        let remembered = Sessions::is_remembered(&next)?;
        if sessions.store().swap_session(&next).await? {
            let event = AuthEvent::new(EventKind::SessionRenewed, context).with_user(user.id());
            accounts.raise(event.with_session(id));
            let left = left_until(next.expires_at, now);
            let (access, refresh) = handed_out(backend, &session, access, left);
            return Ok(Some(IssuedTokens {
                user,
                backend: backend.shared_name(),
                access,
                refresh,
                session: Some(*id),
                remembered,
            }));
        }
    }
    Err(Unavailable::new(
        "too many concurrent writes of one session",
    ))
}
