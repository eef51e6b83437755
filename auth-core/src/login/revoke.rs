//! The revocation of one access token, whose session continues.

use crate::accounts::Accounts;
use crate::backend::{Backend, SessionUse};
use crate::context::Context;
use crate::error::{StoreError, Unavailable};
use crate::event::{AuthEvent, EventKind};
use crate::session::{SessionId, Sessions};
use crate::store::StoredSession;
use crate::strategy::{PresentedToken, RevokeOutcome, Subject};
use crate::user::AuthUser;

/// Ends an access token. Its session, if it has one, continues and can be refreshed.
pub(crate) async fn revoke_access<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    token: &str,
    context: &Context,
) -> Result<RevokeOutcome, Unavailable> {
    let now = accounts.now();
    let outcome = match backend.read(accounts, token).await? {
        Some(PresentedToken::Session(secret)) => {
            let sessions = accounts.session_settings()?;
            let without = |row: &_| sessions.without_access(row, &secret.secret, now);
            revoke_in_session(accounts, backend, &secret.id, without).await?
        }
        Some(ref read @ PresentedToken::SelfContained(ref subject)) => {
            match backend.revoke(accounts, token, read).await? {
                RevokeOutcome::Unsupported => revoke_subject(accounts, backend, subject).await?,
                outcome => outcome,
            }
        }
        None => RevokeOutcome::NotAccepted,
    };
    if outcome == RevokeOutcome::Revoked {
        let event = AuthEvent::new(EventKind::TokenRevoked, context);
        accounts.raise(event.with_backend(backend.shared_name()));
    }
    Ok(outcome)
}

/// Revokes a self-contained token whose strategy records no revocations, in its session, if each request
/// checks that.
async fn revoke_subject<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    subject: &Subject<U::Id>,
) -> Result<RevokeOutcome, Unavailable> {
    if backend.session_use() != SessionUse::Checked {
        return Ok(RevokeOutcome::Unsupported);
    }
    let Some(id) = &subject.session else {
        return Ok(RevokeOutcome::NotAccepted);
    };
    let Some(generation) = subject.generation else {
        return Ok(RevokeOutcome::Unsupported);
    };
    let owner = accounts.session_settings()?.owner(&subject.id)?;
    let without = |row: &StoredSession| {
        if row.owner == owner {
            Sessions::without_access_token(row, subject.epoch, generation)
        } else {
            Ok(None)
        }
    };
    revoke_in_session(accounts, backend, id, without).await
}

/// Writes the session without one of its access tokens, if the backend accepts that token: the session, its
/// user and the user's epoch are valid, and `without` returns the next version.
async fn revoke_in_session<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    id: &SessionId,
    without: impl Fn(&StoredSession) -> Result<Option<StoredSession>, StoreError>,
) -> Result<RevokeOutcome, Unavailable> {
    /// Other writes of one session are rare.
    const ATTEMPTS: u32 = 16;
    let sessions = accounts.session_settings()?;
    for _ in 0..ATTEMPTS {
        let Some(row) = accounts.living_session(backend.name(), id).await? else {
            return Ok(RevokeOutcome::NotAccepted);
        };
        let user = accounts.user_of_row(sessions, &row).await?;
        if user.is_none_or(|user| user.epoch() != row.epoch) {
            return Ok(RevokeOutcome::NotAccepted);
        }
        let Some(next) = without(&row)? else {
            return Ok(RevokeOutcome::NotAccepted);
        };
        if sessions.store().swap_session(&next).await? {
            return Ok(RevokeOutcome::Revoked);
        }
    }
    Err(Unavailable::new(
        "too many concurrent writes of one session",
    ))
}
