//! The request for a verification token.

use super::{Accounts, RequestVerify};
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::user::AuthUser;
use crate::user::EmailAddress;

impl<U: AuthUser> Accounts<U> {
    /// Asks for a token that proves an address.
    ///
    /// What happens before this returns is the same for every address: one count under a digest of
    /// it. The user is looked up afterwards, on a task of its own, and the
    /// hook runs there.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot answer, or when too much work is under way.
    pub async fn request_verify(
        &self,
        email: EmailAddress,
        context: &Context,
    ) -> Result<(), Unavailable> {
        let place = self.inner.background.place()?;
        let is_flood = self.is_flood("ask-verify", &email).await?;
        let (this, context) = (self.clone(), context.clone());
        place.run(async move {
            if is_flood {
                return;
            }
            if let Err(error) = this.mail_verify_token(email, &context).await {
                this.background_failed("request_verify", &error, &context);
            }
        });
        Ok(())
    }

    async fn mail_verify_token(
        &self,
        email: EmailAddress,
        context: &Context,
    ) -> Result<(), Unavailable> {
        let user = self.inner.database.find(&email.into()).await?;
        let mut event = AuthEvent::new(EventKind::VerificationRequested, context);
        event.user = user.as_ref().map(|user| user.id().to_string().into());
        self.raise(event);
        match user.filter(|user| user.is_active() && !user.is_verified()) {
            Some(user) => self.hand_out_verify_token(&user, context).await,
            None => Ok(()),
        }
    }

    /// Mints a token for the user's present address and gives it to the hook.
    pub(super) async fn hand_out_verify_token(
        &self,
        user: &U,
        context: &Context,
    ) -> Result<(), Unavailable> {
        let token = self.inner.tokens.mint_verify(user, self.now())?;
        let request = RequestVerify {
            user,
            token: &token,
        };
        let hook = self.hooks().on_after_request_verify_token(request, context);
        self.after("on_after_request_verify_token", user, context, hook)
            .await;
        Ok(())
    }
}
