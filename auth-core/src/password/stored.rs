//! A password hash from a database.

use std::fmt;

use subtle::ConstantTimeEq;

/// A stored password hash: an Argon2 PHC string, or with the feature `bcrypt` a `$2a$`, `$2b$` or `$2y$` string.
///
/// Any text may be stored: an invalid one never verifies and never fails. A marker like `!` for "no password" is
/// therefore harmless, although `Option<PasswordHash>` is clearer.
///
/// There is no `PartialEq`: [`is_same_as`](Self::is_same_as) compares in constant time. There is no `Display` and
/// no `Serialize`: only [`as_stored_str`](Self::as_stored_str) returns the text, for the database.
///
/// # Examples
///
/// ```
/// use auth_core::password::PasswordHash;
///
/// let column = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
/// let hash = PasswordHash::from_stored(column.to_owned());
/// assert_eq!(hash.as_stored_str(), column);
/// assert_eq!(format!("{hash:?}"), "PasswordHash([redacted])");
/// ```
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a text of the database without checking it. Never fails and never panics.
    #[must_use]
    pub fn from_stored(stored: String) -> Self {
        Self(stored)
    }

    /// Returns the text for the database column: at most 128 ASCII characters if [`PasswordHasher`] made it.
    ///
    /// [`PasswordHasher`]: super::PasswordHasher
    #[must_use]
    pub fn as_stored_str(&self) -> &str {
        &self.0
    }

    /// Returns whether both are the same stored text, in a time that depends on the lengths only. For
    /// compare-and-set in a store: "replace the hash if it is still this one".
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::PasswordHash;
    ///
    /// let hash = PasswordHash::from_stored("$2b$04$…".to_owned());
    /// assert!(hash.is_same_as(&hash.clone()));
    /// assert!(!hash.is_same_as(&PasswordHash::from_stored(String::new())));
    /// ```
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_hashes_are_equal_byte_for_byte() {
        let hash = |text: &str| PasswordHash::from_stored(text.to_owned());
        for (a, b, same) in [
            ("", "", true),
            ("abc", "abc", true),
            ("abc", "abd", false),
            ("abc", "ab", false),
            ("abc", "ABC", false),
        ] {
            assert_eq!(hash(a).is_same_as(&hash(b)), same, "{a} {b}");
        }
    }

    #[test]
    fn debug_shows_no_hash() {
        let hash = PasswordHash::from_stored("$2b$04$salt".to_owned());
        assert_eq!(format!("{hash:?}"), "PasswordHash([redacted])");
        assert_eq!(
            format!("{:?}", Some(hash)),
            "Some(PasswordHash([redacted]))"
        );
    }
}
