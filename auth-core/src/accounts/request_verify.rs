//! The request for a verification token.

use time::Duration;

use super::{Accounts, RequestVerify};
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::store::{ExpiringKey, Window};
use crate::user::AuthUser;
use crate::user::EmailAddress;

impl<U: AuthUser> Accounts<U> {
    /// Asks for a token that proves an address.
    ///
    /// What happens before this returns is the same for every address: one count under a digest of
    /// it. Whether somebody has the address is looked up afterwards, on a task of its own, and the
    /// hook runs there.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot answer, or when too much work is under way.
    pub async fn request_verify(&self, email: EmailAddress) -> Result<(), Unavailable> {
        let place = self.inner.background.place()?;
        let is_flood = self.is_flood("ask-verify", &email).await?;
        let this = self.clone();
        place.run(async move {
            if is_flood {
                return;
            }
            if let Err(error) = this.mail_verify_token(email).await {
                this.background_failed("request_verify", &error);
            }
        });
        Ok(())
    }

    /// Counts a request for mail, and says whether there were so many about this address that
    /// nothing more is mailed to it for a while. A flood so fills no mailbox, and the tokens that were
    /// mailed stay good.
    pub(super) async fn is_flood(
        &self,
        purpose: &'static str,
        email: &EmailAddress,
    ) -> Result<bool, Unavailable> {
        const MAILS: u64 = 10;
        let window = Window::Fixed(Duration::HOUR);
        let key = self.request_key(purpose, email);
        Ok(self.expiring()?.increment(&key, window, self.now()).await? > MAILS)
    }

    /// Counts a request about an address. The count lives as long as any token that was made for it.
    pub(super) async fn count_request(
        &self,
        purpose: &'static str,
        email: &EmailAddress,
    ) -> Result<u64, Unavailable> {
        let key = self.request_key(purpose, email);
        let window = Window::Sliding(self.inner.tokens.lifetime.saturating_add(Duration::MINUTE));
        Ok(self.expiring()?.increment(&key, window, self.now()).await?)
    }

    fn request_key(&self, purpose: &'static str, email: &EmailAddress) -> ExpiringKey {
        let keys = self.inner.tokens.active_keys();
        ExpiringKey::new(purpose, &keys.address_digest(email))
    }

    async fn mail_verify_token(&self, email: EmailAddress) -> Result<(), Unavailable> {
        let user = self.inner.database.find(&email.into()).await?;
        let mut event = AuthEvent::new(EventKind::VerificationRequested);
        event.user = user.as_ref().map(|user| user.id().to_string());
        self.raise(&event);
        match user.filter(|user| user.is_active() && !user.is_verified()) {
            Some(user) => self.hand_out_verify_token(&user).await,
            None => Ok(()),
        }
    }

    /// Mints a token for the user's present address and gives it to the hook.
    pub(super) async fn hand_out_verify_token(&self, user: &U) -> Result<(), Unavailable> {
        let token = self.inner.tokens.mint_verify(user, self.now())?;
        let request = RequestVerify {
            user,
            token: &token,
        };
        let hook = self.hooks().on_after_request_verify_token(request);
        self.after("on_after_request_verify_token", user, hook)
            .await;
        Ok(())
    }
}
