//! Requests and replies as plain values: no socket, no framework, no HTTP crate.

use std::fmt;

use async_trait::async_trait;
use serde::Serialize;

/// The head of a request, borrowed from whatever the framework holds.
///
/// An adapter implements it on a newtype around the framework's own head; nothing is copied.
pub trait RequestHead: Send + Sync {
    /// The method, in upper case.
    fn method(&self) -> &str;
    /// The query without its `?`; `None` where there is none.
    fn query(&self) -> Option<&str>;
    /// The `index`-th value of the header `name` (given in lower case), in the order of the wire;
    /// `None` beyond the last. All values must be reachable: HTTP/2 splits `Cookie`.
    fn header(&self, name: &str, index: usize) -> Option<&[u8]>;
}

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

/// A whole request that is in memory already: for tests, and for adapters of frameworks that read
/// bodies beforehand.
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
}

/// The body of a [`BufferedRequest`].
#[derive(Clone)]
pub struct BufferedBody(Vec<u8>);

/// A reply: a status, headers, a body. An adapter sends it as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    /// A reply without a body. Every reply of ours is never to be stored by a cache.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: vec![("cache-control", "no-store".to_owned())],
            body: Vec::new(),
        }
    }

    /// A reply with a JSON body.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(status: u16, value: &T) -> Self {
        Self::with_body(status, "application/json", value)
    }

    /// A reply that caches may keep as `cache_control` says, without a body.
    pub(crate) fn cacheable_empty(status: u16, cache_control: &'static str) -> Self {
        Self {
            headers: vec![("cache-control", cache_control.to_owned())],
            ..Self::empty(status)
        }
    }

    /// The same, with a JSON body.
    pub(crate) fn cacheable_json<T: Serialize + ?Sized>(
        status: u16,
        cache_control: &'static str,
        value: &T,
    ) -> Self {
        let body = serde_json::to_vec(value).unwrap_or_default();
        Self {
            body,
            ..Self::cacheable_empty(status, cache_control)
        }
        .header("content-type", "application/json")
    }

    pub(crate) fn with_body<T: Serialize + ?Sized>(
        status: u16,
        content_type: &'static str,
        value: &T,
    ) -> Self {
        // Every value that the toolkit writes is a struct or a map with text keys.
        let body = serde_json::to_vec(value).unwrap_or_default();
        Self {
            body,
            ..Self::empty(status)
        }
        .header("content-type", content_type)
    }

    /// Adds a header; the name is in lower case.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers in the order in which they are sent; a name may be there more than once.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// The bytes of the body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, taken out.
    #[must_use]
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }
}

impl BufferedRequest {
    /// A request without headers.
    #[must_use]
    pub fn new(method: &str, body: Vec<u8>) -> Self {
        let head = BufferedHead {
            method: method.to_owned(),
            query: None,
            headers: Vec::new(),
        };
        Self {
            head,
            body: BufferedBody(body),
        }
    }

    /// Adds a header; the name is in lower case.
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
}

impl RequestHead for BufferedHead {
    fn method(&self) -> &str {
        &self.method
    }
    fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        let mut values = self.headers.iter().filter(|(n, _)| n == name);
        values.nth(index).map(|(_, value)| value.as_slice())
    }
}

#[async_trait]
impl RequestBody for BufferedBody {
    async fn read(&mut self, limit: usize) -> Result<Vec<u8>, BodyError> {
        if self.0.len() > limit {
            Err(BodyError::TooLarge)
        } else {
            Ok(std::mem::take(&mut self.0))
        }
    }
}

// Heads and bodies carry credentials: `Debug` shows their shape and nothing of them.
impl fmt::Debug for BufferedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferedHead")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BufferedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BufferedBody({} bytes)", self.0.len())
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
