//! Storage of accounts in SQL databases, through Diesel.
//!
//! [`DieselStore`] (and `AnyStore`) implements all storage traits, and is cheap to clone:
//!
//! | it implements | for | table |
//! | --- | --- | --- |
//! | [`UserDatabase`](auth_core::UserDatabase) | the bundled [`User`](auth_core::User), or the application's user type ([`SqlUser`]) | `auth_users`, or the application's |
//! | [`ExpiringStore`](auth_core::ExpiringStore) | one-time tokens, counters | `auth_expiring` |
//! | [`SessionStore`](auth_core::SessionStore) | sessions, of any users | `auth_sessions` |
//! | [`CredentialStore`](auth_core::CredentialStore) | credentials, of any users | `auth_credentials` |
//!
//! | feature | store | engine | URL |
//! | --- | --- | --- | --- |
//! | `sqlite` (default) | `SqliteStore` | SQLite, compiled in: no system library, no server | `sqlite://PATH` |
//! | `postgres` | `PostgresStore` | PostgreSQL 12 and later | `postgres://…` |
//! | `mysql` | `MysqlStore` | MySQL 8, MariaDB 10.5, and later | `mysql://…` |
//! | `tls` | `PostgresStore` | TLS for PostgreSQL, with rustls | `postgres://…?sslmode=verify-full&sslrootcert=…` |
//! | any of them | `AnyStore` | the engine of a URL | |
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
//! // Creates the file if it does not exist, and brings its tables up to date.
//! let store: SqliteStore = SqliteStore::open(&url).await?;
//! assert_eq!(store.list(PageRequest::first()).await?.total, 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to use | see |
//! | --- | --- |
//! | TLS, and the options of URLs | the guide [`guide::servers`] |
//! | one pool for the application and its accounts | [`DieselStore::from_pool`] |
//! | your own user type, with additional columns | [`user!`]; the guide is [`guide::own_user`] |
//! | your own mapping of a table | [`SqlUser`] |
//! | a user and your own rows in one transaction | [`DieselStore::transaction`], [`UsersIn`]; the guide is [`guide::transaction`] |
//! | another migration tool | the SQL in the folder `migrations` of this crate, and [`StoreOptions::without_migrations`] |
//!
//! # Guarantees
//!
//! * **Each operation is one atomic step.** Uniqueness is decided by unique indexes, counters by
//!   one upsert, conditions by the `WHERE` of the statement that writes, and operations of two
//!   statements by a transaction that locks the rows that it reads.
//! * **The session to keep moves with its user.** A change that ends all other sessions writes
//!   the new epoch into the kept session in the same transaction. This requires users and sessions
//!   in one store; with two stores, the flow does it afterwards.
//! * **Only logins add session rows.** A session is one row, which refreshes rewrite; purging
//!   removes expired rows. Deleting a user does not remove its sessions by a
//!   foreign key, because sessions may belong to several tables of users: the flow removes them.
//! * **A dropped request affects no other.** Operations run in separate tasks, except look-ups: when a client hangs
//!   up during one, the statement ends, the connection returns to the pool, and the change is
//!   applied completely or not at all. The same applies when the runtime ends: uncommitted changes
//!   are rolled back.
//! * **A look-up of an authenticated request is one statement, beside the pool.** It runs on connections that only read,
//!   without a task of its own, and sees every change that has returned: see [`StoreOptions::lookup_connections`].
//! * **The store recovers from an outage of the server.** During the outage operations fail within
//!   [`StoreOptions::checkout_timeout`] and [`StoreOptions::statement_timeout`]; closed connections are
//!   replaced, and an operation that provably wrote nothing runs once more. The
//!   client of a failed change does not know whether it was applied: a retry then reports that
//!   the address is taken, or that the epoch has changed.
//! * **Errors contain no values.** The message of a [`StoreError`](auth_core::StoreError) for the log
//!   names tables and columns, never an address, a hash or a URL. The PostgreSQL driver, however, writes all
//!   parameters to the log at `debug`: limit the target `tokio_postgres` to `info`. A store warns about such a log.
//! * **The injected clock decides about expiry**, not the clock of the database. Tokens, limits
//!   and tables then use one time, on any number of machines with synchronized clocks, and a test
//!   can set it. Expired rows count as absent; purging them only saves space.
//!
//! Requires a tokio runtime of either flavour, with I/O and time enabled.
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
// The examples need SQLite.
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
mod url;

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
// The crates for an application's own pool and statements, in matching versions. (`table!`
// needs `diesel` among the application's own dependencies.)
pub use {bb8, diesel, diesel_async};

// `user!` expands to paths that begin with it.
#[doc(hidden)]
pub use auth_core;

#[cfg(feature = "mysql")]
pub use diesel_async::AsyncMysqlConnection as MysqlConnection;
#[cfg(feature = "postgres")]
pub use diesel_async::AsyncPgConnection as PostgresConnection;
#[cfg(feature = "postgres")]
pub use engine::postgres::postgres_manager;
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
