//! Requests and replies as they are on the wire.

use std::fmt;

use serde_json::Value;

/// A request, complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireRequest {
    /// The method, in upper case.
    pub method: String,
    /// The path and, behind a `?`, the query: percent-encoded as it is sent.
    pub target: String,
    /// The headers in order, with names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body; empty where there is none.
    pub body: Vec<u8>,
}

/// A reply, complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireReply {
    /// The status code.
    pub status: u16,
    /// The end-to-end headers, with names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

impl WireRequest {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds an access token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Sets a body of JSON.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        self.text("application/json", value.to_string())
    }

    /// Sets a body of any kind.
    #[must_use]
    pub fn text(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self {
            body,
            ..self.header("content-type", content_type)
        }
    }

    /// A request without a body.
    #[must_use]
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A request with a body of JSON.
    #[must_use]
    pub fn post(target: &str, body: &Value) -> Self {
        Self::new("POST", target).json(body)
    }

    /// A change, with a body of JSON.
    #[must_use]
    pub fn patch(target: &str, body: &Value) -> Self {
        Self::new("PATCH", target).json(body)
    }
}

impl WireReply {
    /// The values of a header.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let of_name = self.headers.iter().filter(move |(known, _)| known == name);
        of_name.map(|(_, value)| value.as_slice())
    }

    /// The body as JSON; `null` if it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A member of the body that is a text; empty where there is none.
    pub(in crate::testing) fn text(&self, name: &str) -> String {
        let member = self
            .json()
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned);
        member.unwrap_or_default()
    }

    /// The headers sorted, since their order across names means nothing (RFC 9110 §5.3).
    pub(super) fn sorted_headers(&self) -> Vec<(String, String)> {
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.escape_ascii().to_string()))
            .collect();
        headers.sort();
        headers
    }
}

/// The start of a text of bytes, to show in a failure.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    const SHOWN: usize = 600;
    let text: String = String::from_utf8_lossy(bytes).chars().take(SHOWN).collect();
    if bytes.len() > SHOWN {
        format!("{text}… ({} bytes)", bytes.len())
    } else {
        text
    }
}

impl fmt::Display for WireRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)?;
        for (name, value) in &self.headers {
            write!(f, " | {name}: {}", value.escape_ascii())?;
        }
        write!(f, " | {}", excerpt(&self.body))
    }
}

impl fmt::Display for WireReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        for (name, value) in self.sorted_headers() {
            write!(f, " | {name}: {value}")?;
        }
        write!(f, " | {}", excerpt(&self.body))
    }
}
