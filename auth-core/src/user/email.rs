//! E-mail addresses: parsed, normalised and checked once, when they are received.

mod audit;
mod host;
mod prefix;

use std::fmt;

use serde_json::Value;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

pub use self::audit::{EmailAudit, EmailCollision, EmailRewrite};
pub use self::prefix::{EmailPrefix, InvalidEmailPrefix};
use crate::http::{FieldErrorCode, FieldKind, FieldType, TextFormat};
use crate::text;

/// An e-mail address in the form in which it is stored and compared.
///
/// The stored form is `NFKC(trim(input))` in lower case, with the host in its Unicode form (UTS 46): the
/// address `ada@xn--bcher-kva.example`, which a browser's e-mail field submits, is `ada@bücher.example`.
/// Normalisation comes before validation, so that a full-width `＠` cannot pass as an ordinary character.
///
/// Internationalised addresses are accepted. These are not:
///
/// - quoted local parts, comments, lists, white space, control and invisible characters, because mail
///   software interprets such addresses differently;
/// - addresses that no mail server can take: a local part over 64 octets or with a dot at its begin, at
///   its end or beside another dot; an IP address as host; a host without an ASCII form or with a
///   label over 63 octets;
/// - a local part that begins with a hyphen, which a mail program would read as an option.
///
/// There is no other constructor: every value of this type can be looked up, stored and mailed to.
/// [`EmailAudit`] finds the rows of an existing table that are not in this form.
///
/// # Examples
///
/// ```
/// use auth_core::EmailAddress;
///
/// let address = EmailAddress::parse("  Ada@Example.COM ")?;
/// assert_eq!(address.as_str(), "ada@example.com");
/// let address = EmailAddress::parse("ada@xn--bcher-kva.example")?;
/// assert_eq!(address.as_str(), "ada@bücher.example");
/// assert!(EmailAddress::parse("ada@example.com, eve@example.com").is_err());
/// assert!(EmailAddress::parse("ada@127.0.0.1").is_err());
/// # Ok::<(), auth_core::InvalidEmail>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

/// The input is not an accepted e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an e-mail address of the form name@host.tld that mail servers accept")]
pub struct InvalidEmail;

impl EmailAddress {
    /// The longest accepted address, in Unicode code points.
    pub const MAX_CODE_POINTS: usize = 320;

    /// The longest local part, in octets (RFC 5321 §4.5.3.1.1).
    const MAX_LOCAL_OCTETS: usize = 64;

    /// Normalises and checks an address.
    ///
    /// # Errors
    ///
    /// [`InvalidEmail`] if the normalised input has no single `@` between a local part and a host of
    /// at least two labels, is over 320 code points, has a character that changes its meaning, or is an
    /// address that no mail server can take (see the type).
    pub fn parse(input: &str) -> Result<Self, InvalidEmail> {
        // Four bytes per code point: longer input cannot become a valid address, and is not
        // normalised.
        if input.len() > Self::MAX_CODE_POINTS * 4 {
            return Err(InvalidEmail);
        }
        let whole: String = input.trim().nfkc().collect();
        let (local, host) = whole.split_once('@').ok_or(InvalidEmail)?;
        let local: String = local.to_lowercase().nfkc().collect();
        // The host is not put in lower case here: UTS 46 has its own table, which browsers use.
        let host = host::unicode_form(host).ok_or(InvalidEmail)?;
        let address = format!("{local}@{host}");
        if !is_local_part(&local) || address.chars().count() > Self::MAX_CODE_POINTS {
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

/// Returns whether a text is a `Dot-string` (RFC 5321 §4.1.2, RFC 6531 §3.3) that every program takes for
/// a name.
fn is_local_part(local: &str) -> bool {
    let fits = local.len() <= EmailAddress::MAX_LOCAL_OCTETS && !local.starts_with('-');
    fits && local.split('.').all(|atom| !atom.is_empty()) && !local.chars().any(is_forbidden)
}

fn is_forbidden(c: char) -> bool {
    c.is_whitespace() || text::is_invisible(c) || r#""(),:;<>[\]"#.contains(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    /// UTS 46: the forms of one host are one, and each is stored in its Unicode form.
    #[test]
    fn forms_of_one_host_are_one_address() {
        for (forms, stored) in [
            (
                [
                    "a@bücher.example",
                    "a@xn--bcher-kva.example",
                    "a@XN--BCHER-KVA.Example",
                    "a@bu\u{308}cher\u{3002}example",
                ],
                "a@bücher.example",
            ),
            (
                ["a@faß.de", "a@FAẞ.DE", "a@xn--fa-hia.de", "a@faß\u{ff61}de"],
                "a@faß.de",
            ),
            // The last sigma of a word is a letter of its own, which no browser makes of a capital one.
            (
                ["a@ΣΑΣ.gr", "a@σασ.gr", "a@xn--mxa9ab.gr", "a@Σασ．gr"],
                "a@σασ.gr",
            ),
            (
                [
                    "a@例え.テスト",
                    "a@xn--r8jz45g.xn--zckzah",
                    "a@例え。テスト",
                    "a@例え.ﾃｽﾄ",
                ],
                "a@例え.テスト",
            ),
        ] {
            for form in forms {
                check(form, Some(stored));
            }
        }
        check("a@ab--cd.com", Some("a@ab--cd.com"));
        check("a@163.com", Some("a@163.com"));
        // A joiner is a part of a name in scripts that need it, and nowhere else.
        check("a@xn--mgba3gch31f060k.com", Some("a@نامه\u{200c}ای.com"));
        check("a@ex\u{200c}ample.com", None);
        check("نامه\u{200c}ای@ex.com", None);
    }

    /// RFC 5321 §2.3.5, §4.1.2, §4.5.3.1; RFC 1035 §2.3.4; RFC 5890 §2.3.
    #[test]
    fn addresses_that_no_mail_server_can_take_are_rejected() {
        for input in [
            "a@127.0.0.1",
            "a@１２７.0.0.1",
            "a@127.0.0.0x7f",
            "a@1.0x",
            "a@12345.67890",
            "a@example.123",
            "a@xn--a.test",
            "a@xn--.test",
            "a@xn--abc-.test",
            "a@xn--a-ecp.ru",
            "a@xn--fiq😀.cn",
            "a@a\u{5d0}.test",
            "a@\u{301}a.test",
            "a@a_b.test",
            "a@ex\u{ad}ample.com",
            "a@xn--6ii.com",
            "-x@ex.com",
            "－x@ex.com",
            "\u{fe63}x@ex.com",
            ".a@ex.com",
            "a.@ex.com",
            "a..b@ex.com",
            "a\u{2025}b@ex.com",
            "．a@ex.com",
            "a@b。。c",
            "a@b.c。",
        ] {
            check(input, None);
        }
        check("a-x@ex.com", Some("a-x@ex.com"));
        check("a.b.c@ex.com", Some("a.b.c@ex.com"));
    }

    proptest! {
        /// Every character in a local part and in a host: what is stored is found again, and its host
        /// is that of its ASCII form.
        #[test]
        fn stored_form_is_stable(local in "[a-z]{0,2}\\PC{1,3}", host in "\\PC{1,4}[a-z]{0,2}") {
            if let Ok(address) = EmailAddress::parse(&format!("{local}@{host}.example")) {
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
                let (local, host) = address.as_str().split_once('@').unwrap();
                let ascii = idna::domain_to_ascii(host).unwrap();
                prop_assert_eq!(EmailAddress::parse(&format!("{local}@{ascii}")), Ok(address.clone()));
            }
        }
    }

    #[test]
    fn lengths_are_counted_in_octets_as_mail_servers_do() {
        let (x, label) = (|count| "x".repeat(count), "x".repeat(63));
        let longest_host = [&label, &label, &label, &x(61)]
            .map(String::as_str)
            .join(".");
        let longest = format!("{}@{longest_host}", x(64));
        assert_eq!(longest.len(), 318);
        check(&longest, Some(&longest));
        check(
            &format!("{}@ex.com", "é".repeat(32)),
            Some(&format!("{}@ex.com", "é".repeat(32))),
        );
        for input in [
            format!("{}@ex.com", x(65)),
            format!("{}@ex.com", "é".repeat(33)),
            format!("a@{}.com", x(64)),
            format!("a@{longest_host}x"),
            format!("a@{}.com", "ü".repeat(58)),
            format!("{}@ex.com", x(1 << 20)),
        ] {
            check(&input, None);
        }
        let wide = format!("a@{}.com", "ü".repeat(57));
        check(&wide, Some(&wide));
    }
}
