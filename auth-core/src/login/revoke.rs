//! The revocation of one access token, whose session continues.

use crate::accounts::Accounts;
use crate::backend::Backend;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::strategy::{PresentedToken, RevokeOutcome, SessionSecret};
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
        Some(PresentedToken::Session(secret)) => revoke_secret(accounts, backend, &secret).await?,
        Some(PresentedToken::SelfContained(_)) => backend.strategy().revoke(token, now).await?,
        None => RevokeOutcome::NotAccepted,
    };
    if outcome == RevokeOutcome::Revoked {
        let event = AuthEvent::new(EventKind::TokenRevoked, context);
        accounts.raise(event.with_backend(backend.shared_name()));
    }
    Ok(outcome)
}

async fn revoke_secret<U: AuthUser>(
    accounts: &Accounts<U>,
    backend: &Backend<U>,
    secret: &SessionSecret,
) -> Result<RevokeOutcome, Unavailable> {
    /// Other writes of one session are rare.
    const ATTEMPTS: u32 = 16;
    let sessions = accounts.session_settings()?;
    for _ in 0..ATTEMPTS {
        let row = accounts.living_session(backend.name(), &secret.id).await?;
        let Some(row) = row else {
            return Ok(RevokeOutcome::NotAccepted);
        };
        let Some(next) = sessions.without_access(&row, &secret.secret, accounts.now())? else {
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
