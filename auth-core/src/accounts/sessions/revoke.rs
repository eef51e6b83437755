//! The end of one access token, whose session goes on.

use super::super::Accounts;
use crate::backend::Backend;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::strategy::{PresentedToken, RevokeOutcome, SessionSecret};
use crate::user::AuthUser;

impl<U: AuthUser> Accounts<U> {
    /// Ends an access token; its session, where it has one, goes on and can be refreshed.
    pub(crate) async fn revoke_access(
        &self,
        backend: &Backend<U>,
        token: &str,
        context: &Context,
    ) -> Result<RevokeOutcome, Unavailable> {
        let now = self.now();
        let outcome = match backend.strategy().read(token, now).await? {
            Some(PresentedToken::Session(secret)) => {
                self.revoke_secret(backend, &secret).await?;
                RevokeOutcome::Revoked
            }
            Some(PresentedToken::SelfContained(_)) => backend.strategy().revoke(token, now).await?,
            None => return Ok(RevokeOutcome::Revoked),
        };
        if outcome == RevokeOutcome::Revoked {
            let event = AuthEvent::new(EventKind::TokenRevoked, context);
            self.raise(event.with_backend(backend.shared_name()));
        }
        Ok(outcome)
    }

    async fn revoke_secret(
        &self,
        backend: &Backend<U>,
        secret: &SessionSecret,
    ) -> Result<(), Unavailable> {
        /// Others write a session now and then, and not all the time.
        const ATTEMPTS: u32 = 16;
        let sessions = self.session_settings()?;
        for _ in 0..ATTEMPTS {
            let row = self
                .living_session(sessions, backend.name(), &secret.id)
                .await?;
            let Some(row) = row else { return Ok(()) };
            let Some(next) = sessions.without_access(&row, &secret.secret, self.now())? else {
                return Ok(());
            };
            if sessions.store().swap_session(&next).await? {
                return Ok(());
            }
        }
        Err(Unavailable::new(
            "a session was written by others all the time",
        ))
    }
}
