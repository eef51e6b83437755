//! A reply: a status, headers and a body.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use super::Header;

/// A reply: a status, headers, a body. An adapter sends it as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    status: u16,
    headers: Vec<Header>,
    body: Vec<u8>,
    is_valid: bool,
}

impl Reply {
    /// Creates a reply without a body. Replies of the toolkit are never stored by a cache.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self::cacheable_empty(status, "no-store")
    }

    /// Creates a reply with a JSON body.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(status: u16, value: &T) -> Self {
        Self::with_body(status, "application/json", value)
    }

    /// Creates a reply without a body that caches may keep as `cache_control` says.
    pub(crate) fn cacheable_empty(status: u16, cache_control: &'static str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            is_valid: matches!(status, 200..=599),
        }
        .header("cache-control", cache_control)
    }

    /// Creates such a reply with a JSON body.
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
        // Every value of the toolkit is a struct or a map with text keys.
        let body = serde_json::to_vec(value).unwrap_or_default();
        Self {
            body,
            ..Self::empty(status)
        }
        .header("content-type", content_type)
    }

    /// Adds a header. If it is not a [`Header`], or the status is not between 200 and 599,
    /// [`Auth::respond`](crate::Auth::respond) answers 500 in place of this reply, because a missing
    /// header (a cookie, a challenge) would change its meaning.
    #[must_use]
    pub fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        match Header::new(name, value) {
            Ok(header) => self.headers.push(header),
            Err(_) => self.is_valid = false,
        }
        self
    }

    /// Adds headers.
    #[must_use]
    pub fn with_headers(mut self, headers: impl IntoIterator<Item = Header>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// Returns whether the status and all headers can be sent.
    pub(crate) fn is_valid(&self) -> bool {
        self.is_valid
    }

    /// Returns the status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the headers in the order in which they are sent; a name may occur more than once.
    pub fn headers(&self) -> impl Iterator<Item = &Header> {
        self.headers.iter()
    }

    /// Returns the bytes of the body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Takes the body out of the reply.
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
