//! The request for a password reset.

use super::{Accounts, ForgotPassword};
use crate::email::EmailAddress;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::user::{AuthUser, Epoch};

/// Under this purpose mailed reset tokens are counted; the count is the generation of the token.
pub(super) const GENERATION: &str = "reset-generation";

impl<U: AuthUser> Accounts<U> {
    /// Asks for a token that replaces a password. A later request makes the tokens of earlier ones
    /// worthless; the account itself is not touched. After ten requests about one address within an
    /// hour nothing more is mailed to it, and the latest token stays good.
    ///
    /// What happens before this returns is the same for every address: one count under a digest of
    /// it. Whether somebody has the address is looked up afterwards, on a task of its own, and the
    /// hook runs there.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot answer, or when too much work is under way.
    pub async fn forgot_password(&self, email: EmailAddress) -> Result<(), Unavailable> {
        let place = self.inner.background.place()?;
        let is_flood = self.is_flood("ask-reset", &email).await?;
        let this = self.clone();
        place.run(async move {
            if is_flood {
                return;
            }
            if let Err(error) = this.mail_reset_token(email).await {
                this.background_failed("forgot_password", &error);
            }
        });
        Ok(())
    }

    async fn mail_reset_token(&self, email: EmailAddress) -> Result<(), Unavailable> {
        let generation = self.count_request(GENERATION, &email).await?;
        let user = self.inner.database.find(&email.clone().into()).await?;
        let user = user.filter(AuthUser::is_active);
        // The same signature is made for nobody.
        let (subject, epoch) = user
            .as_ref()
            .map_or((String::from("nobody"), Epoch::FIRST), |u| {
                (u.id().to_string(), u.epoch())
            });
        let token = self
            .inner
            .tokens
            .mint_reset(&subject, epoch, generation, self.now())?;
        let mut event = AuthEvent::new(EventKind::PasswordResetRequested);
        event.user = user.as_ref().map(|user| user.id().to_string());
        self.raise(&event);

        let request = match &user {
            Some(user) => ForgotPassword::Known {
                user,
                token: &token,
            },
            None => ForgotPassword::Unknown { email: &email },
        };
        if let Err(error) = self.manager().on_after_forgot_password(request).await {
            tracing::error!(target: "auth", %error, "the hook on_after_forgot_password failed");
            let mut event =
                AuthEvent::new(EventKind::HookFailed).detail("on_after_forgot_password");
            event.user = user.as_ref().map(|user| user.id().to_string());
            self.raise(&event);
        }
        Ok(())
    }
}
