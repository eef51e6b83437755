//! The text in which a store keeps the digests of a session's tokens.

use std::fmt;

/// The keyed digests of a session's tokens, in a text that a store keeps unchanged.
///
/// The toolkit writes and reads the text; a store must not. Its size does not depend on how often the
/// session was refreshed. Each digest has the name of the key that made it, and no token follows from
/// it.
///
/// # Examples
///
/// ```
/// use auth_core::store::SessionTokens;
///
/// let tokens = SessionTokens::from_stored("the text of a column".to_owned());
/// assert_eq!(tokens.as_stored_str(), "the text of a column");
/// assert_eq!(format!("{tokens:?}"), "SessionTokens([redacted])");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SessionTokens(String);

impl SessionTokens {
    /// The length of the longest text, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Creates it from a stored text. The text is read when a token of the session is checked.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the text to store: ASCII, at most [`MAX_BYTES`](Self::MAX_BYTES) bytes.
    #[must_use]
    pub fn as_stored_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionTokens([redacted])")
    }
}
