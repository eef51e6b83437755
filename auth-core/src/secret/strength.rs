//! The rules that find a weak secret.
//!
//! No rule can prove that a secret is strong. The rules find common mistakes: a short value, the text
//! of a template, a repeated key, a sentence. Each rule never refuses 32 random bytes in practice,
//! raw or in hexadecimal or base64.

use der::asn1::AnyRef;
use der::{Decode, SliceReader, Tag, Tagged};

use super::{MIN_SECRET_BYTES, SecretWeakness};

/// A secret with a lower estimate is refused (ASVS 11.2.3 asks for 128 bits of strength).
const MIN_ENTROPY_BITS: f64 = 128.0;

/// Fewer letters than this in words of templates are not enough evidence.
const MIN_PLACEHOLDER_LETTERS: usize = 6;

/// Words of templates, examples and tutorials, one per line, in lower case.
///
/// Each has at least three letters, and none is made of `a` to `f` alone, because such words occur
/// by chance in hexadecimal.
const PLACEHOLDER_WORDS: &str = include_str!("../../data/placeholder-words.txt");

/// Returns the first rule that `secret` breaks, in the order of [`SecretWeakness`].
pub(super) fn judge(secret: &[u8]) -> Option<SecretWeakness> {
    if secret.len() < MIN_SECRET_BYTES {
        return Some(SecretWeakness::TooShort {
            bytes: secret.len(),
        });
    }
    if is_key_document(secret) {
        return Some(SecretWeakness::KeyDocument);
    }
    if is_placeholder(secret) {
        return Some(SecretWeakness::Placeholder);
    }
    if let Some(unit) = period(secret) {
        // A repetition adds no strength: the unit must be a secret by itself.
        let repeats = SecretWeakness::Repeats { unit: unit.len() };
        return if unit.len() < MIN_SECRET_BYTES {
            Some(repeats)
        } else {
            judge(unit)
        };
    }
    if is_sequence(secret) {
        return Some(SecretWeakness::Sequence);
    }
    let bits = entropy_bits(secret);
    if bits < MIN_ENTROPY_BITS {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 128, to be rounded down"
        )]
        return Some(SecretWeakness::LowEntropy { bits: bits as u32 });
    }
    None
}

/// Returns whether this is a key of public-key cryptography in one of its usual notations (J-17).
fn is_key_document(secret: &[u8]) -> bool {
    let text = secret.trim_ascii();
    let contains = |needle: &[u8]| text.windows(needle.len()).any(|window| window == needle);
    // PEM, PEM wrapped in base64 as in environment variables, and the two kinds of lines of SSH.
    contains(b"-----BEGIN ")
        || contains(b"---- BEGIN ")
        || text.starts_with(b"LS0tLS1CRUdJTi")
        || text.starts_with(b"ssh-")
        || text.starts_with(b"ecdsa-sha2-")
        || is_jwk(text)
        || is_der_key(secret)
}

/// Returns whether this is a JSON object with a key type (RFC 7517 §4.1), or a set of them (§5).
fn is_jwk(text: &[u8]) -> bool {
    let object: Option<serde_json::Map<_, _>> = serde_json::from_slice(text).ok();
    object.is_some_and(|object| object.contains_key("kty") || object.contains_key("keys"))
}

/// Returns whether `secret` is one DER sequence that begins with an algorithm identifier
/// (`SubjectPublicKeyInfo`), with an integer and an algorithm identifier (PKCS#8), or with two
/// integers (the RSA keys of PKCS#1).
fn is_der_key(secret: &[u8]) -> bool {
    let Ok(sequence) = AnyRef::from_der(secret) else {
        return false;
    };
    let mut members = members(sequence).into_iter();
    match (members.next(), members.next()) {
        (Some(first), second) => {
            is_algorithm(first)
                || first.tag() == Tag::Integer
                    && second
                        .is_some_and(|second| is_algorithm(second) || second.tag() == Tag::Integer)
        }
        _ => false,
    }
}

/// Returns whether this is a sequence that begins with an object identifier.
fn is_algorithm(value: AnyRef<'_>) -> bool {
    let first = members(value).into_iter().next();
    first.is_some_and(|first| first.tag() == Tag::ObjectIdentifier)
}

/// Returns the first two members of a sequence, as far as they are well-formed.
fn members(value: AnyRef<'_>) -> Vec<AnyRef<'_>> {
    if value.tag() != Tag::Sequence {
        return Vec::new();
    }
    let Ok(mut reader) = SliceReader::new(value.value()) else {
        return Vec::new();
    };
    std::iter::from_fn(|| AnyRef::decode(&mut reader).ok())
        .take(2)
        .collect()
}

/// Returns whether this is a printable text of which at least half of the letters, and at least
/// [`MIN_PLACEHOLDER_LETTERS`], belong to [`PLACEHOLDER_WORDS`].
///
/// Random bytes are not printable text. A random base64 text of 43 characters has about 35 letters: a
/// given word of three letters stands at a given place with a probability of 1 in 30,000, and six
/// such words would be needed.
fn is_placeholder(secret: &[u8]) -> bool {
    if !secret.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return false;
    }
    let text = secret.to_ascii_lowercase();
    let mut is_covered = vec![false; text.len()];
    for word in PLACEHOLDER_WORDS.lines() {
        let places = text.windows(word.len()).enumerate();
        for (start, _) in places.filter(|(_, window)| *window == word.as_bytes()) {
            let covered = is_covered.iter_mut().skip(start).take(word.len());
            covered.for_each(|is_covered| *is_covered = true);
        }
    }
    let letters = text.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    let covered = is_covered
        .into_iter()
        .filter(|&is_covered| is_covered)
        .count();
    covered >= MIN_PLACEHOLDER_LETTERS && covered.saturating_mul(2) >= letters
}

/// Returns the shortest unit that `secret` repeats at least twice, the last time perhaps cut short.
fn period(secret: &[u8]) -> Option<&[u8]> {
    let unit = (1..=secret.len() / 2).find(|&unit| {
        let shifted = secret.iter().skip(unit);
        std::iter::zip(secret, shifted).all(|(byte, later)| byte == later)
    })?;
    secret.get(..unit)
}

/// Returns whether at least half of the neighbouring bytes differ by at most one.
fn is_sequence(secret: &[u8]) -> bool {
    let pairs = secret.len().saturating_sub(1);
    let close = std::iter::zip(secret, secret.iter().skip(1))
        .filter(|(byte, next)| byte.abs_diff(**next) <= 1)
        .count();
    close.saturating_mul(2) >= pairs
}

/// Returns the Shannon entropy per byte times the length.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn entropy_bits(secret: &[u8]) -> f64 {
    let mut counts = [0_usize; 256];
    for &byte in secret {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count = count.saturating_add(1);
        }
    }
    let length = secret.len() as f64;
    counts
        .into_iter()
        .filter(|&count| count > 0)
        .map(|count| count as f64 * (length / count as f64).log2())
        .sum()
}

#[cfg(test)]
mod tests;
