//! Fixtures for tests: a clock that is moved by hand, a fast hasher, stores in memory, stores that
//! fail or count on demand, a manager that remembers, a sink that records; and three suites:
//! [`conformance`] and [`extractors`] for adapters of web frameworks, [`contract`] for storages.
//!
//! # Test your manager without HTTP
//!
//! ```
//! use auth_core::testing::{self, registration};
//! use auth_core::{Context, User, UserManager, accounts::{HookResult, VerifyToken}};
//! use std::sync::{Arc, Mutex};
//!
//! #[derive(Default)]
//! struct Mailer {
//!     sent: Mutex<Vec<String>>,
//! }
//!
//! #[async_trait::async_trait]
//! impl UserManager for Mailer {
//!     type User = User;
//!
//!     async fn on_after_register(&self, user: &User, _: &VerifyToken, _: &Context) -> HookResult {
//!         self.sent.lock().unwrap().push(user.email().to_string());
//!         Ok(())
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let mailer = Arc::new(Mailer::default());
//! let accounts = testing::accounts(mailer.clone());
//! let context = accounts.context();
//! accounts.register(registration("ada@example.com"), &context).await.unwrap();
//! assert_eq!(*mailer.sent.lock().unwrap(), ["ada@example.com"]);
//! # });
//! ```
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a fixture that cannot be built fails its test"
)]

pub(crate) mod admit;
mod clock;
#[cfg(feature = "conformance")]
mod concurrent;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "contract")]
pub mod contract;
mod credentials;
mod events;
#[cfg(feature = "conformance")]
pub mod extractors;
mod outbox;
mod stores;

pub use admit::{TEST_BACKEND, admit, admitted};
pub use clock::ManualClock;
pub use credentials::{bearer_headers, cookie_headers};
pub use events::RecordingSink;
pub use outbox::{Outbox, OutboxItem};
pub use stores::{
    FaultInjector, ProbedCredentialStore, ProbedExpiringStore, ProbedSessionStore,
    ProbedUserDatabase,
};

use std::num::NonZeroUsize;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::accounts::{Accounts, AccountsBuilder, Registration, UserManager};
use crate::auth::Auth;
use crate::backend::Backend;
use crate::password::{Argon2Params, Password, PasswordHasher};
use crate::secret::MasterSecret;
use crate::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use crate::store::{NewUser, UserRecord};
use crate::strategy::JwtStrategy;
use crate::transport::BearerTransport;
use crate::user::{AuthUser, EmailAddress, NoColumns, Roles, User, UserColumns};

/// A password that every preset of the policy accepts.
pub const PASSWORD: &str = "a mill that weaves algebra";

/// A master secret that is always the same: for tests only.
#[must_use]
pub fn master_secret() -> MasterSecret {
    MasterSecret::from_bytes(*b"\x8d\x1f\x66\xb3\x05\xe2\x4a\x97\xc8\x3b\x70\xfd\x12\xa9\x5e\x84\x29\xd6\x4c\xbb\x01\x7e\xf3\x58\x9a\x6d\xe0\x37\xc4\x52\x8f\x1b")
}

/// A hasher whose hashes cost next to nothing.
#[must_use]
pub fn fast_hasher() -> PasswordHasher {
    let params = Argon2Params::dangerous_below_floor(8, 1, 1).expect("the smallest parameters");
    PasswordHasher::builder()
        .params(params)
        .threads(NonZeroUsize::MIN)
        .build()
}

/// Accounts in memory around a manager: neither HTTP, nor a database, nor a slow hash.
#[must_use]
pub fn accounts<U: UserRecord>(manager: Arc<impl UserManager<User = U>>) -> Accounts<U> {
    accounts_builder(manager)
        .build()
        .expect("the fixture is a valid configuration")
}

/// The same, open to further settings.
#[must_use]
pub fn accounts_builder<U: UserRecord>(
    manager: Arc<impl UserManager<User = U>>,
) -> AccountsBuilder<U> {
    Accounts::builder(MemoryUserDatabase::<U>::default(), &master_secret())
        .expiring_store(MemoryExpiringStore::new())
        .hasher(fast_hasher())
        .shared_hooks(manager)
}

/// Returns a handle over accounts in memory, with one backend: JWTs in the `Authorization` header.
#[must_use]
pub fn auth() -> Auth<User> {
    let jwt = JwtStrategy::from_master(&master_secret()).revoked_in(MemoryExpiringStore::new());
    Auth::builder(accounts_builder(Arc::new(Outbox::new())))
        .backend(Backend::new("jwt", BearerTransport::new(), jwt))
        .build()
        .expect("the fixture is a valid configuration")
}

/// Returns an active user with this address, who is in no store: not verified, without a password and
/// without roles. Panics if the text is not an address.
#[must_use]
pub fn user(address: &str) -> User {
    User::from_new(NewUser {
        email: email(address),
        username: None,
        password_hash: None,
        is_active: true,
        is_verified: false,
        is_superuser: false,
        roles: Roles::none(),
        created_at: OffsetDateTime::UNIX_EPOCH,
        columns: NoColumns,
    })
}

/// Returns an address. Panics if the text is not a valid one.
#[must_use]
pub fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an e-mail address")
}

/// Returns a password. Panics if the text is not a valid one.
#[must_use]
pub fn password(text: &str) -> Password {
    Password::parse(text).expect("a password")
}

/// Returns a registration of this address with [`PASSWORD`], for users without columns of their own.
/// Panics if the text is not an address. For users with columns there is
/// [`Registration::with_columns`].
#[must_use]
pub fn registration<U: AuthUser>(address: &str) -> Registration<U>
where
    U::Columns: UserColumns<New = NoColumns>,
{
    Registration::new(address, PASSWORD).expect("an e-mail address")
}
