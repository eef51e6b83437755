//! A reply: a status, headers and a body.

use std::fmt;

use serde::Serialize;

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

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
