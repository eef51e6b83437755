//! A key pair of public-key cryptography, or the public half alone.

use super::private::{PrivateKey, SigningKey};
use super::public::PublicKey;
use super::{EncodeError, InvalidToken, JwtAlgorithm, JwtKey, KeyId, PublicJwk};

/// The key material of an EdDSA, ES256 or RS256 key.
pub(super) struct Pair {
    public: PublicKey,
    /// The private half; `None` if the key only verifies, such as the public key of another issuer.
    signing: Option<SigningKey>,
}

impl Pair {
    pub(super) fn algorithm(&self) -> JwtAlgorithm {
        self.public.algorithm()
    }

    pub(super) fn jwk(&self, kid: &KeyId) -> PublicJwk {
        self.public.jwk(kid)
    }

    pub(super) fn can_sign(&self) -> bool {
        self.signing.is_some()
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, EncodeError> {
        let signing = self.signing.as_ref().ok_or(EncodeError::VerifyOnly)?;
        signing.sign(message)
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidToken> {
        self.public.verify(message, signature)
    }
}

impl From<PrivateKey> for JwtKey {
    fn from(key: PrivateKey) -> Self {
        let PrivateKey { public, signing } = key;
        let kid = public.thumbprint();
        let signing = Some(signing);
        Self::of_pair(kid, Pair { public, signing })
    }
}

impl From<PublicKey> for JwtKey {
    fn from(public: PublicKey) -> Self {
        let kid = public.thumbprint();
        let signing = None;
        Self::of_pair(kid, Pair { public, signing })
    }
}
