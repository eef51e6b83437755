//! Error codes of the application.

use thiserror::Error;

use super::ErrorCode;

/// An error code of the application, as clients see it in the error envelope: 1 to 64 characters, words
/// of `A-Z` and `0-9` with `_` between them, beginning with a letter, and not an [`ErrorCode`] of the
/// toolkit.
///
/// # Examples
///
/// ```
/// use auth_core::AppCode;
///
/// const TRIAL_ENDED: AppCode = AppCode::from_static("TRIAL_ENDED");
///
/// assert_eq!(TRIAL_ENDED.as_str(), "TRIAL_ENDED");
/// assert!(AppCode::new("trial ended").is_err());
/// assert!(AppCode::new("CSRF_FAILED").is_err(), "a code of the toolkit");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AppCode(&'static str);

/// A text is not an [`AppCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "error code is not 1 to 64 characters in UPPER_SNAKE_CASE, or is a code of the toolkit itself"
)]
pub struct InvalidAppCode;

impl AppCode {
    /// The longest accepted code, in characters.
    pub const MAX_CHARS: usize = 64;

    /// Checks a code.
    ///
    /// # Errors
    ///
    /// [`InvalidAppCode`] if the text has another form, or is a code of the toolkit.
    pub const fn new(code: &'static str) -> Result<Self, InvalidAppCode> {
        if is_upper_snake(code.as_bytes()) && !is_ours(code.as_bytes()) {
            Ok(Self(code))
        } else {
            Err(InvalidAppCode)
        }
    }

    /// Checks a code in source code: in a constant, an invalid code is a compile error.
    ///
    /// ```compile_fail
    /// const CODE: auth_core::AppCode = auth_core::AppCode::from_static("trial ended");
    /// # let _ = CODE;
    /// ```
    ///
    /// # Panics
    ///
    /// If [`AppCode::new`] refuses the code.
    #[must_use]
    pub const fn from_static(code: &'static str) -> Self {
        match Self::new(code) {
            Ok(code) => code,
            #[expect(clippy::panic, reason = "in a constant it is a compile error")]
            Err(InvalidAppCode) => panic!("not an error code in UPPER_SNAKE_CASE of its own"),
        }
    }

    /// Returns the code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// Returns whether the text is words of `A-Z` and `0-9` with one `_` between them, and begins with a
/// letter.
pub(crate) const fn is_upper_snake(text: &[u8]) -> bool {
    if text.len() > AppCode::MAX_CHARS {
        return false;
    }
    let [b'A'..=b'Z', rest @ ..] = text else {
        return false;
    };
    let mut rest = rest;
    loop {
        rest = match rest {
            [] => return true,
            [b'_', after @ ..] if matches!(after, [b'A'..=b'Z' | b'0'..=b'9', ..]) => after,
            [b'A'..=b'Z' | b'0'..=b'9', after @ ..] => after,
            _ => return false,
        };
    }
}

const fn is_ours(text: &[u8]) -> bool {
    let mut codes = ErrorCode::ALL;
    while let [code, rest @ ..] = codes {
        if equal(code.as_str().as_bytes(), text) {
            return true;
        }
        codes = rest;
    }
    false
}

const fn equal(mut one: &[u8], mut other: &[u8]) -> bool {
    loop {
        match (one, other) {
            ([], []) => return true,
            ([a, rest @ ..], [b, others @ ..]) if *a == *b => (one, other) = (rest, others),
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_is_not_upper_snake_case_is_rejected() {
        let longest: &'static str = Box::leak("A".repeat(64).into_boxed_str());
        for code in ["A", "TRIAL_ENDED", "PLAN_2", "A1_2B", longest] {
            assert_eq!(AppCode::new(code).map(AppCode::as_str), Ok(code));
        }
        let longer: &'static str = Box::leak("A".repeat(65).into_boxed_str());
        let broken = [
            "", "a", "Trial", "_A", "A_", "A__B", "1A", "A B", "A-B", "Ä", "A\n", longer,
        ];
        for code in broken {
            assert_eq!(AppCode::new(code), Err(InvalidAppCode), "{code}");
        }
    }

    #[test]
    fn code_of_toolkit_is_rejected() {
        for code in ErrorCode::ALL {
            assert_eq!(AppCode::new(code.as_str()), Err(InvalidAppCode));
        }
    }
}
