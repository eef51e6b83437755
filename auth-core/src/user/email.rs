//! E-mail addresses: parsed, normalised and checked once, when they are received.

use std::fmt;

use serde_json::Value;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::text;
use crate::http::{FieldErrorCode, FieldKind, FieldType, TextFormat};

/// An e-mail address in the form in which it is stored and compared.
///
/// The stored form is `NFKC(trim(input))` in lower case. Normalisation comes before validation, so
/// that a full-width `＠` cannot pass as an ordinary character. Internationalised addresses are
/// accepted; quoted local parts, comments, lists, white space, control and invisible characters are
/// not, because mail software interprets such addresses differently.
///
/// There is no other constructor: every value of this type can be looked up, stored and mailed to.
///
/// # Examples
///
/// ```
/// use auth_core::EmailAddress;
///
/// let address = EmailAddress::parse("  Ada@Example.COM ")?;
/// assert_eq!(address.as_str(), "ada@example.com");
/// assert!(EmailAddress::parse("ada@example.com, eve@example.com").is_err());
/// # Ok::<(), auth_core::InvalidEmail>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

/// The input is not an accepted e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an e-mail address of the form name@host.tld with at most 320 characters")]
pub struct InvalidEmail;

impl EmailAddress {
    /// The longest accepted address, in Unicode code points.
    pub const MAX_CODE_POINTS: usize = 320;

    /// Normalises and checks an address.
    ///
    /// # Errors
    ///
    /// [`InvalidEmail`] if the normalised input has no single `@` between a local part and a host of
    /// at least two labels, is over 320 code points, or has a character that changes its meaning (see
    /// the type).
    pub fn parse(input: &str) -> Result<Self, InvalidEmail> {
        // Four bytes per code point: longer input cannot become a valid address, and is not
        // normalised.
        if input.len() > Self::MAX_CODE_POINTS * 4 {
            return Err(InvalidEmail);
        }
        let folded: String = input.trim().nfkc().collect::<String>().to_lowercase();
        let address: String = folded.nfkc().collect();
        if address.chars().count() > Self::MAX_CODE_POINTS || address.chars().any(is_forbidden) {
            return Err(InvalidEmail);
        }
        let (local, host) = address.split_once('@').ok_or(InvalidEmail)?;
        let is_host = host.contains('.') && host.split('.').all(is_label);
        if local.is_empty() || !is_host {
            return Err(InvalidEmail);
        }
        Ok(Self(address))
    }

    /// Returns the stored form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the part before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }
}

impl FieldType for EmailAddress {
    const KIND: FieldKind = FieldKind::formatted(1..=Self::MAX_CODE_POINTS, TextFormat::Email);

    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        kind.parse_text(value, Self::parse)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Returns whether a text is a label of a host name: letters, digits and inner hyphens, or any
/// characters beyond ASCII, whose rules are not checked here.
fn is_label(label: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || !c.is_ascii();
    !label.is_empty() && label.chars().all(fits) && !label.starts_with('-') && !label.ends_with('-')
}

fn is_forbidden(c: char) -> bool {
    c.is_whitespace() || text::is_invisible(c) || r#""(),:;<>[\]"#.contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: Option<&str>) {
        let parsed = EmailAddress::parse(input).ok();
        assert_eq!(
            parsed.as_ref().map(EmailAddress::as_str),
            expected,
            "{input:?}"
        );
        if let Some(address) = parsed {
            assert_eq!(
                EmailAddress::parse(address.as_str()),
                Ok(address),
                "{input:?} is stable"
            );
        }
    }

    /// B-15: normalised before it is validated.
    #[test]
    fn address_is_normalised_before_validation() {
        check("  A@Ex.COM ", Some("a@ex.com"));
        check("ｄ@ex.com", Some("d@ex.com"));
        check("ﬁ@ex.com", Some("fi@ex.com"));
        check("straße@ex.com", Some("straße@ex.com"));
        check("İ@ex.com", Some("i\u{307}@ex.com"));
        check("a＠ex.com", Some("a@ex.com"));
        check("用户@例え.テスト", Some("用户@例え.テスト"));
        check("a@b", None);
        check("a b@c.d", None);
    }

    /// B-16: rejects everything that mail software reads as more than one plain address.
    #[test]
    fn hostile_addresses_are_rejected() {
        for input in [
            "",
            "@",
            "a@",
            "@b.c",
            "a@@b.c",
            "a@b.c@d.e",
            "a@b.c,d@e.f",
            "a@b.c;d@e.f",
            "<a@b.c>",
            "\"a b\"@c.d",
            "a(comment)@b.c",
            "a@[127.0.0.1]",
            "a@b..c",
            "a@x.com?cc=y",
            "a@b%x.com",
            "a@-x.com",
            "a@x-.com",
            "a\u{2800}@x.com",
            "a@.b.c",
            "a@b.c.",
            "a@b.c\r\nBcc: x@y.z",
            "a\0@b.c",
            "a\u{200b}@b.c",
            "a\u{202e}@b.c",
            "a＠b＠c.d",
            "a:b@c.d",
            "a\\b@c.d",
        ] {
            check(input, None);
        }
    }

    #[test]
    fn length_is_counted_in_code_points() {
        let at_the_limit = format!("{}@ex.com", "é".repeat(313));
        check(&at_the_limit, Some(&at_the_limit));
        check(&format!("{}@ex.com", "é".repeat(314)), None);
        check(&format!("{}@ex.com", "a".repeat(1 << 20)), None);
    }
}
