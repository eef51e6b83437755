//! The public id of a credential.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::store::Owner;

/// The public id of a credential, unique within its kind.
///
/// It is 1 to 255 bytes of visible ASCII (`!` to `~`), so that every engine can index it and compare
/// it byte for byte. An id is not a secret: it stands in lists, logs and routes.
///
/// # Examples
///
/// ```
/// use auth_core::store::CredentialId;
///
/// let id = CredentialId::new("k_4XcE").unwrap();
/// assert_eq!(id.as_str(), "k_4XcE");
/// assert_eq!(CredentialId::new("two words"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(String);

impl CredentialId {
    /// The longest id, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Creates an id from a text of the application or of a store; `None` if the text is empty, too long,
    /// or not visible ASCII.
    ///
    /// # Examples
    ///
    /// See [`CredentialId`].
    #[must_use]
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let is_visible = |byte: u8| byte.is_ascii_graphic();
        let is_valid = (1..=Self::MAX_BYTES).contains(&text.len()) && text.bytes().all(is_visible);
        is_valid.then_some(Self(text))
    }

    /// Creates an id for a name of others, of any bytes and any length: the id of a passkey (up to
    /// 1023 bytes) or the name of an account at a provider.
    ///
    /// The id is the name in base64url (RFC 4648 §5) if that fits. For a longer name it is `sha256.`
    /// and the digest of the name, and the capability keeps the name itself in the data. Different
    /// names have different ids.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::store::CredentialId;
    ///
    /// assert_eq!(CredentialId::from_bytes(b"\xfb\xff").as_str(), "-_8");
    /// let long = CredentialId::from_bytes(&[7; 1023]);
    /// assert!(long.as_str().starts_with("sha256."));
    /// ```
    #[must_use]
    pub fn from_bytes(name: &[u8]) -> Self {
        let text = Base64UrlUnpadded::encode_string(name);
        if (1..=Self::MAX_BYTES).contains(&text.len()) {
            return Self(text);
        }
        let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(name));
        Self(format!("sha256.{digest}"))
    }

    /// Creates the id for the only credential of its kind that an owner can have. A second insertion is
    /// refused as taken.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::store::{CredentialId, Owner};
    ///
    /// let ada = Owner::new("users", "7").unwrap();
    /// let grace = Owner::new("users", "8").unwrap();
    /// assert_ne!(CredentialId::of_owner(&ada), CredentialId::of_owner(&grace));
    /// ```
    #[must_use]
    pub fn of_owner(owner: &Owner) -> Self {
        Self::from_bytes(owner.as_str().as_bytes())
    }

    /// Returns the text to store.
    ///
    /// # Examples
    ///
    /// See [`CredentialId`].
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn only_visible_ascii_is_an_id() {
        for text in ["a", "!", "~", "a.b:c/d", &"x".repeat(255)] {
            assert_eq!(CredentialId::new(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            " ",
            "a b",
            "a\t",
            "a\0",
            "a\u{7f}",
            "ä",
            &"x".repeat(256),
        ] {
            assert_eq!(CredentialId::new(text), None, "{text:?}");
        }
    }

    #[test]
    fn names_of_every_length_have_distinct_ids() {
        let ids = (0..=1023).map(|length| CredentialId::from_bytes(&vec![0; length]));
        let ids: BTreeSet<_> = ids.collect();
        assert_eq!(ids.len(), 1024);
        for id in ids {
            assert_eq!(CredentialId::new(id.as_str()), Some(id));
        }
        // A short name in the form of a digest does not get the id of a long name.
        let digest = CredentialId::from_bytes(&[0; 1023]);
        assert_ne!(CredentialId::from_bytes(digest.as_str().as_bytes()), digest);
    }
}
