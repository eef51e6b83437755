//! The kind of a credential.

use std::borrow::Cow;
use std::fmt;

/// The kind of a credential, such as `totp` or `passkey`.
///
/// It is 1 to 32 characters of `a`–`z`, `0`–`9`, `-` and `_`. Each capability has kinds of its own,
/// declared as constants; a kind never comes from a request.
///
/// # Examples
///
/// ```
/// use auth_core::store::CredentialKind;
///
/// const BADGE: CredentialKind = CredentialKind::from_static("badge");
/// assert_eq!(BADGE.as_str(), "badge");
/// ```
///
/// In a constant the compiler checks the name:
///
/// ```compile_fail
/// use auth_core::store::CredentialKind;
///
/// const BADGE: CredentialKind = CredentialKind::from_static("A Badge");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialKind(Cow<'static, str>);

impl CredentialKind {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 32;

    /// Creates a kind from a text in the source code.
    ///
    /// # Panics
    ///
    /// If the name is not valid. In a constant that is an error of the compiler.
    ///
    /// # Examples
    ///
    /// See [`CredentialKind`].
    #[must_use]
    pub const fn from_static(name: &'static str) -> Self {
        assert!(
            is_valid(name),
            "a kind of credentials is 1 to 32 characters of a-z, 0-9, '-' and '_'"
        );
        Self(Cow::Borrowed(name))
    }

    /// Creates a kind from a stored name; `None` if the name is not valid.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::store::CredentialKind;
    ///
    /// let stored = CredentialKind::from_stored("badge".to_owned());
    /// assert_eq!(stored, Some(CredentialKind::from_static("badge")));
    /// assert_eq!(CredentialKind::from_stored("A Badge".to_owned()), None);
    /// ```
    #[must_use]
    pub fn from_stored(name: String) -> Option<Self> {
        is_valid(&name).then_some(Self(Cow::Owned(name)))
    }

    /// Returns the name.
    ///
    /// # Examples
    ///
    /// See [`CredentialKind`].
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_valid(name: &str) -> bool {
    let mut rest = name.as_bytes();
    if rest.is_empty() || rest.len() > CredentialKind::MAX_BYTES {
        return false;
    }
    while let [byte, tail @ ..] = rest {
        if !matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') {
            return false;
        }
        rest = tail;
    }
    true
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_plain_names_are_kinds() {
        let read = |name: &str| CredentialKind::from_stored(name.to_owned());
        for name in [
            "a",
            "totp",
            "api-key",
            "recovery_code",
            "2",
            &"z".repeat(32),
        ] {
            assert_eq!(read(name).unwrap().as_str(), name);
        }
        for name in [
            "",
            "Totp",
            "a b",
            "a:b",
            "a.b",
            "ä",
            "a\0",
            "a\n",
            &"z".repeat(33),
        ] {
            assert_eq!(read(name), None, "{name:?}");
        }
    }

    #[test]
    #[should_panic = "a kind of credentials is"]
    fn invalid_constant_panics() {
        let _ = CredentialKind::from_static("");
    }
}
