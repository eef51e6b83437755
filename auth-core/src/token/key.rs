//! A key with its name and its one algorithm.

#[cfg(feature = "jwt")]
mod error;
#[cfg(feature = "jwt")]
mod jwk;
#[cfg(feature = "jwt")]
mod pem;

use std::fmt;

#[cfg(feature = "jwt")]
pub use self::error::KeyError;
#[cfg(feature = "jwt")]
use super::pair::Pair;
use super::{EncodeError, InvalidToken, JwtAlgorithm, KeyId, PublicJwk};
use crate::keys::RotatableKey;
use crate::secret::{
    Secret, SecretWeakness, constant_time_eq, hmac_sha256, keyed_digest_bytes, same_secret,
};

/// A key for signing and verifying tokens, with exactly one algorithm and one name.
///
/// The algorithm is chosen by the constructor and never by a token (RFC 8725 §3.1), and a key
/// cannot be converted to a key of another algorithm.
///
/// | from | |
/// | --- | --- |
/// | a secret | [`hs256`](Self::hs256), [`hs256_auto_kid`](Self::hs256_auto_kid) |
/// | PEM | [`from_pem`](Self::from_pem), and one constructor for each kind |
/// | JWK | [`from_jwk`](Self::from_jwk) |
/// | PEM or JWK | [`parse`](Self::parse) |
// No `Clone`: share the key by `Arc`, as a `KeyRing` does, so that it stays in one place in memory.
pub struct JwtKey {
    kid: KeyId,
    material: Material,
}

/// The key material.
enum Material {
    /// HS256.
    Secret {
        secret: Secret,
        weakness: Option<SecretWeakness>,
    },
    /// Every other algorithm.
    #[cfg(feature = "jwt")]
    Pair(Pair),
}

impl JwtKey {
    /// Creates an HS256 key with a name chosen by the application.
    ///
    /// A weak secret, or a public key used as a secret, also makes a key, so that a configuration
    /// can report all of its problems: call [`weakness`](Self::weakness) before use.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::Secret;
    /// use auth_core::token::{JwtKey, KeyId};
    ///
    /// let key = JwtKey::hs256(KeyId::parse("2026-01")?, Secret::generate()?);
    /// assert_eq!(key.kid().as_str(), "2026-01");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn hs256(kid: impl Into<KeyId>, secret: Secret) -> Self {
        let weakness = secret.weakness();
        Self {
            kid: kid.into(),
            material: Material::Secret { secret, weakness },
        }
    }

    /// Creates an HS256 key with a derived name: the first 64 bits of a keyed digest of a label,
    /// which reveal nothing about the secret.
    ///
    /// The name is the same for the same secret, on every machine.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{MasterSecret, Purpose, Secret};
    /// use auth_core::token::JwtKey;
    ///
    /// let master = MasterSecret::new(Secret::generate()?);
    /// let key = JwtKey::hs256_auto_kid(master.derive(Purpose::ACCESS_TOKEN));
    /// let again = JwtKey::hs256_auto_kid(master.derive(Purpose::ACCESS_TOKEN));
    /// assert_eq!(key.kid(), again.kid());
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    #[must_use]
    pub fn hs256_auto_kid(secret: Secret) -> Self {
        let digest = keyed_digest_bytes(&secret, &[b"auth-core/kid/v1", b"HS256"]);
        Self::hs256(KeyId::from_digest(&digest), secret)
    }

    /// Returns the same key under a name chosen by the application.
    ///
    /// Existing tokens name the previous name: rename a key only if it has not signed yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::token::{JwtKey, KeyId};
    ///
    /// let pem = "-----BEGIN PUBLIC KEY-----\n\
    ///     MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
    ///     -----END PUBLIC KEY-----\n";
    /// let key = JwtKey::from_pem(pem)?.with_kid(KeyId::parse("2026-01")?);
    /// assert_eq!(key.kid().as_str(), "2026-01");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_kid(self, kid: impl Into<KeyId>) -> Self {
        Self {
            kid: kid.into(),
            ..self
        }
    }

    #[cfg(feature = "jwt")]
    pub(super) fn of_pair(kid: KeyId, pair: Pair) -> Self {
        let material = Material::Pair(pair);
        Self { kid, material }
    }

    /// Returns the name of the key.
    ///
    /// # Examples
    ///
    /// ```
    /// # use auth_core::{secret::Secret, token::{JwtKey, KeyId}};
    /// let key = JwtKey::hs256(KeyId::parse("k1")?, Secret::generate()?);
    /// assert_eq!(key.kid().as_str(), "k1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn kid(&self) -> &KeyId {
        &self.kid
    }

    /// Returns the algorithm of the key.
    ///
    /// # Examples
    ///
    /// ```
    /// # use auth_core::{secret::Secret, token::{JwtAlgorithm, JwtKey}};
    /// let key = JwtKey::hs256_auto_kid(Secret::generate()?);
    /// assert_eq!(key.algorithm(), JwtAlgorithm::Hs256);
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    #[must_use]
    pub fn algorithm(&self) -> JwtAlgorithm {
        match &self.material {
            Material::Secret { .. } => JwtAlgorithm::Hs256,
            #[cfg(feature = "jwt")]
            Material::Pair(pair) => pair.algorithm(),
        }
    }

    /// Returns the public half, for other services that verify tokens; `None` for a secret.
    ///
    /// # Examples
    ///
    /// See [`PublicJwk`].
    #[must_use]
    pub fn public_jwk(&self) -> Option<PublicJwk> {
        match &self.material {
            Material::Secret { .. } => None,
            #[cfg(feature = "jwt")]
            Material::Pair(pair) => Some(pair.jwk(&self.kid)),
        }
    }

    /// Returns what makes the secret unfit for this key; `None` if it is fit.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{Secret, SecretWeakness};
    /// use auth_core::token::JwtKey;
    ///
    /// let public_key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA…\n-----END PUBLIC KEY-----";
    /// let key = JwtKey::hs256_auto_kid(Secret::new(public_key));
    /// assert_eq!(key.weakness(), Some(SecretWeakness::KeyDocument));
    /// ```
    #[must_use]
    pub fn weakness(&self) -> Option<SecretWeakness> {
        match &self.material {
            Material::Secret { weakness, .. } => *weakness,
            #[cfg(feature = "jwt")]
            Material::Pair(_) => None,
        }
    }

    /// Returns whether this key is made of `secret`. Finds a secret that is configured for two
    /// roles. Compares in constant time.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::Secret;
    /// use auth_core::token::JwtKey;
    ///
    /// let key = JwtKey::hs256_auto_kid(Secret::new([7; 32]));
    /// assert!(key.uses_secret(&Secret::new([7; 32])));
    /// assert!(!key.uses_secret(&Secret::generate()?));
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    #[must_use]
    pub fn uses_secret(&self, secret: &Secret) -> bool {
        self.secret().is_some_and(|own| same_secret(own, secret))
    }

    /// Returns the secret of an HS256 key, for the report of a configuration.
    #[cfg_attr(
        not(feature = "jwt"),
        expect(clippy::unnecessary_wraps, reason = "only a key pair has no secret")
    )]
    pub(crate) fn secret(&self) -> Option<&Secret> {
        match &self.material {
            Material::Secret { secret, .. } => Some(secret),
            #[cfg(feature = "jwt")]
            Material::Pair(_) => None,
        }
    }

    /// Returns the signature of `message`.
    #[cfg_attr(
        not(feature = "jwt"),
        expect(clippy::unnecessary_wraps, reason = "only a public key cannot sign")
    )]
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, EncodeError> {
        match &self.material {
            Material::Secret { secret, .. } => Ok(hmac_sha256(secret, message).to_vec()),
            #[cfg(feature = "jwt")]
            Material::Pair(pair) => pair.sign(message),
        }
    }

    /// Checks the signature of `message`. HMAC tags are compared in constant time.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidToken> {
        match &self.material {
            Material::Secret { secret, .. } => {
                let is_tag = constant_time_eq(&hmac_sha256(secret, message), signature);
                is_tag.then_some(()).ok_or(InvalidToken::BadSignature)
            }
            #[cfg(feature = "jwt")]
            Material::Pair(pair) => pair.verify(message, signature),
        }
    }
}

impl RotatableKey for JwtKey {
    fn kid(&self) -> &KeyId {
        &self.kid
    }

    fn weakness(&self) -> Option<SecretWeakness> {
        self.weakness()
    }

    fn can_sign(&self) -> bool {
        match &self.material {
            Material::Secret { .. } => true,
            #[cfg(feature = "jwt")]
            Material::Pair(pair) => pair.can_sign(),
        }
    }
}

impl fmt::Debug for JwtKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("JwtKey")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}
