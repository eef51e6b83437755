//! Private keys: read, checked against their public half, and written in one form.

use aws_lc_rs::encoding::{AsBigEndian, Curve25519SeedBin, EcPrivateKeyBin};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
};
use jsonwebtoken::EncodingKey;
use zeroize::Zeroizing;

use super::KeyError;
use super::public::{ED25519_ID, P256_ID, PublicKey, RSA_ID};
use crate::secret::der;

/// PKCS#8 (RFC 5958) of an Ed25519 key up to its seed, and nothing after it.
const ED25519_HEAD: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
/// PKCS#8 of a P-256 key up to its scalar.
const P256_HEAD: &[u8] =
    b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\
    \x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x04\x6d\x30\x6b\x02\x01\x01\x04\x20";
/// What stands between the scalar and the public point.
const P256_MIDDLE: &[u8] = b"\xa1\x44\x03\x42\x00\x04";

/// Both halves of a key pair.
pub(super) struct PrivateKey {
    pub(super) public: PublicKey,
    /// In one form for one key, so that a key which is configured twice is recognised.
    pub(super) signing: EncodingKey,
}

impl PrivateKey {
    /// Reads PKCS#8.
    pub(super) fn from_pkcs8(bytes: &[u8]) -> Result<Self, KeyError> {
        match algorithm_of_pkcs8(bytes).ok_or(KeyError::MalformedPem)? {
            ED25519_ID => {
                Self::of_ed25519(&Ed25519KeyPair::from_pkcs8(bytes).map_err(|_| KeyError::Invalid)?)
            }
            P256_ID => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes);
                Self::of_p256(&pair.map_err(|_| KeyError::Invalid)?)
            }
            RSA_ID => Err(KeyError::PrivateRsa),
            _ => Err(KeyError::UnknownKind),
        }
    }

    /// From a seed and the public half that should be its own.
    pub(super) fn ed25519(seed: &[u8; 32], public: &PublicKey) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Invalid)?;
        Self::of_ed25519(&pair)?.with(public)
    }

    /// From a scalar and the public half that should be its own.
    pub(super) fn p256(scalar: &[u8; 32], public: &PublicKey) -> Result<Self, KeyError> {
        let PublicKey::P256 { x, y } = public else {
            return Err(KeyError::Mismatch);
        };
        let pkcs8 = p256_pkcs8(scalar, x, y);
        // PresentedToken compares the halves. What fails here is either of two things, and the public half
        // was found good before.
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8);
        Self::of_p256(&pair.map_err(|_| KeyError::Mismatch)?)?.with(public)
    }

    fn of_ed25519(pair: &Ed25519KeyPair) -> Result<Self, KeyError> {
        let public = pair.public_key().as_ref().try_into();
        let public = PublicKey::ed25519(public.map_err(|_| KeyError::Invalid)?)?;
        let seed = pair.seed().map_err(|_| KeyError::Invalid)?;
        let seed: Curve25519SeedBin<'_> = seed.as_be_bytes().map_err(|_| KeyError::Invalid)?;
        let pkcs8 = Zeroizing::new([ED25519_HEAD, seed.as_ref()].concat());
        let signing = EncodingKey::from_ed_der(&pkcs8);
        Ok(Self { public, signing })
    }

    fn of_p256(pair: &EcdsaKeyPair) -> Result<Self, KeyError> {
        let public = PublicKey::p256_point(pair.public_key().as_ref())?;
        let PublicKey::P256 { x, y } = &public else {
            return Err(KeyError::Invalid);
        };
        let scalar = pair.private_key();
        let scalar: EcPrivateKeyBin<'_> = scalar.as_be_bytes().map_err(|_| KeyError::Invalid)?;
        let scalar = scalar.as_ref().try_into().map_err(|_| KeyError::Invalid)?;
        let signing = EncodingKey::from_ec_der(&p256_pkcs8(scalar, x, y));
        Ok(Self { public, signing })
    }

    fn with(self, public: &PublicKey) -> Result<Self, KeyError> {
        if self.public == *public {
            Ok(self)
        } else {
            Err(KeyError::Mismatch)
        }
    }
}

fn p256_pkcs8(scalar: &[u8; 32], x: &[u8; 32], y: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([P256_HEAD, scalar, P256_MIDDLE, x, y].concat())
}

/// The algorithm of a PKCS#8 key: what follows the version.
fn algorithm_of_pkcs8(bytes: &[u8]) -> Option<&[u8]> {
    let (body, _) = der::split(der::SEQUENCE, bytes)?;
    let (_, rest) = der::split(der::INTEGER, body)?;
    let (id, _) = der::split(der::SEQUENCE, rest)?;
    Some(id)
}
