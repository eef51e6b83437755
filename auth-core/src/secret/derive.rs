//! The purposes of derived keys, and their derivation.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Secret;

/// The salt of the derivation. A new version changes every key and invalidates everything made with
/// the old ones.
const SALT: &[u8] = b"auth-core/master-secret/v1";

/// Returns the key of 32 bytes for one purpose: HKDF with SHA-256 (RFC 5869).
pub(super) fn derive(master: &Secret, purpose: Purpose) -> Secret {
    let mut key = Zeroizing::new([0; 32]);
    let hkdf = Hkdf::<Sha256>::new(Some(SALT), master.expose());
    let info = [purpose.owner.as_bytes(), b"/", purpose.label.as_bytes()];
    #[expect(
        clippy::expect_used,
        reason = "the limit of RFC 5869 §2.3 is 255 × 32 bytes"
    )]
    hkdf.expand_multi_info(&info, &mut *key)
        .expect("32 bytes are within the limit");
    Secret::new(key.as_slice())
}

/// The use of a derived key.
///
/// A deployed label never changes: a new label is a new key, and everything made with the old one
/// becomes invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Purpose {
    /// The namespace of the label, so that a label of an application never equals one of this crate.
    owner: &'static str,
    label: &'static str,
}

impl Purpose {
    /// Signs access tokens.
    pub const ACCESS_TOKEN: Self = Self::own("access token");
    /// Signs the tokens that verify an e-mail address.
    pub const VERIFY_TOKEN: Self = Self::own("verify token");
    /// Signs the tokens that reset a password.
    pub const RESET_TOKEN: Self = Self::own("reset token");
    /// Signs the pending login of a user who still has to give a second factor.
    pub const PENDING_TOKEN: Self = Self::own("pending token");
    /// Signs the CSRF tokens of sessions.
    pub const CSRF_TOKEN: Self = Self::own("csrf token");
    /// Digests the opaque access and refresh tokens, so that a store holds none of them.
    pub const SESSION_DIGEST: Self = Self::own("session digest");
    /// Digests the lookup keys of counters and locks: addresses, user names, client addresses.
    pub const LOOKUP_DIGEST: Self = Self::own("lookup digest");
    /// Digests the values that a token is bound to: a password hash, an e-mail address.
    pub const FINGERPRINT: Self = Self::own("fingerprint");
    /// Seals data at rest: see [`Sealer`](super::Sealer).
    pub const DATA_AT_REST: Self = Self::own("data at rest");

    /// Returns a purpose of the application.
    ///
    /// The label comes from source code, never from a request: the label determines the key.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::Purpose;
    ///
    /// const INVITATION: Purpose = Purpose::custom("invitation token");
    /// // A label that this crate uses as well is still another purpose.
    /// assert_ne!(Purpose::custom("access token"), Purpose::ACCESS_TOKEN);
    /// ```
    #[must_use]
    pub const fn custom(label: &'static str) -> Self {
        Self {
            owner: "application",
            label,
        }
    }

    const fn own(label: &'static str) -> Self {
        Self {
            owner: "auth-core",
            label,
        }
    }
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64UrlUnpadded, Encoding};

    use super::*;
    use crate::secret::MasterSecret;

    const PURPOSES: [(Purpose, &str); 11] = [
        (
            Purpose::ACCESS_TOKEN,
            "ADzZh3wqwBcZDI-5iS1Mu5Q64cCZ_xN3mj7BfYZ5KzM",
        ),
        (
            Purpose::VERIFY_TOKEN,
            "QvHyw6NBZH5A8l7RkcgBL6cM-RdbGdJph0u4J0GsjyU",
        ),
        (
            Purpose::RESET_TOKEN,
            "5Websi3ecoJtjl8HtPECZdZjmz8xt-iqK4XSMfJ1MC0",
        ),
        (
            Purpose::PENDING_TOKEN,
            "b8suobtltpk2JBC1umVif2I8INR9jK2CmLTsPX-nK7s",
        ),
        (
            Purpose::CSRF_TOKEN,
            "miMRgr-o-U2WyxevPjIYp7v7gIJQA3-D-s_otaHW-Pg",
        ),
        (
            Purpose::SESSION_DIGEST,
            "B_O_mM-lA3YTYemFyEaaRtK6dVCpAaurb5oaEBvl5y0",
        ),
        (
            Purpose::LOOKUP_DIGEST,
            "N7M6KrTVj6xExhX_561uw3wvJqHgSACGG7HsjQ13vp0",
        ),
        (
            Purpose::FINGERPRINT,
            "ZZn31cH9Jmx0v6HQCC9VHdI2Nt5SVGv-tySWhNL0GOE",
        ),
        (
            Purpose::DATA_AT_REST,
            "AdXP6D88DxsSx4q_KHDfHt-9L8kg0aZZ0m1vyH6aPDM",
        ),
        (
            Purpose::custom("access token"),
            "HQNqRBlkfwWN5wpkjXQAwQDw8yBNVROnQQG-iEuGnZI",
        ),
        (
            Purpose::custom(""),
            "YVhii412Lgxm3KzB_zXNDXAo2uZVgxaPfCAMFwvFtts",
        ),
    ];

    /// The keys of the master secret `00 01 02 … 1f`, computed independently of this code (RFC 5869
    /// written out with the `hmac` module of Python). A change here invalidates every token and
    /// session in production.
    #[test]
    fn labels_give_published_keys() {
        let master = MasterSecret::from_bytes((0..32).collect::<Vec<u8>>());
        for (purpose, expected) in PURPOSES {
            let key = master.derive(purpose);
            assert_eq!(
                Base64UrlUnpadded::encode_string(key.expose()),
                expected,
                "{purpose:?}",
            );
        }
    }

    /// B-27: every purpose has its own key, and every master its own set of keys.
    #[test]
    fn every_purpose_and_master_has_its_own_key() {
        let masters = [
            MasterSecret::from_bytes([1; 32]),
            MasterSecret::from_bytes([2; 32]),
        ];
        let keys: std::collections::BTreeSet<Vec<u8>> = masters
            .iter()
            .flat_map(|master| PURPOSES.map(|(purpose, _)| master.derive(purpose)))
            .map(|key| key.expose().to_vec())
            .collect();
        assert_eq!(keys.len(), 2 * PURPOSES.len());
    }
}
