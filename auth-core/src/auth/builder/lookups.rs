//! The cache of look-ups.

use std::time::Duration;

use super::AuthBuilder;
use crate::user::AuthUser;

impl<U: AuthUser> AuthBuilder<U> {
    /// Remembers what the storage answered about the token, the session and the user of a request, and repeats it
    /// for at most `max_staleness` (1 millisecond to 1 minute) on the application's own routes. Off by
    /// default: every request asks the storage.
    ///
    /// A logout, a revocation, a new password, a deactivation and any other change through these accounts, or through
    /// a store that notes what it writes, ends the answers that it concerns at once. Any other change (another
    /// process, a statement of the application's own) ends them as soon as the
    /// storage tells it ([`AccessLookup::changes`](crate::store::AccessLookup::changes)), and after
    /// `max_staleness` at the latest: until then a token that was revoked there is accepted here. An answer never
    /// refuses a token: the storage is asked first.
    ///
    /// These never repeat an answer: the routes of the toolkit, [`authenticate`](crate::Auth::authenticate), and
    /// guards with [`authoritative`](crate::guard::Guard::authoritative),
    /// [`superuser`](crate::guard::Guard::superuser) or [`fresh`](crate::guard::Guard::fresh).
    ///
    /// `capacity` is the largest number of answers (1 to 10,000,000); each has a user, and a session where the
    /// token has one. Only positive
    /// answers are remembered, so that random tokens take no place.
    ///
    /// # Examples
    ///
    /// ```
    /// # use auth_core::secret::{MasterSecret, Secret};
    /// # use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
    /// # use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy, User};
    /// # let secret = MasterSecret::new(Secret::generate()?);
    /// # let accounts = Accounts::builder(MemoryUserDatabase::new(), &secret)
    /// #     .expiring_store(MemoryExpiringStore::new());
    /// # let jwt = JwtStrategy::from_master(&secret).revoked_in(MemoryExpiringStore::new());
    /// use std::time::Duration;
    ///
    /// let auth: Auth<User> = Auth::builder(accounts)
    ///     .backend(Backend::new("jwt", BearerTransport::new(), jwt))
    ///     .cached_lookups(Duration::from_secs(2), 100_000)
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn cached_lookups(mut self, max_staleness: Duration, capacity: usize) -> Self {
        self.accounts = self.accounts.cached_lookups(max_staleness, capacity);
        self
    }
}
