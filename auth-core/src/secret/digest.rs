//! Keyed digests, stored or shown in place of confidential values.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Secret;

/// Returns HMAC-SHA-256 (RFC 2104) over `parts`, as 43 characters of base64url.
///
/// Without `key`, an attacker can neither compute the digest of a guess nor invert a digest. Use it
/// for lookup keys of secrets (session tokens), of personal data (the address in a rate limit), and
/// for fingerprints that bind a token to a password hash or an address. Give each use its own key,
/// by [`Purpose`](super::Purpose).
///
/// Each part is preceded by its length (64 bits, big-endian), so that `["ab", "c"]`, `["a", "bc"]`
/// and `["abc"]` have different digests.
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Purpose, Secret, keyed_digest};
///
/// let key = MasterSecret::new(Secret::generate()?).derive(Purpose::LOOKUP_DIGEST);
/// let digest = keyed_digest(&key, &[b"login", b"ada@example.com"]);
/// assert_eq!(digest.len(), 43);
/// # Ok::<(), auth_core::secret::RandomError>(())
/// ```
#[must_use]
pub fn keyed_digest(key: &Secret, parts: &[&[u8]]) -> String {
    Base64UrlUnpadded::encode_string(&keyed_digest_bytes(key, parts))
}

/// Returns the 32 bytes of [`keyed_digest`].
pub(crate) fn keyed_digest_bytes(key: &Secret, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = mac(key);
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        mac.update(&length.to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Returns HMAC-SHA-256 over `message`: the signature of HS256 (RFC 7518 §3.2).
pub(crate) fn hmac_sha256(key: &Secret, message: &[u8]) -> [u8; 32] {
    mac(key)
        .chain_update(message)
        .finalize()
        .into_bytes()
        .into()
}

#[expect(clippy::expect_used, reason = "HMAC is defined for keys of any length")]
fn mac(key: &Secret) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key.expose()).expect("a key of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(parts: &[&[u8]]) -> String {
        keyed_digest(&Secret::new([7; 32]), parts)
    }

    /// Computed independently of this code, with the `hmac` module of Python.
    #[test]
    fn digest_equals_independent_vectors() {
        assert_eq!(digest(&[]), "naxqdEAbRu2bSJ0OGdaNGxPMa1CQNS_c-lvXTfTmnYc");
        assert_eq!(
            digest(&[b"login", b"ada@example.com"]),
            "-jQDpMdnGTc0IPndz_uIdYyUc8dr5aMXJichxI3VZ0U"
        );
    }

    /// RFC 4231 §4.3 (test case 2).
    #[test]
    fn hmac_equals_rfc_4231_vector() {
        let tag = hmac_sha256(&Secret::new("Jefe"), b"what do ya want for nothing?");
        let expected = b"\x5b\xdc\xc1\x46\xbf\x60\x75\x4e\x6a\x04\x24\x26\x08\x95\x75\xc7\
            \x5a\x00\x3f\x08\x9d\x27\x39\x83\x9d\xec\x58\xb9\x64\xec\x38\x43";
        assert_eq!(&tag, expected);
    }

    #[test]
    fn digest_depends_on_boundaries_of_parts() {
        let inputs: [&[&[u8]]; 8] = [
            &[],
            &[b""],
            &[b"", b""],
            &[b"abc"],
            &[b"ab", b"c"],
            &[b"a", b"bc"],
            &[b"abc", b""],
            &[b"", b"abc"],
        ];
        let digests: std::collections::BTreeSet<String> =
            inputs.iter().map(|parts| digest(parts)).collect();
        assert_eq!(digests.len(), inputs.len());
    }

    #[test]
    fn digest_depends_on_key() {
        let other = keyed_digest(&Secret::new([8; 32]), &[b"login", b"ada@example.com"]);
        assert_ne!(other, digest(&[b"login", b"ada@example.com"]));
    }
}
