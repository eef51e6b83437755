//! Storage of accounts in SQL databases, through Diesel.
//!
//! [`DieselStore`] (and `AnyStore`) implements all storage traits, and is cheap to clone:
//!
//! | it implements | for | table |
//! | --- | --- | --- |
//! | [`UserDatabase`](auth_core::UserDatabase) | the bundled [`User`](auth_core::User), or a user of the application's own ([`SqlUser`]) | `auth_users`, or the application's |
//! | [`ExpiringStore`](auth_core::ExpiringStore) | one-time tokens, counters | `auth_expiring` |
//! | [`SessionStore`](auth_core::SessionStore) | sessions, of any users | `auth_sessions` |
//! | [`CredentialStore`](auth_core::CredentialStore) | credentials, of any users | `auth_credentials` |
//!
//! | feature | store | engine | URL |
//! | --- | --- | --- | --- |
//! | `sqlite` (default) | `SqliteStore` | SQLite, compiled in: no system library, no server | `sqlite://PATH` |
//! | `postgres` | `PostgresStore` | PostgreSQL 12 and later | `postgres://…` |
//! | `mysql` | `MysqlStore` | MySQL 8, MariaDB 10.5, and later | `mysql://…` |
//! | any of them | `AnyStore` | the one that a URL names | |
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
//! let store: SqliteStore = SqliteStore::open(&url).await?;
//! assert_eq!(store.list(PageRequest::first()).await?.total, 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you want | you take |
//! | --- | --- |
//! | your own pool, shared with the application | [`DieselStore::from_pool`] |
//! | a user of your own, with own columns | [`user!`]; the guide is [`guide::own_user`] |
//! | a mapping of your own | [`SqlUser`] |
//! | a user and rows of your own, together or not at all | [`DieselStore::transaction`], [`UsersIn`]; the guide is [`guide::transaction`] |
//! | migrations by a tool of your own | the SQL in the folder `migrations` of this crate, and [`StoreOptions::without_migrations`] |
//!
//! # What holds
//!
//! * **Each operation is one atomic step.** Uniqueness is decided by unique indexes, counters by
//!   one upsert, conditions by the `WHERE` of the statement that writes, and what takes two
//!   statements by a transaction that locks what it looked at.
//! * **The session to keep moves with its user.** A change that ends all other sessions writes
//!   the new epoch into the one that it keeps in the same transaction. That takes users and sessions
//!   in one store; with two, the flow does it right after.
//! * **Sessions grow by logins alone.** A session is one row, which refreshes rewrite; purging
//!   removes those whose time is over. That a user is deleted does not remove its sessions by a
//!   foreign key, for they may be of several tables of users: the flow removes them.
//! * **A dropped request affects no other.** Operations run in tasks of their own: when a client hangs
//!   up in the middle, the statement ends, the connection returns to the pool, and the change is
//!   there as a whole or not at all. The same holds when the runtime ends: what was not committed
//!   is rolled back.
//! * **A server that goes away comes back.** While it is gone operations fail, in the time that
//!   [`StoreOptions::checkout_timeout`] says; connections that it has cut are replaced. What the
//!   client of a failed change does not know is whether it happened: asked again, it answers that
//!   the address is taken, or that the epoch has moved.
//! * **Errors carry no values.** What a [`StoreError`](auth_core::StoreError) says for the log
//!   names tables and columns, never an address, a hash or a URL.
//! * **The injected clock decides what is expired**, not the clock of the database. Tokens, limits
//!   and tables then agree on one time, on any number of machines with one clock policy, and a test
//!   moves it by hand. Rows that are over count as absent; purging them only saves space.
//!
//! Needs a tokio runtime with I/O and time enabled, of either flavour.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres", feature = "mysql")),
    expect(
        dead_code,
        unused_imports,
        unused_macros,
        reason = "without an engine the shared code is unused"
    )
)]

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod any;
mod create_table;
mod declare;
mod engine;
mod error;
// Its examples run on SQLite.
#[cfg(any(feature = "sqlite", doc))]
pub mod guide;
mod migrate;
mod options;
mod schema;
mod sql;
mod sql_engine;
mod statements;
mod store;
mod table;
mod types;

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub use any::AnyStore;
pub use engine::{Pool, SqlBackend};
pub use error::OpenError;
pub use options::StoreOptions;
pub use sql_engine::SqlEngine;
pub use store::{DieselStore, Transaction, UsersIn};
pub use table::{
    AccountColumns, ColumnType, DeclaredColumns, DeclaredTable, OwnChanges, OwnColumns, OwnValues,
    SqlKey, SqlUser, TextColumn, UserTable,
};
pub use types::{AuthTime, AuthUuid};
// What an application writes its own pool and statements with, in the versions that fit. (`table!`
// needs `diesel` among the application's own dependencies.)
pub use {bb8, diesel, diesel_async};

// `user!` writes paths that begin with it.
#[doc(hidden)]
pub use auth_core;

#[cfg(feature = "mysql")]
pub use diesel_async::AsyncMysqlConnection as MysqlConnection;
#[cfg(feature = "postgres")]
pub use diesel_async::AsyncPgConnection as PostgresConnection;
#[cfg(feature = "sqlite")]
pub use engine::sqlite::{SqliteConnection, sqlite_manager};

/// A [`DieselStore`] in a SQLite file.
#[cfg(feature = "sqlite")]
pub type SqliteStore<U = auth_core::User> = DieselStore<SqliteConnection, U>;

/// A [`DieselStore`] in a PostgreSQL database.
#[cfg(feature = "postgres")]
pub type PostgresStore<U = auth_core::User> = DieselStore<PostgresConnection, U>;

/// A [`DieselStore`] in a MySQL or MariaDB database.
#[cfg(feature = "mysql")]
pub type MysqlStore<U = auth_core::User> = DieselStore<MysqlConnection, U>;
