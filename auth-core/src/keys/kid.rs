//! The public name of a key.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};

/// The name of a key in the header of a token (`kid`, RFC 7515 §4.1.4).
///
/// It is 1 to 64 characters of `A–Z a–z 0–9 . _ -`: every token carries it in clear, and it is safe
/// in a log or a file name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(String);

impl KeyId {
    /// The longest name, in characters.
    pub const MAX_LENGTH: usize = 64;

    /// Checks a name.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::token::KeyId;
    ///
    /// assert_eq!(KeyId::parse("2026-01")?.as_str(), "2026-01");
    /// assert!(KeyId::parse("../keys/1").is_err());
    /// # Ok::<(), auth_core::token::InvalidKeyId>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidKeyId`] for an empty or longer name and for other characters.
    pub fn parse(text: &str) -> Result<Self, InvalidKeyId> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if (1..=Self::MAX_LENGTH).contains(&text.len()) && text.bytes().all(is_allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKeyId)
        }
    }

    /// Returns the name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use auth_core::token::KeyId;
    /// assert_eq!(KeyId::parse("k1")?.as_str(), "k1");
    /// # Ok::<(), auth_core::token::InvalidKeyId>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns a name made of the first 64 bits of `digest`, in base64url.
    pub(crate) fn from_digest(digest: &[u8; 32]) -> Self {
        let (head, _) = digest.split_at(8);
        Self(Base64UrlUnpadded::encode_string(head))
    }

    /// Returns a name made of all of `digest`: 43 characters.
    #[cfg(any(test, feature = "jwt"))]
    pub(crate) fn from_whole_digest(digest: &[u8; 32]) -> Self {
        Self(Base64UrlUnpadded::encode_string(digest))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A text is not a valid key id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key id is 1 to 64 characters of A-Z, a-z, 0-9, '.', '_' and '-'")]
pub struct InvalidKeyId;

#[cfg(test)]
mod tests {
    use super::*;

    /// J-10: the name of a key is safe in logs and file names.
    #[test]
    fn key_id_with_other_characters_is_rejected() {
        for text in ["a", "2026-01", "A.b_c-9", "..", &"k".repeat(64)] {
            assert_eq!(KeyId::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            &"k".repeat(65),
            "a b",
            "a/b",
            "a\0",
            "a\n",
            "ä",
            "' OR 1=1 --",
            "${jndi:x}",
        ] {
            assert_eq!(KeyId::parse(text), Err(InvalidKeyId), "{text:?}");
        }
    }

    #[test]
    fn digest_makes_valid_key_id() {
        for byte in 0..=255 {
            let kid = KeyId::from_digest(&[byte; 32]);
            assert_eq!(KeyId::parse(kid.as_str()), Ok(kid));
            let kid = KeyId::from_whole_digest(&[byte; 32]);
            assert_eq!(KeyId::parse(kid.as_str()), Ok(kid));
        }
    }
}
