//! A header of a reply, checked.

use std::borrow::Cow;

use thiserror::Error;

/// A header of a reply: a name in lower case, and a value that every HTTP library accepts.
///
/// # Examples
///
/// ```
/// use auth_core::http::Header;
///
/// let header = Header::new("Set-Cookie", "seen=1; Path=/")?;
/// assert_eq!((header.name(), header.value()), ("set-cookie", "seen=1; Path=/"));
/// assert!(Header::new("set cookie", "seen=1").is_err());
/// assert!(Header::new("set-cookie", "seen=1\r\nx: y").is_err(), "a second header in the value");
/// # Ok::<(), auth_core::http::InvalidHeader>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    name: Cow<'static, str>,
    value: String,
}

/// A name or a value that a header cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("header name is not a token, or the value has characters besides visible ASCII")]
pub struct InvalidHeader;

impl Header {
    /// The longest accepted name, in bytes.
    pub const MAX_NAME_BYTES: usize = 256;

    /// Checks a header. The name has any case (RFC 9110 §5.1) and is kept in lower case.
    ///
    /// # Errors
    ///
    /// [`InvalidHeader`] if the name is not a token (RFC 9110 §5.6.2) of 1 to 256 bytes, or the value
    /// has a character other than visible ASCII, space and tab (RFC 9110 §5.5).
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
    ) -> Result<Self, InvalidHeader> {
        let (mut name, value) = (name.into(), value.into());
        let is_name =
            (1..=Self::MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_token);
        let is_value = value
            .bytes()
            .all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
        if !is_name || !is_value {
            return Err(InvalidHeader);
        }
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            name.to_mut().make_ascii_lowercase();
        }
        Ok(Self { name, value })
    }

    /// Returns the name, in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the value.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// A character of a token (RFC 9110 §5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_kept_in_lower_case() {
        for name in ["set-cookie", "Set-Cookie", "SET-COOKIE"] {
            assert_eq!(Header::new(name, "a=1").unwrap().name(), "set-cookie");
        }
    }

    #[test]
    fn invalid_name_or_value_is_refused() {
        let longest = "a".repeat(Header::MAX_NAME_BYTES);
        assert!(Header::new(longest.clone(), "").is_ok());
        for name in [
            String::new(),
            "a b".into(),
            "a:".into(),
            "ä".into(),
            "a\n".into(),
            longest + "a",
        ] {
            assert_eq!(Header::new(name, "x"), Err(InvalidHeader));
        }
        for value in ["a\rb", "a\nb", "a\0b", "a\u{7f}b", "ä"] {
            assert_eq!(Header::new("x-a", value), Err(InvalidHeader), "{value:?}");
        }
        assert!(Header::new("x-a", "tab\tand space ~!").is_ok());
    }
}
