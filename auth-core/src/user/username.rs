//! User names, for applications without login by e-mail.

use std::fmt;

use serde_json::Value;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::http::{FieldErrorCode, FieldKind, FieldType};
use crate::text;

/// A user name in the form in which it is stored and compared: `NFKC(trim(input))` in lower case.
///
/// # Examples
///
/// ```
/// use auth_core::Username;
///
/// assert_eq!(Username::parse(" Ada ")?.as_str(), "ada");
/// assert!(Username::parse("  ").is_err());
/// # Ok::<(), auth_core::InvalidUsername>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Username(String);

/// The input is not an accepted user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a user name of 1 to 150 characters without white space, `@` or invisible characters")]
pub struct InvalidUsername;

impl Username {
    /// The longest accepted name, in Unicode code points.
    pub const MAX_CODE_POINTS: usize = 150;

    /// Normalises and checks a name.
    ///
    /// # Errors
    ///
    /// [`InvalidUsername`] if the normalised input is empty, over 150 code points, or has white
    /// space, an `@` (it would look like an e-mail address) or an invisible character.
    pub fn parse(input: &str) -> Result<Self, InvalidUsername> {
        if input.len() > Self::MAX_CODE_POINTS * 8 {
            return Err(InvalidUsername);
        }
        let folded: String = input.trim().nfkc().collect::<String>().to_lowercase();
        let name: String = folded.nfkc().collect();
        let length_fits = (1..=Self::MAX_CODE_POINTS).contains(&name.chars().count());
        let forbidden = |c: char| c.is_whitespace() || c == '@' || text::is_invisible(c);
        if !length_fits || name.chars().any(forbidden) {
            return Err(InvalidUsername);
        }
        Ok(Self(name))
    }

    /// Returns the stored form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FieldType for Username {
    const KIND: FieldKind = FieldKind::text(1..=Self::MAX_CODE_POINTS);

    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        kind.parse_text(value, Self::parse)
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn username_is_normalised_and_validated() {
        let check = |input: &str, expected: Option<&str>| {
            let parsed = Username::parse(input).ok();
            assert_eq!(parsed.as_ref().map(Username::as_str), expected, "{input:?}");
        };
        check(" Ada ", Some("ada"));
        check("ＡＤＡ", Some("ada"));
        check(&"x".repeat(150), Some(&"x".repeat(150)));
        check(&"x".repeat(151), None);
        for refused in ["", "   ", "a b", "a@b.c", "a\0b", "a\u{200b}b", "a\r\nb"] {
            check(refused, None);
        }
    }
}
