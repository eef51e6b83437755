//! The body of a request, as an adapter presents it.

use async_trait::async_trait;

/// The body of a request, read only when an endpoint asks for it.
#[async_trait]
pub trait RequestBody: Send {
    /// Reads the whole body, and no more than `limit` bytes of it, for no longer than
    /// [`BODY_TIMEOUT`](crate::api::BODY_TIMEOUT): a client that never ends holds memory.
    async fn read(&mut self, limit: usize) -> Result<Vec<u8>, BodyError>;
}

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// There are more bytes than allowed.
    TooLarge,
    /// It was not complete after [`BODY_TIMEOUT`](crate::api::BODY_TIMEOUT).
    TooSlow,
    /// The connection broke, or the transfer coding made no sense.
    Broken,
}
