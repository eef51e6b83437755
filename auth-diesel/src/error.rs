//! Why a store could not be opened, and what of a failure may be told.

use std::time::Duration;

use auth_core::{BoxError, StoreError};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::PoolError;
use thiserror::Error;

use crate::engine::Engine;

/// Why a store could not be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL is not of the form `sqlite://PATH`.
    #[error("not a URL of the form sqlite://PATH")]
    Url,
    /// The URL asks for a database in memory. Each connection of a pool would have its own; a test
    /// takes a file in a temporary folder, or the memory stores of `auth-core`.
    #[error("a database in memory cannot be shared by the connections of a pool, name a file")]
    InMemory,
    /// The file cannot be made.
    #[error("the database file cannot be made")]
    File(#[source] std::io::Error),
    /// The file cannot be opened as a database.
    #[error("the database cannot be opened")]
    Connection(#[source] BoxError),
    /// The tables cannot be brought up to date.
    #[error("the tables cannot be brought up to date")]
    Migration(#[source] BoxError),
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
    #[error("a stored value cannot be read")]
    Unreadable,
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

impl Failure {
    /// What may be told of an error of Diesel's.
    pub(crate) fn of<C: Engine>(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, info) => Self::Statement {
                kind,
                message: C::loggable(&*info),
            },
            DieselError::DeserializationError(_) => Self::Unreadable,
            DieselError::RollbackErrorOnCommit { .. }
            | DieselError::AlreadyInTransaction
            | DieselError::NotInTransaction
            | DieselError::BrokenTransactionManager => Self::Transaction,
            _ => Self::Other,
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
