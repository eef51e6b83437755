//! The request for a password reset.

use std::sync::Arc;

use time::Duration;

use super::Accounts;
use super::email_keys::AccountKeys;
use super::mail::{MailPermit, TokenKind};
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::store::{ExpiringKey, Window};
use crate::user::EmailAddress;
use crate::user::{AuthUser, Epoch};

/// Under this purpose mailed reset tokens are counted; the count is the generation of the token.
const GENERATION: &str = "reset-generation";

impl<U: AuthUser> Accounts<U> {
    /// Requests a token that replaces a password. A later request makes earlier tokens invalid; the
    /// account is not changed. After ten mails to one address within an hour, whatever the kind, the
    /// latest token stays valid, and a request is mailed again once it has expired.
    ///
    /// What happens before this returns is the same for every address: one count under a digest of
    /// it. The user is looked up afterwards, on a task of its own, which runs the hook.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store cannot answer, or if too many tasks run.
    pub async fn forgot_password(
        &self,
        email: EmailAddress,
        context: &Context,
    ) -> Result<(), Unavailable> {
        let place = self.inner.background.place()?;
        let permit = self.mail_permit(&email).await?;
        let (this, context) = (self.clone(), context.clone());
        place.run(async move {
            if let Err(error) = this.answer_forgot(permit, email, &context).await {
                this.background_failed("forgot_password", &error, &context);
            }
        });
        Ok(())
    }

    async fn answer_forgot(
        &self,
        permit: Option<MailPermit>,
        email: EmailAddress,
        context: &Context,
    ) -> Result<(), Unavailable> {
        let permit = self.token_permit(permit, TokenKind::Reset, &email).await?;
        let Some(permit) = permit else {
            return Ok(());
        };
        let (keys, generation) = self.next_generation(&email).await?;
        let user = self.inner.database.find(&email.clone().into()).await?;
        let user = user.filter(AuthUser::is_active);
        // The same signature is made for an unknown user.
        let (subject, epoch) = user
            .as_ref()
            .map_or((String::from("unknown"), Epoch::FIRST), |u| {
                (u.id().to_string(), u.epoch())
            });
        let token =
            self.inner
                .tokens
                .mint_reset(&keys, &subject, &email, epoch, generation, self.now())?;
        let mut event = AuthEvent::new(EventKind::PasswordResetRequested, context);
        event.user = user.as_ref().map(|user| user.id().to_string().into());
        self.raise(event);

        self.mail_reset_token(permit, user.as_ref(), &email, &token, context)
            .await;
        Ok(())
    }

    /// Counts a request about an address, and answers the keys and the number for its token. The
    /// count lives as long as any token that was made under it.
    ///
    /// It is counted under the keys of every master that is accepted. While one takes over from
    /// another, a later request so makes earlier tokens worthless whichever signed them.
    async fn next_generation(
        &self,
        email: &EmailAddress,
    ) -> Result<(Arc<AccountKeys>, u64), Unavailable> {
        let (keys, others) = self.inner.tokens.active_and_other_keys();
        let generation = self.count_generation(&keys, email).await?;
        for others in others {
            self.count_generation(&others, email).await?;
        }
        Ok((keys, generation))
    }

    async fn count_generation(
        &self,
        keys: &AccountKeys,
        email: &EmailAddress,
    ) -> Result<u64, Unavailable> {
        let window = Window::Sliding(self.inner.tokens.lifetime.saturating_add(Duration::MINUTE));
        let key = self.generation_key(keys, email);
        Ok(self.expiring()?.increment(&key, window, self.now()).await?)
    }

    /// Returns the key under which the reset tokens for an address are counted.
    pub(super) fn generation_key(&self, keys: &AccountKeys, email: &EmailAddress) -> ExpiringKey {
        self.expiring_key(GENERATION, &keys.address_digest(email))
    }
}
