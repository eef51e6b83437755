//! Errors of the hasher. A wrong password is a verdict, not an error.

use std::{fmt, time::Duration};

use crate::error::Unavailable;

/// Why a hash could not be computed. Over HTTP both are 503, never "wrong password".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// The queue is full.
    #[error("too many password hashes are waiting")]
    Busy {
        /// When to retry: whole seconds, 1 to 60, for a `Retry-After` header.
        retry_after: Duration,
    },
    /// The machine could not compute the hash.
    #[error("the password hash could not be computed")]
    Failed(#[source] HashFailure),
}

impl From<HashError> for Unavailable {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy { retry_after } => Self::new(error).with_retry_after(retry_after),
            HashError::Failed(_) => Self::new(error),
        }
    }
}

/// The cause of [`HashError::Failed`]; its text says what happened, and holds no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashFailure(&'static str);

impl HashFailure {
    pub(super) const MEMORY: Self = Self("not enough memory for the hash");
    pub(super) const RANDOM: Self = Self("the operating system returned no random numbers");
    pub(super) const THREAD: Self = Self("no hasher thread could be started");
    pub(super) const LOST: Self = Self("the hasher thread ended");
    pub(super) const ARGON2: Self = Self("argon2 refused its parameters");
}

impl fmt::Display for HashFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for HashFailure {}
