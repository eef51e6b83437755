//! The errors of opening a store, and the parts of a failure that may be logged.

use std::time::Duration;

use auth_core::StoreError;
use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::PoolError;
use thiserror::Error;

use crate::engine::Engine;
use crate::migrate::MigrationFailure;
use crate::sql::UnreadableColumn;

/// The error of opening a store.
///
/// It never contains the URL, which may have a password. Its `Debug` equals its `Display`, because
/// a `main` that returns an error prints `Debug`.
#[derive(Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL does not have the form of this store; the value is the required beginning.
    #[error("not a URL of the form {0}…")]
    Url(&'static str),
    /// A part of the URL is missing, or its parts cannot be told apart.
    #[error("the database URL is invalid: {0}")]
    InvalidUrl(&'static str),
    /// An option of the URL is unknown, or has a value that cannot be used.
    #[error("option `{option}` of the database URL {reason}")]
    UrlOption {
        /// The name of the option.
        option: String,
        /// The reason, and what to do: the rest of the sentence.
        reason: String,
    },
    /// The feature of the URL's engine is not enabled, or the engine is unknown.
    #[error("no engine for this URL: enable the feature `{0}` of auth-diesel")]
    NoEngine(&'static str),
    /// The URL names a database in memory, which each connection of a pool would have separately. A test
    /// uses a file in a temporary folder, or the memory stores of `auth-core`.
    #[error("a database in memory cannot be shared by the connections of a pool, name a file")]
    InMemory,
    /// The file cannot be created.
    #[error("the database file cannot be created")]
    File(#[source] std::io::Error),
    /// The file exists and cannot be opened as a database.
    #[error("the database file cannot be opened: {0}")]
    NoDatabase(String),
    /// The server cannot be reached in time, or rejects the connection; the reason contains neither the
    /// URL nor a password.
    #[error("the database cannot be connected to: {0}")]
    Connection(String),
    /// A pooler between this program and PostgreSQL loses prepared statements after each transaction.
    #[error(
        "the database is behind a pooler such as PgBouncer in transaction mode, which loses prepared statements: \
         add the option `pgbouncer=true` to the database URL, or call StoreOptions::transaction_pooling"
    )]
    TransactionPooling,
    /// A newer version of this crate has changed the tables; the value is the first migration that this
    /// version does not know.
    #[error("the database is newer than this program, which does not know migration {0}")]
    NewerDatabase(String),
    /// The tables cannot be brought up to date; the reason is that of the database.
    #[error("the tables cannot be brought up to date: {0}")]
    Migration(String),
    /// A setting of the database, or of the connections of a pool, loses data or breaks statements: an encoding
    /// other than UTF-8, or a mode.
    #[error("the database cannot be used with its settings: {0}")]
    Setting(String),
    /// A table of users, sessions, credentials or expiring entries does not have the required form.
    #[error("table {table} does not fit: {reason}")]
    Table {
        /// The table.
        table: String,
        /// The reason, given by this crate or by the database.
        reason: String,
    },
    /// The runtime ended while the store was being opened.
    #[error("the runtime is ending")]
    Interrupted,
}

/// The loggable part of a failure. Diesel's errors may contain bound values in
/// places that differ between engines; this has only the parts that are free of values.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("no connection was free in time")]
    NoConnection,
    #[error("no write permit was available within {0:?}")]
    NoPermit(Duration),
    #[error("the database did not answer within {0:?}")]
    NoAnswer(Duration),
    #[error("the database cannot be connected to")]
    Connection,
    #[error("the database refused a statement ({kind:?}): {message}")]
    Statement {
        kind: DatabaseErrorKind,
        message: String,
    },
    #[error("a stored value cannot be read: {0}")]
    Unreadable(String),
    #[error("a transaction could not be ended")]
    Transaction,
    #[error("an unexpected failure of the query library")]
    Other,
    #[error("the runtime is ending, or an operation panicked")]
    Interrupted,
    #[error("a stored count is negative")]
    NegativeCount,
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        Self::new(failure)
    }
}

/// The failure of an operation on a connection inside of a transaction.
#[derive(Debug)]
pub(crate) enum StepError {
    /// The engine rejected a statement.
    Diesel(DieselError),
    /// Code above the engine failed.
    Store(StoreError),
}

impl From<DieselError> for StepError {
    fn from(error: DieselError) -> Self {
        Self::Diesel(error)
    }
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for StepError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure.into())
    }
}

impl StepError {
    /// Returns the loggable part.
    pub(crate) fn into_store_error<C: Engine>(self) -> StoreError {
        match self {
            Self::Diesel(error) => Failure::of::<C>(&error).into(),
            Self::Store(error) => error,
        }
    }
}

impl Failure {
    /// Returns the loggable part of one of Diesel's errors.
    pub(crate) fn of<C: Engine>(error: &DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, info) => Self::Statement {
                kind: *kind,
                message: C::loggable(&**info),
            },
            DieselError::DeserializationError(error) => Self::Unreadable(
                // The crate's own error names the column; others may quote a value.
                error
                    .downcast_ref::<UnreadableColumn>()
                    .map_or_else(|| "of an unexpected type".to_owned(), ToString::to_string),
            ),
            DieselError::RollbackErrorOnCommit { .. }
            | DieselError::AlreadyInTransaction
            | DieselError::NotInTransaction
            | DieselError::BrokenTransactionManager => Self::Transaction,
            _ => Self::Other,
        }
    }

    /// Returns why a connection could not be made, without any part of its URL.
    pub(crate) fn to_connect(error: &PoolError) -> String {
        const DRIVER: &str = "the driver cannot parse the URL or the answer of the server";
        match error {
            PoolError::ConnectionError(ConnectionError::BadConnection(reason))
                if reason.starts_with("Input/output error") =>
            {
                reason.clone()
            }
            PoolError::ConnectionError(ConnectionError::CouldntSetupConfiguration(error))
            | PoolError::QueryError(error) => match error {
                // A constant message of the driver, or a message of the server, which may
                // name users and databases, but contains no password.
                DieselError::DatabaseError(_, info) => info.message().to_owned(),
                _ => DRIVER.to_owned(),
            },
            PoolError::ConnectionError(_) => DRIVER.to_owned(),
        }
    }

    /// Returns the loggable part of a pool's error. A connection error may quote the URL,
    /// and a URL may contain a password.
    pub(crate) fn of_pool(error: &bb8::RunError<PoolError>) -> Self {
        match error {
            bb8::RunError::TimedOut => Self::NoConnection,
            bb8::RunError::User(_) => Self::Connection,
        }
    }
}

impl std::fmt::Debug for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl OpenError {
    /// Returns the error of a file that is not a database, or cannot be read. Messages of SQLite contain no values.
    #[cfg(feature = "sqlite")]
    pub(crate) fn file(error: &dyn std::error::Error) -> Self {
        Self::NoDatabase(error.to_string())
    }

    pub(crate) fn of_migration<C: Engine>(failure: MigrationFailure) -> Self {
        match failure {
            MigrationFailure::Newer(name) => Self::NewerDatabase(name),
            MigrationFailure::Busy => Self::Migration(MigrationFailure::Busy.to_string()),
            // Migrations bind only their names, so the whole message may be logged.
            MigrationFailure::Diesel(DieselError::DatabaseError(_, info)) => {
                Self::Migration(info.message().to_owned())
            }
            MigrationFailure::Diesel(error) => {
                Self::Migration(Failure::of::<C>(&error).to_string())
            }
        }
    }
}
