//! Private keys: read from their notations, and checked against their public half.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
};
use pkcs8::PrivateKeyInfoRef;

use super::public::{KeyKind, PublicKey};
use super::{EncodeError, KeyError};

/// Both halves of a key pair.
pub(super) struct PrivateKey {
    pub(super) public: PublicKey,
    pub(super) signing: SigningKey,
}

/// The private half. `aws-lc-rs` holds its numbers, and wipes them when it is dropped.
pub(super) enum SigningKey {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
}

impl PrivateKey {
    /// Reads PKCS#8 (RFC 5958), of either version.
    pub(super) fn from_pkcs8(bytes: &[u8]) -> Result<Self, KeyError> {
        let info = PrivateKeyInfoRef::try_from(bytes).map_err(|_| KeyError::MalformedPem)?;
        match KeyKind::of(&info.algorithm).ok_or(KeyError::UnknownKind)? {
            KeyKind::Ed25519 => {
                let pair = Ed25519KeyPair::from_pkcs8(bytes).map_err(|_| KeyError::Invalid)?;
                Self::of_ed25519(pair)
            }
            KeyKind::P256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes);
                Self::of_p256(pair.map_err(|_| KeyError::Invalid)?)
            }
            KeyKind::Rsa => Err(KeyError::PrivateRsa),
        }
    }

    /// Reads the private number of a JWK: the seed of an Ed25519 key or the scalar of a P-256 key.
    ///
    /// # Errors
    ///
    /// [`KeyError::Mismatch`] if `public` is not its public half.
    pub(super) fn from_number(number: &[u8; 32], public: &PublicKey) -> Result<Self, KeyError> {
        match public.kind() {
            KeyKind::Ed25519 => {
                let pair = Ed25519KeyPair::from_seed_and_public_key(number, public.bits());
                Self::of_ed25519(pair.map_err(|_| KeyError::Mismatch)?)
            }
            KeyKind::P256 => {
                let pair = EcdsaKeyPair::from_private_key_and_public_key(
                    &ECDSA_P256_SHA256_FIXED_SIGNING,
                    number,
                    public.bits(),
                );
                Self::of_p256(pair.map_err(|_| KeyError::Mismatch)?)
            }
            KeyKind::Rsa => Err(KeyError::PrivateRsa),
        }
    }

    fn of_ed25519(pair: Ed25519KeyPair) -> Result<Self, KeyError> {
        let public = pair.public_key().as_ref().try_into();
        let public = PublicKey::ed25519(public.map_err(|_| KeyError::Invalid)?)?;
        let signing = SigningKey::Ed25519(pair);
        Ok(Self { public, signing })
    }

    fn of_p256(pair: EcdsaKeyPair) -> Result<Self, KeyError> {
        let public = PublicKey::p256_point(pair.public_key().as_ref())?;
        let signing = SigningKey::P256(pair);
        Ok(Self { public, signing })
    }
}

impl SigningKey {
    /// Returns the signature of `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, EncodeError> {
        let signature = match self {
            Self::Ed25519(pair) => pair.try_sign(message),
            Self::P256(pair) => pair.sign(&SystemRandom::new(), message),
        };
        let signature = signature.map_err(|_| EncodeError::Signing)?;
        Ok(signature.as_ref().to_vec())
    }
}
