//! Why a store could not be opened, and what of a failure may be told.

use std::time::Duration;

use auth_core::StoreError;
use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::PoolError;
use thiserror::Error;

use crate::engine::Engine;
use crate::migrate::MigrationFailure;
use crate::sql::UnreadableColumn;

/// Why a store could not be opened.
///
/// None of it repeats the URL, which may hold a password. Its `Debug` is its sentence, because that
/// is what a `main` shows that answers an error.
#[derive(Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL has not the form that this store reads; here is how it must begin.
    #[error("not a URL of the form {0}…")]
    Url(&'static str),
    /// The URL is of an engine whose feature is not enabled, or of none that is known.
    #[error("no engine for this URL: enable the feature `{0}` of auth-diesel")]
    NoEngine(&'static str),
    /// The URL asks for a database in memory. Each connection of a pool would have its own; a test
    /// takes a file in a temporary folder, or the memory stores of `auth-core`.
    #[error("a database in memory cannot be shared by the connections of a pool, name a file")]
    InMemory,
    /// The file cannot be made.
    #[error("the database file cannot be made")]
    File(#[source] std::io::Error),
    /// The file is there and cannot be opened as a database.
    #[error("the database file cannot be opened: {0}")]
    NoDatabase(String),
    /// The server cannot be reached in time, or refuses the connection; the reason has neither the
    /// URL nor a password in it.
    #[error("the database cannot be connected to: {0}")]
    Connection(String),
    /// A newer version of this crate has changed the tables; here is the first migration that this
    /// one does not know.
    #[error("the database is newer than this program, which does not know migration {0}")]
    NewerDatabase(String),
    /// The tables cannot be brought up to date; the reason is the database's.
    #[error("the tables cannot be brought up to date: {0}")]
    Migration(String),
    /// A table of users, sessions, credentials or expiring entries is not as it must be.
    #[error("table {table} does not fit: {reason}")]
    Table {
        /// The table.
        table: String,
        /// The reason, in our words or in those of the database.
        reason: String,
    },
    /// The runtime ended while the store was being opened.
    #[error("the runtime is ending")]
    Interrupted,
}

/// What the log learns of a failure. Built from Diesel's errors, which may hold bound values in
/// places that differ from engine to engine; here is only what each engine vouches for.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("no connection was free in time")]
    NoConnection,
    #[error("no turn to write came within {0:?}")]
    NoTurn(Duration),
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

/// How an operation on a connection failed inside of a transaction.
#[derive(Debug)]
pub(crate) enum StepError {
    /// The engine refused a statement.
    Diesel(DieselError),
    /// Something above the engine failed.
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
    /// What the log may learn.
    pub(crate) fn into_store_error<C: Engine>(self) -> StoreError {
        match self {
            Self::Diesel(error) => Failure::of::<C>(&error).into(),
            Self::Store(error) => error,
        }
    }
}

impl Failure {
    /// What may be told of an error of Diesel's.
    pub(crate) fn of<C: Engine>(error: &DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, info) => Self::Statement {
                kind: *kind,
                message: C::loggable(&**info),
            },
            DieselError::DeserializationError(error) => Self::Unreadable(
                // Ours says which column; others may quote a value.
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

    /// Why a connection could not be made, in words that have no part of its URL in them.
    pub(crate) fn to_connect(error: &PoolError) -> String {
        const DRIVER: &str = "the driver cannot make sense of the URL or of the server";
        match error {
            PoolError::ConnectionError(ConnectionError::BadConnection(reason))
                if reason.starts_with("Input/output error") =>
            {
                reason.clone()
            }
            PoolError::ConnectionError(ConnectionError::CouldntSetupConfiguration(error))
            | PoolError::QueryError(error) => match error {
                // The driver's own words, which are always the same, or those of the server, which
                // name users and databases, and no password.
                DieselError::DatabaseError(_, info) => info.message().to_owned(),
                _ => DRIVER.to_owned(),
            },
            PoolError::ConnectionError(_) => DRIVER.to_owned(),
        }
    }

    /// What may be told of a pool that gave no connection. A connection error may quote the URL,
    /// and a URL may hold a password.
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
    /// A file that is not a database, or cannot be read. Messages of SQLite contain no values.
    #[cfg(feature = "sqlite")]
    pub(crate) fn file(error: &dyn std::error::Error) -> Self {
        Self::NoDatabase(error.to_string())
    }

    pub(crate) fn of_migration<C: Engine>(failure: MigrationFailure) -> Self {
        match failure {
            MigrationFailure::Newer(name) => Self::NewerDatabase(name),
            MigrationFailure::Busy => Self::Migration(MigrationFailure::Busy.to_string()),
            // Migrations bind no value but their own names: the whole message may be told.
            MigrationFailure::Diesel(DieselError::DatabaseError(_, info)) => {
                Self::Migration(info.message().to_owned())
            }
            MigrationFailure::Diesel(error) => {
                Self::Migration(Failure::of::<C>(&error).to_string())
            }
        }
    }
}
