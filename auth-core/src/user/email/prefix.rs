//! The beginning of an e-mail address, for a search.

use std::fmt;
use std::ops::Range;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::{EmailAddress, host, is_local_part};

/// The beginning of stored e-mail addresses, in the form in which they are stored.
///
/// It is normalised like an [`EmailAddress`], as far as a part of an address can be: trimmed, NFKC, in
/// lower case, and after the `@` each label of the host in its Unicode form (UTS 46). A label that is not
/// complete has an ASCII form (`xn--…`) that says nothing about its Unicode form, so it matches no host.
///
/// Every character stands for itself: `%`, `_` and `*` are not wildcards. A text is invalid if it is empty, has
/// white space, control or invisible characters, or a second `@`, if the part before the `@` is not the
/// beginning of a local part (`\`, a leading hyphen, two dots in a row), or if it is longer than an address.
///
/// # Examples
///
/// ```
/// use auth_core::{EmailAddress, EmailPrefix};
///
/// let prefix = EmailPrefix::parse(" Ada@B\u{dc}")?;
/// assert_eq!(prefix.as_str(), "ada@b\u{fc}");
/// let address = EmailAddress::parse("ada@xn--bcher-kva.example").unwrap();
/// assert!(prefix.matches(&address));
/// assert!(!EmailPrefix::parse("a%")?.matches(&address));
/// assert!(EmailPrefix::parse("@b\u{fc}cher.example").is_err());
/// # Ok::<(), auth_core::InvalidEmailPrefix>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailPrefix(String);

/// The text is not the beginning of an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("text is not the beginning of an e-mail address")]
pub struct InvalidEmailPrefix;

impl EmailPrefix {
    /// The longest prefix, in Unicode code points.
    pub const MAX_CODE_POINTS: usize = EmailAddress::MAX_CODE_POINTS;

    /// Normalises and checks a prefix.
    ///
    /// # Errors
    ///
    /// [`InvalidEmailPrefix`] if the normalised text is invalid (see the type).
    pub fn parse(input: &str) -> Result<Self, InvalidEmailPrefix> {
        // As for an address: longer input is not normalised.
        if input.len() > Self::MAX_CODE_POINTS * 4 {
            return Err(InvalidEmailPrefix);
        }
        let whole: String = input.trim().nfkc().collect();
        let (local, host) = match whole.split_once('@') {
            Some((local, host)) => (local, Some(host)),
            None => (&*whole, None),
        };
        let mut text: String = local.to_lowercase().nfkc().collect();
        let is_begun = match host {
            Some(_) => is_local_part(&text),
            None => is_local_part(text.strip_suffix('.').unwrap_or(&text)),
        };
        if let Some(host) = host {
            let host = host::unicode_prefix(host).ok_or(InvalidEmailPrefix)?;
            text.push('@');
            text.push_str(&host);
        }
        if !is_begun || text.chars().count() > Self::MAX_CODE_POINTS {
            return Err(InvalidEmailPrefix);
        }
        Ok(Self(text))
    }

    /// Returns the normalised text. It is not empty.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether an address begins with this text.
    #[must_use]
    pub fn matches(&self, address: &EmailAddress) -> bool {
        address.as_str().starts_with(&self.0)
    }

    /// Returns the least text, in the order of code points, above all texts with this prefix: a store that
    /// compares texts byte for byte selects the addresses from [`as_str`](Self::as_str), included, to this
    /// one, excluded. Returns `None` if there is no such text.
    ///
    /// ```
    /// use auth_core::EmailPrefix;
    ///
    /// let prefix = EmailPrefix::parse("ada@")?;
    /// assert_eq!(prefix.end().as_deref(), Some("adaA"));
    /// # Ok::<(), auth_core::InvalidEmailPrefix>(())
    /// ```
    #[must_use]
    pub fn end(&self) -> Option<String> {
        let mut kept = self.0.as_str();
        while let Some(last) = kept.chars().next_back() {
            kept = kept.strip_suffix(last)?;
            // The order of code points continues after the surrogates, which are not characters.
            let next = (last..=char::MAX).nth(1);
            if let Some(next) = next {
                return Some(format!("{kept}{next}"));
            }
        }
        None
    }

    /// Returns the keys of the matching addresses in an index that has the keys of
    /// [`LoginIdentifier::index_key`](crate::store::LoginIdentifier::index_key), in the order of bytes.
    ///
    /// ```
    /// use auth_core::store::LoginIdentifier;
    /// use auth_core::{EmailAddress, EmailPrefix};
    ///
    /// let address = EmailAddress::parse("ada@example.com").unwrap();
    /// let key = LoginIdentifier::Email(address).index_key();
    /// assert!(EmailPrefix::parse("ada")?.index_keys().contains(&key));
    /// assert!(!EmailPrefix::parse("adb")?.index_keys().contains(&key));
    /// # Ok::<(), auth_core::InvalidEmailPrefix>(())
    /// ```
    #[must_use]
    pub fn index_keys(&self) -> Range<String> {
        // `;` follows `:`.
        let end = self.end().map(|end| format!("email:{end}"));
        format!("email:{self}")..end.unwrap_or_else(|| "email;".to_owned())
    }
}

impl fmt::Display for EmailPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EmailPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(input: &str, expected: Option<&str>) {
        let parsed = EmailPrefix::parse(input).ok();
        let text = parsed.as_ref().map(EmailPrefix::as_str);
        assert_eq!(text, expected, "{input:?}");
    }

    #[test]
    fn prefix_is_normalised_like_an_address() {
        check("  Ada ", Some("ada"));
        check("ＡＤＡ＠Example", Some("ada@example"));
        check("STRASSE@", Some("strasse@"));
        check("straße@", Some("straße@"));
        check("ada.", Some("ada."));
        check("ada@BU\u{308}", Some("ada@bü"));
        check("ada@faẞ", Some("ada@faß"));
        check("ada@例え。テ", Some("ada@例え.テ"));
        check("ada@example.", Some("ada@example."));
        check("ada@xn--bcher-kva.ex", Some("ada@bücher.ex"));
        check("ada@XN--BCHER-KVA", Some("ada@bücher"));
        check("ada@xn--", Some("ada@xn--"));
        check("ada@a-", Some("ada@a-"));
        // A joiner at the end, whose right neighbour decides whether the host is valid.
        check("ada@نامه\u{200c}", Some("ada@نامه\u{200c}"));
    }

    #[test]
    fn characters_of_patterns_stand_for_themselves() {
        for text in [
            "%", "_", "*", "a%b_c*", "'", "a'--", "?", "a@%", "a@_", "a@*",
        ] {
            check(text, Some(text));
        }
    }

    #[test]
    fn text_that_is_not_the_beginning_of_an_address_is_invalid() {
        for input in [
            "",
            " ",
            "@",
            "@example.com",
            ".",
            ".a",
            "a..",
            "a.@",
            "-a",
            "a b",
            "a\tb",
            "a\0",
            "a\u{7f}",
            "a\u{200b}",
            "a\u{202e}",
            "a\u{fffd}",
            "a\\",
            "a\"",
            "a,b",
            "<a",
            "a@b@",
            "a@b..c",
            "a@.b",
            "a@b c",
            "a@b\0",
            "a@b\u{202e}",
            "a＠b＠",
        ] {
            check(input, None);
        }
    }

    #[test]
    fn length_is_bounded() {
        let x = |count| "x".repeat(count);
        check(&x(64), Some(&x(64)));
        check(&x(65), None);
        let longest = format!("a@{}", x(318));
        check(&longest, Some(&longest));
        check(&format!("{longest}x"), None);
        check(&x(1 << 20), None);
        // One code point that NFKC makes eighteen of, with spaces among them.
        check(&"\u{fdfa}".repeat(320), None);
        check(&format!("a@{}", "㎎".repeat(200)), None);
    }

    #[test]
    fn end_is_the_least_text_above_the_prefix() {
        for (prefix, end) in [
            ("ada", Some("adb")),
            ("ada@", Some("adaA")),
            ("a.", Some("a/")),
            ("a\u{7e}", Some("a\u{7f}")),
            ("a\u{d7ff}", Some("a\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
        ] {
            let prefix = EmailPrefix::parse(prefix).unwrap();
            assert_eq!(prefix.end().as_deref(), end, "{prefix}");
        }
        let keys = EmailPrefix::parse("\u{10ffff}").unwrap().index_keys();
        assert_eq!(keys, "email:\u{10ffff}".to_owned().."email;".to_owned());
    }

    proptest! {
        /// Each beginning of a stored address is a prefix that finds it, in its own spelling.
        #[test]
        fn beginning_of_a_stored_address_finds_it(
            local in "[a-z.%_'*-]{0,3}\\PC{1,3}",
            host in "\\PC{1,4}[a-z]{0,2}",
        ) {
            if let Ok(address) = EmailAddress::parse(&format!("{local}@{host}.example")) {
                let stored = address.as_str();
                for (place, _) in stored.char_indices().skip(1).chain([(stored.len(), ' ')]) {
                    let beginning = stored.get(..place).unwrap();
                    let prefix = EmailPrefix::parse(beginning);
                    prop_assert_eq!(prefix.as_ref().map(EmailPrefix::as_str), Ok(beginning));
                }
            }
        }

        /// Any text is answered, and a normalised one stays as it is.
        #[test]
        fn normalised_prefix_is_stable(text in "(xn--)?\\PC{0,4}([@.\u{3002}]|xn--|\\PC){0,3}(xn--)?\\PC{0,4}") {
            if let Ok(prefix) = EmailPrefix::parse(&text) {
                prop_assert_eq!(EmailPrefix::parse(prefix.as_str()), Ok(prefix.clone()), "{:?}", text);
            }
        }

        /// The range of a prefix has the texts that begin with it, and no others.
        #[test]
        fn range_is_the_prefix(prefix in "\\PC{1,3}", text in "\\PC{1,6}", tail in "\\PC{0,3}") {
            if let Ok(prefix) = EmailPrefix::parse(&prefix) {
                let end = prefix.end();
                for text in [text.clone(), format!("{prefix}{tail}"), format!("{tail}{prefix}")] {
                    let is_within = prefix.as_str() <= &*text && end.as_deref().is_none_or(|end| &*text < end);
                    prop_assert_eq!(is_within, text.starts_with(prefix.as_str()), "{:?} {:?}", prefix, text);
                }
            }
        }
    }
}
