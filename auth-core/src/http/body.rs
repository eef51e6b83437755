//! The body of a request, as an adapter presents it.

use std::task::{Context, Poll};

use thiserror::Error;

/// The body of a request, read only when an endpoint needs it. The core applies the limit and the
/// time-out ([`MAX_BODY_BYTES`](crate::api::MAX_BODY_BYTES), [`BODY_TIMEOUT`](crate::api::BODY_TIMEOUT));
/// an adapter passes all data on.
///
/// # Examples
///
/// ```
/// use auth_core::http::{BrokenBody, RequestBody};
/// use std::task::{Context, Poll};
///
/// /// A body that a framework has read already.
/// struct Whole(Option<Vec<u8>>, Vec<u8>);
///
/// impl RequestBody for Whole {
///     fn announced(&self) -> Option<u64> {
///         None
///     }
///     fn poll_chunk(&mut self, _: &mut Context<'_>) -> Poll<Result<Option<&[u8]>, BrokenBody>> {
///         let Some(bytes) = self.0.take() else {
///             return Poll::Ready(Ok(None));
///         };
///         self.1 = bytes;
///         Poll::Ready(Ok(Some(&self.1)))
///     }
/// }
/// ```
pub trait RequestBody: Send {
    /// Returns the length that the client announced, in bytes; `None` if it announced none. A body with
    /// an announced length above the limit is refused before a byte of it is read.
    fn announced(&self) -> Option<u64>;

    /// Polls for the next part of the body; `None` is its end. If it returns [`Poll::Pending`], it wakes
    /// the task when more data has arrived.
    ///
    /// # Errors
    ///
    /// [`BrokenBody`].
    fn poll_chunk(&mut self, task: &mut Context<'_>) -> Poll<Result<Option<&[u8]>, BrokenBody>>;
}

/// The connection broke within the body, or its transfer coding is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the body of the request is incomplete")]
pub struct BrokenBody;
