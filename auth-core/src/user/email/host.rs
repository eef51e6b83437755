//! The host of an e-mail address: one form for each host name.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

use crate::text;

/// Returns the Unicode form of a host name (UTS 46, nontransitional processing), or `None` if the
/// domain name system has no such host.
///
/// The name has at least two labels of letters, digits and inner hyphens, or their internationalised
/// counterpart, an ASCII form of at most 63 octets a label and 253 octets (RFC 1035 §2.3.4), and it is
/// not an IP address.
pub(super) fn unicode_form(host: &str) -> Option<String> {
    if host.chars().any(is_forbidden) {
        return None;
    }
    let uts46 = Uts46::new();
    let (rules, hyphens) = (AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    let ascii = uts46.to_ascii(host.as_bytes(), rules, hyphens, DnsLength::Verify);
    let ascii = ascii.ok()?;
    let (_, last) = ascii.rsplit_once('.')?;
    if is_number(last) {
        return None;
    }
    let (unicode, outcome) = uts46.to_unicode(ascii.as_bytes(), rules, hyphens);
    // The ASCII form can hide characters that are refused in the Unicode form.
    let is_valid = outcome.is_ok() && !unicode.chars().any(is_forbidden);
    is_valid.then(|| unicode.into_owned())
}

/// Returns the beginning of a host name with each label in its Unicode form, or `None` if no host begins
/// like this. The last label may be incomplete.
pub(super) fn unicode_prefix(host: &str) -> Option<String> {
    // UTS 46 has three more dots, of which NFKC leaves this one.
    let labels: Vec<_> = host.split(['.', '\u{3002}']).map(unicode_label).collect();
    let (_, complete) = labels.split_last()?;
    let is_begun = complete.iter().all(|label| !label.is_empty());
    let text = labels.join(".");
    let is_valid = is_begun && !text.chars().any(|c| is_forbidden(c) || c == '@');
    is_valid.then_some(text)
}

/// Returns the Unicode form of a label. One that is not valid may be a part of one that is: a hyphen or a
/// joiner is at the end, for example. It is only put in lower case.
fn unicode_label(label: &str) -> String {
    let (rules, hyphens) = (AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    let (unicode, outcome) = Uts46::new().to_unicode(label.as_bytes(), rules, hyphens);
    match outcome {
        Ok(()) => unicode.into_owned(),
        Err(_) => label.chars().flat_map(char::to_lowercase).nfkc().collect(),
    }
}

/// Returns whether the last label makes the host an IPv4 address: no top-level domain is a number
/// (RFC 3696 §2), and resolvers read such a host as an address, with hexadecimal parts too.
fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x");
    hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || label.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a character is refused in a host. The two joiners are part of names in some scripts;
/// UTS 46 refuses them everywhere else.
fn is_forbidden(c: char) -> bool {
    let is_joiner = matches!(c, '\u{200c}' | '\u{200d}');
    c.is_whitespace() || (text::is_invisible(c) && !is_joiner)
}
