//! The keys of one kind of token: the signing key, and all keys that verify.

use std::fmt;
use std::sync::Arc;

use super::{JwtKey, KeyId, KeyRingProblem, KeyState, PublicJwk};
use crate::keys::Rotation;
use crate::secret::SecretWeakness;

/// Signs with its active key and verifies with the key that the token names.
///
/// A ring is an immutable value. To change keys while an application runs, use a
/// [`SharedKeyRing`](super::SharedKeyRing).
///
/// # Examples
///
/// ```
/// use auth_core::secret::Secret;
/// use auth_core::token::{JwtKey, KeyId, KeyRing};
///
/// let ring = KeyRing::new(JwtKey::hs256(KeyId::parse("2026")?, Secret::generate()?))
///     .also_verify(JwtKey::hs256(KeyId::parse("2025")?, Secret::generate()?))
///     .with_next(JwtKey::hs256(KeyId::parse("2027")?, Secret::generate()?));
/// assert!(ring.problems().is_empty());
/// assert!(ring.weaknesses().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct KeyRing {
    pub(super) keys: Rotation<JwtKey>,
}

impl KeyRing {
    /// Creates a ring of one key, which signs and verifies.
    ///
    /// # Examples
    ///
    /// See [`KeyRing`].
    #[must_use]
    pub fn new(active: impl Into<Arc<JwtKey>>) -> Self {
        Self {
            keys: Rotation::new(active.into()),
        }
    }

    /// Adds a key that verifies and never signs: a previously active one.
    ///
    /// # Examples
    ///
    /// See [`KeyRing`].
    #[must_use]
    pub fn also_verify(self, key: impl Into<Arc<JwtKey>>) -> Self {
        Self {
            keys: self.keys.with_verify_only(key.into()),
        }
    }

    /// Adds a key that is published and verifies, but does not sign yet.
    ///
    /// # Examples
    ///
    /// See [`KeyRing`].
    #[must_use]
    pub fn with_next(self, key: impl Into<Arc<JwtKey>>) -> Self {
        Self {
            keys: self.keys.with_next(key.into()),
        }
    }

    /// Returns the key that signs.
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
        self.keys.active()
    }

    /// Returns all keys, the signing key first.
    ///
    /// # Examples
    ///
    /// ```
    /// # use auth_core::{secret::Secret, token::{JwtKey, KeyRing}};
    /// let ring = KeyRing::new(JwtKey::hs256_auto_kid(Secret::generate()?));
    /// assert_eq!(ring.keys().count(), 1);
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    pub fn keys(&self) -> impl Iterator<Item = &Arc<JwtKey>> {
        self.keys.keys()
    }

    /// Returns all keys with their states, the active one first. For an example see [`KeyState`].
    pub fn states(&self) -> impl Iterator<Item = (KeyState, &Arc<JwtKey>)> {
        self.keys.states()
    }

    /// Returns the public halves of all keys that have one, for publication. For an example see
    /// [`JwkSet`](super::JwkSet).
    pub fn public_keys(&self) -> impl Iterator<Item = PublicJwk> {
        self.keys().filter_map(|key| key.public_jwk())
    }

    /// Returns the problems of the ring. A ring with problems must not be used.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::Secret;
    /// use auth_core::token::{JwtKey, KeyId, KeyRing, KeyRingProblem};
    ///
    /// let kid = KeyId::parse("k1")?;
    /// let ring = KeyRing::new(JwtKey::hs256(kid.clone(), Secret::generate()?))
    ///     .also_verify(JwtKey::hs256(kid.clone(), Secret::generate()?));
    /// assert_eq!(ring.problems(), [KeyRingProblem::DuplicateKid(kid)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn problems(&self) -> Vec<KeyRingProblem> {
        self.keys.problems()
    }

    /// Returns the keys whose secret is too weak, with the reason.
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
        self.keys.weaknesses()
    }

    /// Returns the key with this name. The name comes from a token, so it is only compared.
    pub(super) fn find(&self, kid: &str) -> Option<&Arc<JwtKey>> {
        self.keys.find(kid)
    }
}

impl From<Rotation<JwtKey>> for KeyRing {
    fn from(keys: Rotation<JwtKey>) -> Self {
        Self { keys }
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.states()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    #[cfg(feature = "jwt")]
    use crate::token::tests::public_key;

    fn key(kid: &str) -> JwtKey {
        JwtKey::hs256(KeyId::parse(kid).unwrap(), Secret::generate().unwrap())
    }

    #[cfg(feature = "jwt")]
    #[test]
    fn all_problems_are_reported_at_once() {
        let ring = KeyRing::new(public_key("b"))
            .also_verify(key("a"))
            .also_verify(key("c"))
            .also_verify(key("b"))
            .also_verify(key("b"))
            .also_verify(key("a"));
        let kid = |text| KeyId::parse(text).unwrap();
        assert_eq!(
            ring.problems(),
            [
                KeyRingProblem::SignerVerifiesOnly(kid("b")),
                KeyRingProblem::DuplicateKid(kid("a")),
                KeyRingProblem::DuplicateKid(kid("b")),
            ],
        );
    }

    /// J-05: weak keys are reported in every state.
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
            "[(Active, JwtKey { kid: KeyId(\"k1\"), algorithm: Hs256, .. })]",
        );
    }
}
