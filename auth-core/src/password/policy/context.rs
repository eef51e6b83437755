//! Passwords that an attacker would derive from the user's name or address.

use std::fmt;

use zeroize::Zeroizing;

use crate::password::clear::to_nfc;

/// The known data of the user who chooses a password. A missing value is not checked.
///
/// # Examples
///
/// ```
/// use auth_core::password::PasswordContext;
///
/// let context = PasswordContext::new().email("maria.lopez@example.com").username("marialopez77");
/// assert_eq!(format!("{context:?}"), "PasswordContext { .. }");
/// ```
#[derive(Clone, Copy, Default)]
#[must_use]
pub struct PasswordContext<'a> {
    email: Option<&'a str>,
    username: Option<&'a str>,
}

impl<'a> PasswordContext<'a> {
    /// Returns a context without data.
    pub const fn new() -> Self {
        Self {
            email: None,
            username: None,
        }
    }

    /// Sets the user's e-mail address. The address and its local part are refused as passwords.
    pub const fn email(mut self, email: &'a str) -> Self {
        self.email = Some(email);
        self
    }

    /// Sets the user's login name, if it is not the address.
    pub const fn username(mut self, username: &'a str) -> Self {
        self.username = Some(username);
        self
    }

    fn words(self) -> impl Iterator<Item = &'a str> {
        let local_part = self
            .email
            .and_then(|email| email.rsplit_once('@'))
            .map(|(local_part, _)| local_part);
        [self.email, local_part, self.username]
            .into_iter()
            .flatten()
    }

    /// Returns whether the password is made of one of these words, or of one of the service.
    pub(super) fn gives_away(self, folded: &str, service_words: &[String]) -> bool {
        let service_words = service_words.iter().map(String::as_str);
        service_words
            .chain(self.words())
            .any(|word| is_made_of(folded, &fold(word.trim())))
    }
}

/// An address is personal data and does not belong into a log.
impl fmt::Debug for PasswordContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordContext").finish_non_exhaustive()
    }
}

/// Returns the form in which passwords and words are compared: lower-case, then NFC. It is never hashed.
pub(super) fn fold(text: &str) -> Zeroizing<String> {
    // Reserved at once, so that no partial copy of a password is left behind. No lower-case mapping grows a text more
    // than threefold.
    let mut lower = Zeroizing::new(String::with_capacity(text.len().saturating_mul(3)));
    lower.extend(text.chars().flat_map(char::to_lowercase));
    to_nfc(lower)
}

/// Returns whether the password is one or more copies of the word, with only digits and punctuation around
/// and between them, or nothing. Both are folded.
///
/// Padding only counts around words of three or more code points: a shorter one is part of too many innocent passwords.
fn is_made_of(password: &str, word: &str) -> bool {
    if word.is_empty() || !password.contains(word) {
        return false;
    }
    let takes_padding = word.chars().nth(2).is_some();
    password
        .split(word)
        .all(|rest| rest.is_empty() || takes_padding && !rest.contains(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A6.1.2, A6.2.11, N-PW-09: the whole password is compared; a password that contains a word passes.
    #[test]
    fn only_passwords_made_of_a_word_are_matched() {
        for (password, word, refused) in [
            ("acme", "acme", true),
            ("acmeacmeacme", "acme", true),
            ("acme2024!", "acme", true),
            ("acme 2024 !!", "acme", true),
            ("acmeacme-1234", "acme", true),
            ("acme!", "acme", true),
            ("acme1acme1acme1", "acme", true),
            ("acme.acme", "acme", true),
            ("acmeacmeacm", "acme", false),
            ("acmes and friends", "acme", false),
            ("my acme password", "acme", false),
            ("2024acme", "acme", true),
            ("!acmeacme!", "acme", true),
            ("2024acmes", "acme", false),
            ("x2024acme", "acme", false),
            ("acne", "acme", false),
            ("acm", "acme", false),
            ("", "acme", false),
            ("whatever", "", false),
            ("ababababab", "ab", true),
            ("ab", "ab", true),
            ("ab1234567890", "ab", false),
            ("abc123456789", "abc", true),
            ("müllermüller", "müller", true),
            ("müller 1234", "müller", true),
            ("東京東京東京東京", "東京", true),
            ("東京タワー", "東京", false),
        ] {
            assert_eq!(is_made_of(password, word), refused, "{password} {word}");
        }
    }

    #[test]
    fn passwords_made_of_user_data_are_matched() {
        let context = PasswordContext::new()
            .email("Maria.Lopez@Example.com")
            .username(" Queen-Of-Spades ");
        let service = [String::from("Wonderland")];
        for (password, refused) in [
            ("maria.lopez@example.com", true),
            ("maria.lopez@example.com1", true),
            ("maria.lopez", true),
            ("maria.lopez1987", true),
            ("maria.lopezmaria.lopez", true),
            ("queen-of-spades", true),
            ("queen-of-spades!!", true),
            ("wonderland2024", true),
            ("alice in wonderland", false),
            ("example.com", false),
            ("marialopez", false),
        ] {
            assert_eq!(
                context.gives_away(password, &service),
                refused,
                "{password}"
            );
        }
        assert!(!PasswordContext::new().gives_away("maria.lopez", &[]));
        // An address without a local part refuses nothing by accident.
        for odd in ["", " ", "@", "@example.com", "no at sign"] {
            let context = PasswordContext::new().email(odd).username(odd);
            assert!(!context.gives_away("some other password", &[]), "{odd}");
        }
    }

    #[test]
    fn comparison_ignores_case_and_normalisation() {
        for (a, b) in [
            ("ACME", "acme"),
            ("MU\u{308}LLER", "müller"),
            ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
            ("\u{212b}", "å"),
        ] {
            assert_eq!(fold(a).as_str(), b);
        }
    }

    /// The reservation holds for every code point, so no copy of a password is left unwiped.
    #[test]
    fn lower_case_never_grows_more_than_threefold() {
        for ch in '\0'..=char::MAX {
            let grown: usize = ch.to_lowercase().map(char::len_utf8).sum();
            assert!(grown <= 3 * ch.len_utf8(), "{ch:?}");
        }
    }
}
