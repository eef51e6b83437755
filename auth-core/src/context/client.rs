//! The client of a request: its address and its user agent.

use std::net::IpAddr;
use std::sync::Arc;

use crate::text;

/// The client that sent a request.
///
/// Neither part is proof of anything. The address is the peer's, or reported by a trusted proxy; the
/// user agent is any text of the client.
///
/// # Examples
///
/// ```
/// use auth_core::Client;
/// use std::net::IpAddr;
///
/// let client = Client::unknown()
///     .with_address("::ffff:192.0.2.1".parse::<IpAddr>()?)
///     .with_user_agent("Mozilla/5.0\u{202e}  (X11)");
///
/// assert_eq!(client.address(), Some("192.0.2.1".parse()?));
/// assert_eq!(client.user_agent(), Some("Mozilla/5.0 (X11)"));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Client {
    address: Option<IpAddr>,
    user_agent: Option<Arc<str>>,
}

impl Client {
    /// The longest user agent that is kept, in characters.
    const MAX_USER_AGENT: usize = 255;

    /// Creates a client without an address and without a user agent.
    #[must_use]
    pub const fn unknown() -> Self {
        Self {
            address: None,
            user_agent: None,
        }
    }

    /// Sets the address. An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) becomes its IPv4 address.
    #[must_use]
    pub fn with_address(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = Some(address.into().to_canonical());
        self
    }

    /// Sets the user agent from the value of the header `User-Agent`, cleaned: without control
    /// characters, characters that are invisible or change the direction of text, and bytes that
    /// are not UTF-8; runs of white space become one space; at most 255 characters are kept.
    /// A value with nothing left counts as absent.
    #[must_use]
    pub fn with_user_agent(mut self, value: impl AsRef<[u8]>) -> Self {
        let line = text::visible_line(value.as_ref(), Self::MAX_USER_AGENT);
        self.user_agent = (!line.is_empty()).then(|| line.into());
        self
    }

    /// Returns the address; `None` if it is not known.
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Returns the cleaned user agent; `None` if the client sent none. It is a hint for the owner of
    /// a session and is never trusted.
    #[must_use]
    pub fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::Client;
    use std::net::IpAddr;

    fn check(value: impl AsRef<[u8]>, expected: Option<&str>) {
        let client = Client::unknown().with_user_agent(value);
        assert_eq!(client.user_agent(), expected);
    }

    /// A16.4.1: a client cannot begin a line of a log.
    #[test]
    fn user_agent_keeps_only_visible_text() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        check(firefox, Some(firefox));
        check("  a \t\u{7}b\u{202e}c   \u{200b} d ", Some("a bc d"));
        check("a\r\nauthn_login_success", Some("a authn_login_success"));
        check(b"caf\xc3\xa9 \xff\xfe", Some("café"));
        check("", None);
        check(" \u{feff} ", None);
        check("x".repeat(10_000), Some(&"x".repeat(255)));
        check("é".repeat(300), Some(&"é".repeat(255)));
        // The last character before the cut is a space at the end, so it is removed.
        let long = "x".repeat(254);
        check(format!("{long} y"), Some(&long));
    }

    #[test]
    fn ipv4_mapped_address_becomes_ipv4() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        for (given, kept) in [
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            // An IPv4-compatible address is a deprecated form and a different address.
            ("::192.0.2.1", "::192.0.2.1"),
        ] {
            let client = Client::unknown().with_address(address(given));
            assert_eq!(client.address(), Some(address(kept)), "{given}");
        }
    }
}
