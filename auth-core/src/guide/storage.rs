//! Write a custom storage adapter.
//!
//! | your storage | take |
//! | --- | --- |
//! | SQLite, PostgreSQL, MySQL, MariaDB | `auth-diesel`, also for a table of your own |
//! | the memory of a test | [`store::memory`](crate::store::memory) |
//! | an embedded engine that blocks, with one writer at a time | [`BlockingUserDatabase`](crate::store::BlockingUserDatabase): you write five functions (`get`, `owner`, `after`, `count`, `replace`), all rules are provided; a sixth, `with_email_prefix`, lets an index serve a search by address |
//! | anything else | an implementation of [`UserDatabase`](crate::UserDatabase), six methods |
//!
//! The whole way, from choosing the user to reading the report of the suite, stands in the
//! documentation of `testing::contract` (feature `contract`), and `examples/custom-storage` has walked
//! it for an embedded key-value store, in fewer than a hundred lines of code. In short:
//!
//! 1. **Each method is one atomic step.** Let the engine decide: a unique index, a condition in the
//!    statement that writes, a transaction that excludes other writers. A look before a write is a
//!    race.
//! 2. **Absent is not an error, and an error is not absence.** `Ok(None)` and the outcomes say what
//!    is not there; [`StoreError`](crate::StoreError) says that you do not know.
//! 3. **Keep the executor free**, and expect a future to be dropped at any moment.
//! 4. **Prove it**, with the feature `contract` of `auth-core` among the development dependencies:
//!
#![cfg_attr(feature = "contract", doc = "```")]
#![cfg_attr(not(feature = "contract"), doc = "```ignore")]
//! use auth_core::store::memory::MemoryUserDatabase as MyStore;
//! use auth_core::testing::contract::{self, Fresh};
//!
//! // With the attribute `#[tokio::test(flavor = "multi_thread")]`.
//! async fn my_store_keeps_the_contract() {
//!     let fresh = || async { Fresh::new(MyStore::new()) };
//!     contract::user_database(fresh).await.assert_kept();
//! }
//! # let mut runtime = tokio::runtime::Builder::new_multi_thread();
//! # runtime.enable_all().build().unwrap().block_on(my_store_keeps_the_contract());
//! ```
//!
//! A storage that also counts what expires implements [`ExpiringStore`](crate::ExpiringStore), five
//! methods, and runs `contract::expiring_store`. Without it every other store of that trait will do,
//! one in SQL or, for one process, the one in memory.
//!
//! One that keeps sessions implements [`SessionStore`](crate::SessionStore), eight methods of one
//! statement each, and runs `contract::session_store`; the toolkit rotates refresh tokens with them.
//! One that keeps users and sessions writes
//! [`UserChange::keep_session`](crate::store::UserChange::keep_session) in the step of the update, and
//! runs `contract::sessions_of_users`. Without it sessions live in any other store of that trait.
//!
//! # Credentials
//!
//! TOTP secrets, recovery codes, passkeys, accounts at providers and API keys are rows of one
//! [`CredentialStore`](crate::CredentialStore): seven methods of one statement each. A credential has an
//! [`Owner`](crate::store::Owner), a kind, an id that is unique within its kind, and data that is sealed
//! ([`Sealer`](crate::secret::Sealer)) or a digest. Run `contract::credential_store` on a store of your
//! own.
//!
//! In SQL it is one table with the primary key `(kind, id)` and an index on `owner`. Let the primary key
//! decide between two insertions, and put owner and version into the condition of the update.
//!
//! Deleting a user for good removes the user's credentials, and deactivating one leaves them. A store
//! that holds users and credentials removes them in the step of
//! [`UserDatabase::delete`](crate::UserDatabase::delete), which names their owner, and runs
//! `contract::credentials_of_users`. Otherwise the flow removes them right after. A credential whose
//! user was removed by other means (SQL by hand) stays: it opens nothing, and keeps its id taken.
