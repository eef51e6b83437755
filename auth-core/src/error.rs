//! Failures of stores and services, and the error codes for clients.

mod app_code;
mod code;

pub(crate) use app_code::is_upper_snake;
pub use app_code::{AppCode, InvalidAppCode};
pub use code::ErrorCode;

use std::error::Error as StdError;
use std::time::Duration;

use thiserror::Error;

/// An error of other code, kept as the source for the log.
pub type BoxError = Box<dyn StdError + Send + Sync + 'static>;

/// A store failed: the connection failed, the pool was exhausted, or a row was invalid.
///
/// It never means "the row does not exist": absence is `Ok(None)`, a conflict is an outcome.
/// Clients see 503 and nothing of the source.
#[derive(Debug, Error)]
#[error("the store cannot answer")]
pub struct StoreError {
    #[source]
    source: BoxError,
}

impl StoreError {
    /// Wraps the error of the engine.
    ///
    /// ```
    /// let error = auth_core::StoreError::new(std::io::Error::other("connection reset"));
    /// assert_eq!(error.to_string(), "the store cannot answer");
    /// ```
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self {
            source: source.into(),
        }
    }
}

/// A required service failed: a store, the queue of the password hasher, a required breach service,
/// the system's random numbers.
///
/// Over HTTP it is 503 `SERVICE_UNAVAILABLE`, never "not logged in".
#[derive(Debug, Error)]
#[error("a service that accounts need cannot answer")]
pub struct Unavailable {
    #[source]
    source: BoxError,
    retry_after: Option<Duration>,
}

impl Unavailable {
    /// Wraps the error that made the operation impossible.
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self {
            source: source.into(),
            retry_after: None,
        }
    }

    /// Wraps an error, with the time after which a retry can succeed.
    pub(crate) fn with_retry_after(self, retry_after: Duration) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..self
        }
    }

    /// Returns the time after which a retry can succeed, if it is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl From<StoreError> for Unavailable {
    fn from(error: StoreError) -> Self {
        Self {
            source: error.source,
            retry_after: None,
        }
    }
}
