//! The request for a verification token.

use super::Accounts;
use super::mail::{MailPermit, TokenKind};
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::user::AuthUser;
use crate::user::EmailAddress;

impl<U: AuthUser> Accounts<U> {
    /// Requests a token that proves an address.
    ///
    /// What happens before this returns is the same for every address: one count under a digest of
    /// it. The user is looked up afterwards, on a task of its own, which runs the hook.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store cannot answer, or if too many tasks run.
    pub async fn request_verify(
        &self,
        email: EmailAddress,
        context: &Context,
    ) -> Result<(), Unavailable> {
        let place = self.inner.background.place()?;
        let permit = self.mail_permit(&email).await?;
        let (this, context) = (self.clone(), context.clone());
        place.run(async move {
            if let Err(error) = this.answer_request_verify(permit, email, &context).await {
                this.background_failed("request_verify", &error, &context);
            }
        });
        Ok(())
    }

    async fn answer_request_verify(
        &self,
        permit: Option<MailPermit>,
        email: EmailAddress,
        context: &Context,
    ) -> Result<(), Unavailable> {
        // Counted for every address, like the generation of a reset token.
        let permit = self.token_permit(permit, TokenKind::Verify, &email).await?;
        let Some(permit) = permit else {
            return Ok(());
        };
        let user = self.inner.database.find(&email.into()).await?;
        let mut event = AuthEvent::new(EventKind::VerificationRequested, context);
        event.user = user.as_ref().map(|user| user.id().to_string().into());
        self.raise(event);
        match user.filter(|user| user.is_active() && !user.is_verified()) {
            Some(user) => self.issue_verify_token(permit, &user, context).await,
            None => Ok(()),
        }
    }

    /// Makes a token for the user's address and mails it.
    pub(super) async fn issue_verify_token(
        &self,
        permit: MailPermit,
        user: &U,
        context: &Context,
    ) -> Result<(), Unavailable> {
        let token = self.inner.tokens.mint_verify(user, self.now())?;
        self.mail_verify_token(permit, user, &token, context).await;
        Ok(())
    }
}
