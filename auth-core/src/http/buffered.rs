//! A whole request in memory.

use std::fmt;
use std::net::IpAddr;
use std::task::{Context, Poll};

use super::{BrokenBody, RequestBody, RequestHead};

/// A complete request in memory: for tests, and for adapters of frameworks that read bodies beforehand.
///
/// ```
/// use auth_core::http::{BufferedRequest, RequestHead};
///
/// let request = BufferedRequest::new("POST", b"{}".to_vec()).header("content-type", "application/json");
/// assert_eq!(request.head.header("content-type", 0), Some(&b"application/json"[..]));
/// ```
#[derive(Debug, Clone)]
pub struct BufferedRequest {
    /// The head.
    pub head: BufferedHead,
    /// The body.
    pub body: BufferedBody,
}

/// The head of a [`BufferedRequest`].
#[derive(Clone)]
pub struct BufferedHead {
    method: String,
    query: Option<String>,
    headers: Vec<(String, Vec<u8>)>,
    peer: Option<IpAddr>,
}

/// The body of a [`BufferedRequest`].
#[derive(Clone)]
pub struct BufferedBody {
    bytes: Vec<u8>,
    is_read: bool,
}

impl BufferedRequest {
    /// Creates a request without headers.
    #[must_use]
    pub fn new(method: &str, body: Vec<u8>) -> Self {
        let head = BufferedHead {
            method: method.to_owned(),
            query: None,
            headers: Vec::new(),
            peer: None,
        };
        Self {
            head,
            body: BufferedBody {
                bytes: body,
                is_read: false,
            },
        }
    }

    /// Adds a header, whose name may have any case.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.head
            .headers
            .push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// Sets the query, without its `?`.
    #[must_use]
    pub fn query(mut self, query: &str) -> Self {
        self.head.query = Some(query.to_owned());
        self
    }

    /// Sets the address at the other end of the connection. Without it the address is not known.
    #[must_use]
    pub fn peer(mut self, address: impl Into<IpAddr>) -> Self {
        self.head.peer = Some(address.into());
        self
    }
}

impl RequestHead for BufferedHead {
    fn method(&self) -> &str {
        &self.method
    }
    fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        let mut values = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        values.nth(index).map(|(_, value)| value.as_slice())
    }
    fn peer(&self) -> Option<IpAddr> {
        self.peer
    }
}

impl RequestBody for BufferedBody {
    /// Returns `None`: the length is known when the body is read.
    fn announced(&self) -> Option<u64> {
        None
    }

    fn poll_chunk(&mut self, _: &mut Context<'_>) -> Poll<Result<Option<&[u8]>, BrokenBody>> {
        let is_read = std::mem::replace(&mut self.is_read, true);
        Poll::Ready(Ok((!is_read).then_some(&*self.bytes)))
    }
}

// Heads and bodies carry credentials: `Debug` shows only their shape.
impl fmt::Debug for BufferedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferedHead")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BufferedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BufferedBody({} bytes)", self.bytes.len())
    }
}
