//! The keys of one kind of token: the one that signs, and all that verify.

use super::{JwtKey, KeyId};
use crate::secret::SecretWeakness;

/// Signs with its first key and verifies with whichever the token names.
///
/// To change a key without logging anybody out: add the new key to the end everywhere, then move it
/// to the front, and drop the old one when the last token signed by it has expired.
///
/// # Examples
///
/// ```
/// use auth_core::secret::Secret;
/// use auth_core::token::{JwtKey, KeyId, KeyRing};
///
/// let ring = KeyRing::new(JwtKey::hs256(KeyId::parse("2026")?, Secret::generate()?))
///     .also_verify(JwtKey::hs256(KeyId::parse("2025")?, Secret::generate()?));
/// assert!(ring.faults().is_empty());
/// assert!(ring.weaknesses().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct KeyRing {
    signer: JwtKey,
    others: Vec<JwtKey>,
}

impl KeyRing {
    /// A ring of one key, which signs and verifies.
    ///
    /// # Examples
    ///
    /// See [`KeyRing`].
    #[must_use]
    pub fn new(signer: JwtKey) -> Self {
        Self {
            signer,
            others: Vec::new(),
        }
    }

    /// Adds a key that verifies and never signs.
    ///
    /// # Examples
    ///
    /// See [`KeyRing`].
    #[must_use]
    pub fn also_verify(mut self, key: JwtKey) -> Self {
        self.others.push(key);
        self
    }

    /// The key that signs.
    ///
    /// # Examples
    ///
    /// ```
    /// # use auth_core::{secret::Secret, token::{JwtKey, KeyId, KeyRing}};
    /// let ring = KeyRing::new(JwtKey::hs256(KeyId::parse("k1")?, Secret::generate()?));
    /// assert_eq!(ring.signer().kid().as_str(), "k1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn signer(&self) -> &JwtKey {
        &self.signer
    }

    /// All keys, the one that signs first.
    ///
    /// # Examples
    ///
    /// ```
    /// # use auth_core::{secret::Secret, token::{JwtKey, KeyRing}};
    /// let ring = KeyRing::new(JwtKey::hs256_auto_kid(Secret::generate()?));
    /// assert_eq!(ring.keys().count(), 1);
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    pub fn keys(&self) -> impl Iterator<Item = &JwtKey> {
        std::iter::once(&self.signer).chain(&self.others)
    }

    /// What is wrong with the ring itself. A ring with faults must not be used.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::Secret;
    /// use auth_core::token::{JwtKey, KeyId, KeyRing, KeyRingFault};
    ///
    /// let kid = KeyId::parse("k1")?;
    /// let ring = KeyRing::new(JwtKey::hs256(kid.clone(), Secret::generate()?))
    ///     .also_verify(JwtKey::hs256(kid.clone(), Secret::generate()?));
    /// assert_eq!(ring.faults(), [KeyRingFault::DuplicateKid(kid)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn faults(&self) -> Vec<KeyRingFault> {
        let verify_only = (!self.signer.can_sign())
            .then(|| KeyRingFault::SignerVerifiesOnly(self.signer.kid().clone()));
        let mut kids: Vec<&KeyId> = self.keys().map(JwtKey::kid).collect();
        kids.sort_unstable();
        let mut duplicates: Vec<&KeyId> = std::iter::zip(&kids, kids.iter().skip(1))
            .filter(|(kid, next)| kid == next)
            .map(|(kid, _)| *kid)
            .collect();
        duplicates.dedup();
        let duplicates = duplicates.into_iter().cloned();
        verify_only
            .into_iter()
            .chain(duplicates.map(KeyRingFault::DuplicateKid))
            .collect()
    }

    /// The keys whose secret is too weak, and why.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{Secret, SecretWeakness};
    /// use auth_core::token::{JwtKey, KeyId, KeyRing};
    ///
    /// let kid = KeyId::parse("k1")?;
    /// let ring = KeyRing::new(JwtKey::hs256(kid.clone(), Secret::new([b'a'; 32])));
    /// assert_eq!(ring.weaknesses(), [(kid, SecretWeakness::Repeats { unit: 1 })]);
    /// # Ok::<(), auth_core::token::InvalidKeyId>(())
    /// ```
    #[must_use]
    pub fn weaknesses(&self) -> Vec<(KeyId, SecretWeakness)> {
        self.keys()
            .filter_map(|key| Some((key.kid().clone(), key.weakness()?)))
            .collect()
    }

    /// The key of this name. The name comes from a token, so it is only compared.
    pub(super) fn find(&self, kid: &str) -> Option<&JwtKey> {
        self.keys().find(|key| key.kid().as_str() == kid)
    }
}

/// What is wrong with a [`KeyRing`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingFault {
    /// Two keys have one name, so that only the first of them is ever found.
    #[error("two keys are named `{0}`")]
    DuplicateKid(KeyId),
    /// The first key cannot sign.
    #[error("the key `{0}` stands first but can only verify")]
    SignerVerifiesOnly(KeyId),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn key(kid: &str) -> JwtKey {
        JwtKey::hs256(KeyId::parse(kid).unwrap(), Secret::generate().unwrap())
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        let ring = KeyRing::new(key("b").verify_only())
            .also_verify(key("a"))
            .also_verify(key("c"))
            .also_verify(key("b"))
            .also_verify(key("b"))
            .also_verify(key("a"));
        let kid = |text| KeyId::parse(text).unwrap();
        assert_eq!(
            ring.faults(),
            [
                KeyRingFault::SignerVerifiesOnly(kid("b")),
                KeyRingFault::DuplicateKid(kid("a")),
                KeyRingFault::DuplicateKid(kid("b")),
            ],
        );
    }

    /// J-05: the weak ones are named, wherever they stand.
    #[test]
    fn every_weak_key_is_reported() {
        let weak = |kid: &str, secret: &str| {
            JwtKey::hs256(KeyId::parse(kid).unwrap(), Secret::new(secret))
        };
        let ring = KeyRing::new(weak("a", "hunter2"))
            .also_verify(key("b"))
            .also_verify(weak("c", &"x".repeat(32)));
        let kid = |text| KeyId::parse(text).unwrap();
        assert_eq!(
            ring.weaknesses(),
            [
                (kid("a"), SecretWeakness::TooShort { bytes: 7 }),
                (kid("c"), SecretWeakness::Repeats { unit: 1 }),
            ],
        );
    }

    /// A16.2.5: a ring in a log shows names and algorithms, and no key.
    #[test]
    fn debug_shows_no_key() {
        let secret = "nLc8ktT0fK0VvyNGTtsxXLwnmxRIdTUJwwF9KrVlyW4";
        let ring = KeyRing::new(JwtKey::hs256(
            KeyId::parse("k1").unwrap(),
            Secret::new(secret),
        ));
        assert_eq!(
            format!("{ring:?}"),
            "KeyRing { signer: JwtKey { kid: KeyId(\"k1\"), algorithm: Hs256, .. }, others: [] }",
        );
    }
}
