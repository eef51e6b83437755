//! A password in clear text, as a user typed it.

use std::fmt;

use serde_json::Value;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use zeroize::Zeroizing;

use crate::http::{FieldErrorCode, FieldKind, FieldType, TextFormat};

/// A password in clear text: 1 to [`Password::MAX`] code points, in Unicode normalisation form NFC.
///
/// Nothing else is changed: no trimming, no case folding, no truncation, and every code point counts, NUL
/// included. The memory is wiped when the value is dropped.
///
/// There is deliberately no `Clone` (one owner, one copy to wipe), no `Display`, no `Serialize`, and no
/// `PartialEq` (compare two passwords through their hashes). Only [`Password::expose`] returns the text.
///
/// # Examples
///
/// ```
/// use auth_core::password::{Password, PasswordError};
///
/// let password = Password::parse("correct horse battery staple")?;
/// assert_eq!(password.code_points(), 28);
/// assert_eq!(format!("{password:?}"), "Password([redacted])");
/// # Ok::<(), PasswordError>(())
/// ```
pub struct Password(Zeroizing<String>);

impl Password {
    /// The most code points that a password may have, before normalisation.
    ///
    /// NIST SP 800-63B-4 asks for at least 64. The bound keeps huge inputs away from the hash.
    pub const MAX: usize = 128;

    /// Checks and normalises a password.
    ///
    /// The length is checked on the raw input first; only then is the text normalised to NFC (NIST SP 800-63B-4
    /// section 3.1.1.2), so that the same password typed on two keyboards is the same password. Normalisation
    /// can lengthen a text, up to three times; [`code_points`](Self::code_points) counts the result.
    ///
    /// # Errors
    ///
    /// [`PasswordError::Empty`] for the empty string, [`PasswordError::TooLong`] above [`Password::MAX`].
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::{Password, PasswordError};
    ///
    /// let composed = Password::parse("r\u{e9}sum\u{e9} on the table")?;
    /// let decomposed = Password::parse("re\u{301}sume\u{301} on the table")?;
    /// assert_eq!(composed.expose(), decomposed.expose());
    ///
    /// assert_eq!(Password::parse("").err(), Some(PasswordError::Empty));
    /// assert_eq!(Password::parse("x".repeat(129)).err(), Some(PasswordError::TooLong));
    /// # Ok::<(), PasswordError>(())
    /// ```
    pub fn parse(input: impl Into<String>) -> Result<Self, PasswordError> {
        let raw = Zeroizing::new(input.into());
        if raw.is_empty() {
            return Err(PasswordError::Empty);
        }
        // `nth` stops at the bound: a megabyte of text costs no more than 129 code points.
        if raw.chars().nth(Self::MAX).is_some() {
            return Err(PasswordError::TooLong);
        }
        Ok(Self(to_nfc(raw)))
    }

    /// Returns the clear text. Pass it to a hash or a breach service, never to a log, an error or a reply.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the number of Unicode code points of the normalised password; each counts as one character.
    #[must_use]
    pub fn code_points(&self) -> usize {
        self.0.chars().count()
    }

    /// Returns a copy for a hasher thread, wiped like the original.
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.as_bytes().to_vec())
    }
}

/// The bounds count code points after normalisation, as [`Password::code_points`] does.
impl FieldType for Password {
    const KIND: FieldKind = FieldKind::formatted(1..=Self::MAX, TextFormat::Password);

    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        let Value::String(text) = value else {
            return Err(FieldErrorCode::WrongType);
        };
        let password = Self::parse(text).map_err(|error| match error {
            PasswordError::Empty => FieldErrorCode::TooShort,
            PasswordError::TooLong => FieldErrorCode::TooLong,
        })?;
        match kind {
            FieldKind::Text { min, .. } if password.code_points() < *min => {
                Err(FieldErrorCode::TooShort)
            }
            FieldKind::Text { max, .. } if password.code_points() > *max => {
                Err(FieldErrorCode::TooLong)
            }
            _ => Ok(password),
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([redacted])")
    }
}

/// Why a text is not a valid password; see [`Password::parse`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// The text is empty.
    #[error("the password is empty")]
    Empty,
    /// The text has more than [`Password::MAX`] code points.
    #[error("the password has more than {} characters", Password::MAX)]
    TooLong,
}

/// Returns the NFC of a text and leaves no unwiped copy behind: the memory is reserved at once, because a growing
/// string frees its old buffer without wiping it.
pub(super) fn to_nfc(raw: Zeroizing<String>) -> Zeroizing<String> {
    if is_nfc_quick(raw.chars()) == IsNormalized::Yes {
        return raw;
    }
    // UTF-8 grows at most threefold under NFC (Unicode FAQ on normalization).
    let mut normal = Zeroizing::new(String::with_capacity(raw.len().saturating_mul(3)));
    normal.extend(raw.nfc());
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C-PS-08, B-60, N-PW-02: the bounds count code points, whatever their width in bytes.
    #[test]
    fn length_is_limited_in_code_points() {
        for ch in ['a', 'é', '語', '\u{1F512}', '\0'] {
            let of = |n: usize| Password::parse(ch.to_string().repeat(n));
            assert_eq!(of(0).err(), Some(PasswordError::Empty), "{ch:?}");
            for n in [1, 64, 127, 128] {
                assert_eq!(of(n).unwrap().code_points(), n, "{ch:?} {n}");
            }
            for n in [129, 256, 1 << 20] {
                assert_eq!(of(n).err(), Some(PasswordError::TooLong), "{ch:?} {n}");
            }
        }
    }

    /// C-PS-08: the limit is checked before normalisation, which could shorten the text.
    #[test]
    fn limit_applies_to_raw_input() {
        let raw = "e\u{301}".repeat(65);
        assert_eq!(raw.chars().count(), 130);
        assert_eq!(Password::parse(raw).err(), Some(PasswordError::TooLong));
    }

    /// A6.2.8, C-PS-09: nothing is trimmed, folded or cut.
    #[test]
    fn text_is_not_trimmed_folded_or_cut() {
        for text in [
            " ",
            "  leading and trailing  ",
            "MiXeD",
            "tab\tnewline\n",
            "nul\0inside\0",
            "\0",
            "\u{feff}bom",
            "zero\u{200d}width",
            "İı ß ﬁ Å",
            "🧑‍🚀🔒",
        ] {
            let password = Password::parse(text).unwrap();
            assert_eq!(password.expose(), text.nfc().collect::<String>());
        }
        // Compatibility forms stay apart: NFC, not NFKC.
        assert_eq!(Password::parse("ﬁ").unwrap().expose(), "ﬁ");
    }

    /// N-PW-08: canonically equal texts are one password.
    #[test]
    fn canonically_equal_texts_are_one_password() {
        for (a, b) in [
            ("e\u{301}", "\u{e9}"),
            ("A\u{30a}", "\u{212b}"),
            ("\u{1100}\u{1161}", "\u{ac00}"),
            ("q\u{307}\u{323}", "q\u{323}\u{307}"),
        ] {
            let (a, b) = (Password::parse(a).unwrap(), Password::parse(b).unwrap());
            assert_eq!(a.expose(), b.expose());
        }
        // A composition exclusion: NFC of one code point is three.
        assert_eq!(Password::parse("\u{1d160}").unwrap().code_points(), 3);
    }

    #[test]
    fn debug_shows_no_password() {
        let password = Password::parse("hunter2 hunter2").unwrap();
        assert_eq!(format!("{password:?}"), "Password([redacted])");
        assert_eq!(format!("{password:#?}"), "Password([redacted])");
    }

    /// The reservation of three times the bytes holds for every code point, so no buffer is left unwiped.
    #[test]
    fn nfc_never_grows_more_than_threefold() {
        for ch in '\0'..=char::MAX {
            let grown: usize = std::iter::once(ch).nfc().map(char::len_utf8).sum();
            assert!(grown <= 3 * ch.len_utf8(), "{ch:?}");
        }
    }
}
