//! How many requests came about one address, so that a flood of them fills no mailbox.

use time::Duration;

use super::Accounts;
use crate::error::Unavailable;
use crate::store::{ExpiringKey, Window};
use crate::user::{AuthUser, EmailAddress};

impl<U: AuthUser> Accounts<U> {
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
        self.expiring_key(purpose, &keys.address_digest(email))
    }
}
