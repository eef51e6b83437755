//! The contract of a storage, as a suite: one call tries every guarantee of a storage trait and
//! names those that are broken.
//!
//! # Write a storage of your own
//!
//! 1. **Choose the user.** The bundled [`User`](crate::User) will do for most; a struct of your own
//!    implements [`AuthUser`](crate::AuthUser), with whatever key your engine makes.
//! 2. **Implement [`UserDatabase`](crate::UserDatabase)** in the way that suits your engine.
//!    - *It blocks, and one writer excludes all others* (an embedded key-value or document store, a
//!      lock): implement [`BlockingUserDatabase`], which is how a transaction begins and ends, and
//!      [`UserRows`] and [`UserRowsMut`], which are five steps inside of one. The six methods, the
//!      order of their checks, and threads that may be blocked come with it. A store that must not
//!      move to another thread implements the six methods itself and calls the provided `insert`,
//!      `update` and `delete` of `UserRowsMut` there.
//!    - *It is asynchronous, or has writers beside each other* (a database server): implement the six
//!      methods. Two rules hold for all of them: absent is not an error and an error is not
//!      absence, and a method is one atomic step. So let the engine decide and do not look first: a
//!      unique index for addresses, a condition in the `where` of an update. A future may be dropped
//!      at any moment; what was begun is then finished or undone, and a connection goes back to its
//!      pool.
//! 3. **Lose no column.** The bundled user goes into a document as a
//!    [`StoredUser`](crate::store::StoredUser). Where you write columns yourself, destructure
//!    [`NewUser`](crate::store::NewUser) and [`UserChange`](crate::store::UserChange) completely: a
//!    column that comes later is then a compile error and not a lost value. So is a condition of a list
//!    that comes later, with [`PageRequest`](crate::store::PageRequest).
//! 4. **Implement [`ExpiringStore`], too,** if revocations and used tokens
//!    shall live in the same place. Without it, every other store of that trait does.
//! 5. **Implement [`SessionStore`], too,** if sessions shall live there: seven
//!    statements. Everything hangs on the condition of [`swap_session`]: the comparison of the version
//!    and the write are one step, and it writes onto what is there and never anew. Where users and
//!    sessions are in one place, a change of a user moves the session that it keeps in the same step
//!    ([`UserChange::keep_session`]), and [`sessions_of_users`] tries that.
//! 6. **Implement [`CredentialStore`], too,** if second factors, passkeys,
//!    accounts at providers or API keys shall be stored there: seven statements. A unique index on
//!    kind and id decides between insertions. Where users and credentials are in one place, deleting a
//!    user removes the credentials in the same step, and [`credentials_of_users`] tries that.
//! 7. **Offer an [`AccessLookup`](crate::store::AccessLookup)** if users, sessions and revocations are in one
//!    database that answers all three with one statement. It makes requests faster and nothing else
//!    depends on it; [`access_lookup`] tries it.
//! 8. **Run the suites**, as below, and in a test of your own that what was written survives a
//!    restart: that is the one promise that a suite cannot try without knowing your engine.
//!
//! `examples/custom-storage` does all of this for an embedded key-value store. The whole of its
//! adapter for users, with transactions, encoding and index, is fewer than a hundred lines of code.
//!
//! [`swap_session`]: crate::SessionStore::swap_session
//! [`UserChange::keep_session`]: crate::store::UserChange::keep_session
//! [`BlockingUserDatabase`]: crate::store::BlockingUserDatabase
//! [`UserRows`]: crate::store::UserRows
//! [`UserRowsMut`]: crate::store::UserRowsMut
//!
//! # Run the suites
//!
//! A closure that makes a fresh store is enough for a store of the bundled user:
//!
//! ```
//! use auth_core::store::memory::{
//!     MemoryCredentialStore, MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase,
//! };
//! use auth_core::testing::contract::{self, Fresh};
//!
//! // With the attributes `#[tokio::test(flavor = "multi_thread")]`.
//! async fn my_store_keeps_the_contract() {
//!     let users = || async { Fresh::new(MemoryUserDatabase::new()) };
//!     contract::user_database(users).await.assert_kept();
//!
//!     let entries = || async { Fresh::new(MemoryExpiringStore::new()) };
//!     contract::expiring_store(entries).await.assert_kept();
//!
//!     let sessions = || async { Fresh::new(MemorySessionStore::new()) };
//!     contract::session_store(sessions).await.assert_kept();
//!
//!     let credentials = || async { Fresh::new(MemoryCredentialStore::new()) };
//!     contract::credential_store(credentials).await.assert_kept();
//! }
//! # let mut runtime = tokio::runtime::Builder::new_multi_thread();
//! # runtime.enable_all().build().unwrap().block_on(my_store_keeps_the_contract());
//! ```
//!
//! - A store that lives in a folder or a database of its own keeps it with [`Fresh::keeping`].
//! - One that can be cut off from its engine says how with [`Fresh::with_outage`]; without that the
//!   guarantee [`Guarantee::Outage`] is skipped.
//! - Users with columns of their own, or without user names, roles or superusers, are described by
//!   an implementation of [`UserFixture`].
//!
//! # Read the report
//!
//! A guarantee that does not hold is told by its name, its sentence and what was seen:
//!
//! ```text
//! UniqueEmail is broken
//!   promise: Of simultaneous insertions of one address, or changes to it, exactly one wins and all others are told that it is taken.
//!   seen:    how many of 64 simultaneous insertions of one email won: 64 instead of 1
//! ```
//!
//! A store that panics, that reports an error without a cause, or that does not answer
//! within a minute breaks the guarantee under test, and the suite continues with the next. A
//! guarantee is kept where nothing was seen that breaks it: a race that is lost once in a million
//! may stay unseen.

mod case_run;
mod credentials;
mod expiring;
mod fixture;
mod guarantee;
mod lookup;
mod names;
mod report;
mod sessions;
mod users;

pub use fixture::{
    ChangeAndAfter, CredentialFixture, ExpiringFixture, Fresh, Outage, SessionFixture, UserFixture,
};
pub use guarantee::Guarantee;
pub use report::{Report, Verdict};

use std::sync::Arc;

use crate::store::{CredentialStore, ExpiringStore, SessionStore};

/// Tries every guarantee of [`UserDatabase`](crate::UserDatabase), each on a fresh store.
///
/// Run it on a runtime of several threads with time enabled, as below: races are then real ones,
/// and a store that blocks a thread does not stop the suite's own clock.
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryUserDatabase;
/// use auth_core::testing::contract::{self, Fresh};
///
/// // In a test: `#[tokio::test(flavor = "multi_thread")]`.
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let report = contract::user_database(|| async { Fresh::new(MemoryUserDatabase::new()) });
/// report.await.assert_kept();
/// # });
/// ```
pub async fn user_database(fixture: impl UserFixture) -> Report {
    user_database_only(fixture, Guarantee::OF_USER_DATABASE).await
}

/// Tries some guarantees of [`UserDatabase`](crate::UserDatabase): to look closer at one that is
/// broken, or to try one many times.
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryUserDatabase;
/// use auth_core::testing::contract::{self, Fresh, Guarantee};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let fixture = || async { Fresh::new(MemoryUserDatabase::new()) };
/// let report = contract::user_database_only(fixture, &[Guarantee::UniqueEmail; 10]).await;
/// report.assert_kept();
/// # });
/// ```
pub async fn user_database_only(fixture: impl UserFixture, guarantees: &[Guarantee]) -> Report {
    let fixture = Arc::new(fixture);
    let mut verdicts = Vec::new();
    for guarantee in guarantees {
        let verdict = users::try_one(Arc::clone(&fixture), *guarantee).await;
        verdicts.push((*guarantee, verdict));
    }
    Report::new(Some("user_database_only"), verdicts)
}

/// Tries every guarantee of [`ExpiringStore`], each on a fresh store.
///
/// Run it like [`user_database`].
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryExpiringStore;
/// use auth_core::testing::contract::{self, Fresh};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let report = contract::expiring_store(|| async { Fresh::new(MemoryExpiringStore::new()) });
/// report.await.assert_kept();
/// # });
/// ```
pub async fn expiring_store(fixture: impl ExpiringFixture) -> Report {
    expiring_store_only(fixture, Guarantee::OF_EXPIRING_STORE).await
}

/// Tries some guarantees of [`ExpiringStore`].
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryExpiringStore;
/// use auth_core::testing::contract::{self, Fresh, Guarantee};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let fixture = || async { Fresh::new(MemoryExpiringStore::new()) };
/// let report = contract::expiring_store_only(fixture, &[Guarantee::FirstInsertion; 10]).await;
/// report.assert_kept();
/// # });
/// ```
pub async fn expiring_store_only(
    fixture: impl ExpiringFixture,
    guarantees: &[Guarantee],
) -> Report {
    let fixture = Arc::new(fixture);
    let mut verdicts = Vec::new();
    for guarantee in guarantees {
        let verdict = expiring::try_one(Arc::clone(&fixture), *guarantee).await;
        verdicts.push((*guarantee, verdict));
    }
    Report::new(Some("expiring_store_only"), verdicts)
}

/// Tries every guarantee of [`SessionStore`], each on a fresh store.
///
/// Run it like [`user_database`].
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemorySessionStore;
/// use auth_core::testing::contract::{self, Fresh};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let report = contract::session_store(|| async { Fresh::new(MemorySessionStore::new()) });
/// report.await.assert_kept();
/// # });
/// ```
pub async fn session_store(fixture: impl SessionFixture) -> Report {
    session_store_only(fixture, Guarantee::OF_SESSION_STORE).await
}

/// Tries some guarantees of [`SessionStore`].
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemorySessionStore;
/// use auth_core::testing::contract::{self, Fresh, Guarantee};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let fixture = || async { Fresh::new(MemorySessionStore::new()) };
/// let report = contract::session_store_only(fixture, &[Guarantee::OneSwapWins; 10]).await;
/// report.assert_kept();
/// # });
/// ```
pub async fn session_store_only(fixture: impl SessionFixture, guarantees: &[Guarantee]) -> Report {
    let fixture = Arc::new(fixture);
    let mut verdicts = Vec::new();
    for guarantee in guarantees {
        let verdict = sessions::try_one(Arc::clone(&fixture), *guarantee).await;
        verdicts.push((*guarantee, verdict));
    }
    Report::new(Some("session_store_only"), verdicts)
}

/// Tries every guarantee of [`CredentialStore`], each on a fresh store.
///
/// Run it like [`user_database`].
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryCredentialStore;
/// use auth_core::testing::contract::{self, Fresh};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let report = contract::credential_store(|| async { Fresh::new(MemoryCredentialStore::new()) });
/// report.await.assert_kept();
/// # });
/// ```
pub async fn credential_store(fixture: impl CredentialFixture) -> Report {
    credential_store_only(fixture, Guarantee::OF_CREDENTIAL_STORE).await
}

/// Tries some guarantees of [`CredentialStore`].
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryCredentialStore;
/// use auth_core::testing::contract::{self, Fresh, Guarantee};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let fixture = || async { Fresh::new(MemoryCredentialStore::new()) };
/// let report = contract::credential_store_only(fixture, &[Guarantee::UniqueCredential; 10]).await;
/// report.assert_kept();
/// # });
/// ```
pub async fn credential_store_only(
    fixture: impl CredentialFixture,
    guarantees: &[Guarantee],
) -> Report {
    let fixture = Arc::new(fixture);
    let mut verdicts = Vec::new();
    for guarantee in guarantees {
        let verdict = credentials::try_one(Arc::clone(&fixture), *guarantee).await;
        verdicts.push((*guarantee, verdict));
    }
    Report::new(Some("credential_store_only"), verdicts)
}

/// Tries what a store guarantees besides that holds both users and their sessions: that
/// [`UserChange::keep_session`](crate::store::UserChange::keep_session) is part of the step.
///
/// A store that holds users alone leaves that field alone, and the flow moves the session.
///
/// # Examples
///
/// ```no_run
/// # use auth_core::testing::contract::{self, Guarantee, UserFixture};
/// # use auth_core::SessionStore;
/// # async fn example<F: UserFixture<Store: SessionStore>>(my_fixture: F) {
/// let report = contract::sessions_of_users(my_fixture).await;
/// assert_eq!(report.verdicts().len(), Guarantee::OF_SESSIONS_OF_USERS.len());
/// report.assert_kept();
/// # }
/// ```
pub async fn sessions_of_users<F>(fixture: F) -> Report
where
    F: UserFixture<Store: SessionStore>,
{
    let fixture = Arc::new(fixture);
    let mut verdicts = Vec::new();
    for guarantee in Guarantee::OF_SESSIONS_OF_USERS {
        let verdict = sessions::try_joint(Arc::clone(&fixture), *guarantee).await;
        verdicts.push((*guarantee, verdict));
    }
    Report::new(None, verdicts)
}

/// Tries what a store guarantees besides that holds both users and their credentials: that a deletion
/// removes the credentials in the same step.
///
/// A store that holds users alone ignores the owner of a deletion, and the flow removes the
/// credentials.
///
/// # Examples
///
/// ```no_run
/// # use auth_core::testing::contract::{self, Guarantee, UserFixture};
/// # use auth_core::CredentialStore;
/// # async fn example<F: UserFixture<Store: CredentialStore>>(my_fixture: F) {
/// let report = contract::credentials_of_users(my_fixture).await;
/// assert_eq!(report.verdicts().len(), Guarantee::OF_CREDENTIALS_OF_USERS.len());
/// report.assert_kept();
/// # }
/// ```
pub async fn credentials_of_users<F>(fixture: F) -> Report
where
    F: UserFixture<Store: CredentialStore>,
{
    let fixture = Arc::new(fixture);
    let mut verdicts = Vec::new();
    for guarantee in Guarantee::OF_CREDENTIALS_OF_USERS {
        let verdict = credentials::try_joint(Arc::clone(&fixture), *guarantee).await;
        verdicts.push((*guarantee, verdict));
    }
    Report::new(None, verdicts)
}

/// Tries the [`AccessLookup`](crate::store::AccessLookup) of a store that holds users, sessions and revoked
/// tokens.
///
/// # Examples
///
/// ```no_run
/// # use auth_core::testing::contract::{self, Guarantee, UserFixture};
/// # use auth_core::{ExpiringStore, SessionStore};
/// # async fn example<F: UserFixture<Store: SessionStore + ExpiringStore>>(my_fixture: F) {
/// let report = contract::access_lookup(my_fixture).await;
/// assert_eq!(report.verdicts().len(), Guarantee::OF_ACCESS_LOOKUP.len());
/// report.assert_kept();
/// # }
/// ```
pub async fn access_lookup<F>(fixture: F) -> Report
where
    F: UserFixture<Store: SessionStore + ExpiringStore>,
{
    let fixture = Arc::new(fixture);
    let mut verdicts = Vec::new();
    for guarantee in Guarantee::OF_ACCESS_LOOKUP {
        let verdict = lookup::try_one(Arc::clone(&fixture), *guarantee).await;
        verdicts.push((*guarantee, verdict));
    }
    Report::new(None, verdicts)
}
