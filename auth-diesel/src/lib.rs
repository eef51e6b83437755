//! Storage of accounts in SQL databases, through Diesel.
//!
//! [`DieselStore`] implements [`UserDatabase`](auth_core::UserDatabase) for the bundled
//! [`User`](auth_core::User) and [`ExpiringStore`](auth_core::ExpiringStore). It is cheap to clone.
//!
//! | feature | store | engine |
//! | --- | --- | --- |
//! | `sqlite` (default) | [`SqliteStore`] | SQLite, compiled in: no system library, no server |
//!
//! # Examples
//!
//! ```
//! use auth_core::store::PageRequest;
//! use auth_core::UserDatabase;
//! use auth_diesel::SqliteStore;
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//! let folder = tempfile::tempdir()?;
//! let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
//!
//! // Makes the file if need be and brings its tables up to date.
//! let store = SqliteStore::open(&url).await?;
//! assert_eq!(store.list(PageRequest::first()).await?.total, 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An application that has a pool hands it over: [`DieselStore::from_pool`], and
//! [`DieselStore::migrate`] when it wants to. The SQL of the migrations stands in the folder
//! `migrations` of this crate, for those who apply it with a tool of their own.
//!
//! # What holds
//!
//! * **Each operation is one atomic step.** Uniqueness is decided by unique indexes, counters by
//!   one upsert, conditions by the `WHERE` of the statement that writes.
//! * **A dropped request hurts nobody.** Operations run in tasks of their own: when a client hangs
//!   up in the middle, the statement ends, the connection returns to the pool, and the change is
//!   there as a whole or not at all. The same holds when the runtime ends: what was not committed
//!   is rolled back.
//! * **Errors carry no values.** What a [`StoreError`](auth_core::StoreError) says for the log
//!   names tables and columns, never an address or a hash.
//! * **The injected clock decides what is expired**, not the clock of the database. Tokens, limits
//!   and tables then agree on one time, on any number of machines with one clock policy, and a test
//!   moves it by hand. Rows that are over count as absent; purging them only saves space.
//!
//! Needs a tokio runtime with time enabled, of either flavour.
#![cfg_attr(
    not(feature = "sqlite"),
    expect(
        dead_code,
        unreachable_pub,
        unused_imports,
        unused_macros,
        reason = "without an engine there is nobody to use what all engines share"
    )
)]

mod engine;
mod error;
mod row;
mod schema;
mod store;
mod types;

pub use engine::SqlBackend;
#[cfg(feature = "sqlite")]
pub use engine::sqlite::SqliteConnection;
#[cfg(feature = "sqlite")]
pub use error::OpenError;
pub use store::DieselStore;
#[cfg(feature = "sqlite")]
pub use store::sqlite::{SqliteOptions, SqliteStore};
