//! Public keys: checked, named, and as the application publishes them.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    VerificationAlgorithm,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::DecodingKey;
use sha2::{Digest, Sha256};

use super::{JwtAlgorithm, KeyError, KeyId, PublicJwk};
use crate::secret::der;

/// `AlgorithmIdentifier` of Ed25519 (RFC 8410 §3), without its tag and length.
pub(super) const ED25519_ID: &[u8] = b"\x06\x03\x2b\x65\x70";
/// Of a key on P-256 (RFC 5480 §2.1.1).
pub(super) const P256_ID: &[u8] =
    b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
/// Of an RSA key (RFC 3279 §2.3.1).
pub(super) const RSA_ID: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

/// A public key whose numbers have been checked.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum PublicKey {
    Ed25519([u8; 32]),
    P256 {
        x: [u8; 32],
        y: [u8; 32],
    },
    /// Both in big-endian order, without leading zeros.
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

impl PublicKey {
    pub(super) fn ed25519(x: [u8; 32]) -> Result<Self, KeyError> {
        if is_degenerate(x) {
            return Err(KeyError::Invalid);
        }
        Self::Ed25519(x).checked(&ED25519)
    }

    pub(super) fn p256(x: [u8; 32], y: [u8; 32]) -> Result<Self, KeyError> {
        Self::P256 { x, y }.checked(&ECDSA_P256_SHA256_FIXED)
    }

    /// From the point as SEC 1 writes it. Only the uncompressed notation is known: a JWK has no
    /// other, and one notation for one key is enough.
    pub(super) fn p256_point(point: &[u8]) -> Result<Self, KeyError> {
        let Some((&[4], coordinates)) = point.split_first_chunk() else {
            return Err(KeyError::Invalid);
        };
        let Some((&x, y)) = coordinates.split_first_chunk() else {
            return Err(KeyError::Invalid);
        };
        Self::p256(x, y.try_into().map_err(|_| KeyError::Invalid)?)
    }

    pub(super) fn rsa(n: &[u8], e: &[u8]) -> Result<Self, KeyError> {
        let zeros = n.first().ok_or(KeyError::Invalid)?.leading_zeros() as usize;
        let bits = n.len().saturating_mul(8).saturating_sub(zeros);
        if zeros == 8 || e.first().is_none_or(|&first| first == 0) {
            return Err(KeyError::Invalid);
        }
        if !(2048..=8192).contains(&bits) {
            return Err(KeyError::RsaSize { bits });
        }
        let (n, e) = (n.to_vec(), e.to_vec());
        Self::Rsa { n, e }.checked(&RSA_PKCS1_2048_8192_SHA256)
    }

    /// Reads a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7), in its one canonical form.
    pub(super) fn from_spki(bytes: &[u8]) -> Result<Self, KeyError> {
        let (id, key) = spki_parts(bytes).ok_or(KeyError::MalformedPem)?;
        let read = match id {
            ED25519_ID => Self::ed25519(key.try_into().map_err(|_| KeyError::Invalid)?),
            P256_ID => Self::p256_point(key),
            RSA_ID => {
                let (n, e) = rsa_numbers(key).ok_or(KeyError::Invalid)?;
                Self::rsa(n, e)
            }
            _ => Err(KeyError::UnknownKind),
        }?;
        if read.spki().as_deref() == Some(bytes) {
            Ok(read)
        } else {
            Err(KeyError::MalformedPem)
        }
    }

    pub(super) fn algorithm(&self) -> JwtAlgorithm {
        match self {
            Self::Ed25519(_) => JwtAlgorithm::EdDsa,
            Self::P256 { .. } => JwtAlgorithm::Es256,
            Self::Rsa { .. } => JwtAlgorithm::Rs256,
        }
    }

    pub(super) fn verifying(&self) -> Result<DecodingKey, KeyError> {
        let bytes = self.bytes().ok_or(KeyError::Invalid)?;
        Ok(match self {
            Self::Ed25519(_) => DecodingKey::from_ed_der(&bytes),
            Self::P256 { .. } => DecodingKey::from_ec_der(&bytes),
            Self::Rsa { .. } => DecodingKey::from_rsa_der(&bytes),
        })
    }

    /// The key's name for itself (RFC 7638): a digest of its numbers, so the same one everywhere.
    pub(super) fn thumbprint(&self) -> KeyId {
        // The required members in the order of the alphabet, and no others (§3). What stands in them
        // needs no escapes.
        let text = match self {
            Self::Ed25519(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, b64(x)),
            Self::P256 { x, y } => {
                let (x, y) = (b64(x), b64(y));
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            Self::Rsa { n, e } => {
                let (n, e) = (b64(n), b64(e));
                format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)
            }
        };
        KeyId::from_whole_digest(&Sha256::digest(text).into())
    }

    pub(super) fn jwk(&self, kid: &KeyId) -> PublicJwk {
        match self {
            Self::Ed25519(x) => PublicJwk {
                crv: Some("Ed25519"),
                x: Some(b64(x)),
                ..PublicJwk::new("OKP", kid, JwtAlgorithm::EdDsa)
            },
            Self::P256 { x, y } => PublicJwk {
                crv: Some("P-256"),
                x: Some(b64(x)),
                y: Some(b64(y)),
                ..PublicJwk::new("EC", kid, JwtAlgorithm::Es256)
            },
            Self::Rsa { n, e } => PublicJwk {
                n: Some(b64(n)),
                e: Some(b64(e)),
                ..PublicJwk::new("RSA", kid, JwtAlgorithm::Rs256)
            },
        }
    }

    /// The key, if the library that will verify with it takes it: points on their curve, numbers in
    /// range (RFC 8725 §3.4).
    fn checked(self, algorithm: &'static dyn VerificationAlgorithm) -> Result<Self, KeyError> {
        let bytes = self.bytes().ok_or(KeyError::Invalid)?;
        ParsedPublicKey::new(algorithm, bytes).map_err(|_| KeyError::Invalid)?;
        Ok(self)
    }

    /// The bits of the key: a string of bytes, an uncompressed point, or `RSAPublicKey` of PKCS#1.
    fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Ed25519(x) => Some(x.to_vec()),
            Self::P256 { x, y } => Some([&[4], x.as_slice(), y].concat()),
            Self::Rsa { n, e } => {
                der::join(der::SEQUENCE, &[&der::unsigned(n)?, &der::unsigned(e)?])
            }
        }
    }

    fn spki(&self) -> Option<Vec<u8>> {
        let id = match self {
            Self::Ed25519(_) => ED25519_ID,
            Self::P256 { .. } => P256_ID,
            Self::Rsa { .. } => RSA_ID,
        };
        let id = der::join(der::SEQUENCE, &[id])?;
        let bits = der::join(der::BIT_STRING, &[&[0], &self.bytes()?])?;
        der::join(der::SEQUENCE, &[&id, &bits])
    }
}

/// Is this no point of Ed25519 that a key pair could have? Under a point of small order everybody
/// can sign, and a number that is not reduced is a second notation of a key.
fn is_degenerate(x: [u8; 32]) -> bool {
    // 2²⁵⁵ - 19, as everything here in little-endian order.
    const P: [u8; 32] = *b"\xed\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
        \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
    // The ordinates of the eight points whose order divides 8: 1 and -1, 0, and two more.
    const SMALL: [[u8; 32]; 5] = [
        *b"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        *b"\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
            \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        [0; 32],
        *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\
            \xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
        *b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\
            \x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
    ];
    let mut ordinate = x;
    // The first bit is the sign of the abscissa.
    let [.., last] = &mut ordinate;
    *last &= 0x7f;
    let is_reduced = ordinate.iter().rev().lt(P.iter().rev());
    !is_reduced || SMALL.contains(&ordinate)
}

/// The algorithm and the bits of a `SubjectPublicKeyInfo`.
fn spki_parts(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (body, _) = der::split(der::SEQUENCE, bytes)?;
    let (id, rest) = der::split(der::SEQUENCE, body)?;
    let (bits, _) = der::split(der::BIT_STRING, rest)?;
    Some((id, bits.strip_prefix(&[0])?))
}

/// The two numbers of `RSAPublicKey`, without the zero that makes a number positive.
fn rsa_numbers(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (body, _) = der::split(der::SEQUENCE, bytes)?;
    let (n, rest) = der::split(der::INTEGER, body)?;
    let (e, _) = der::split(der::INTEGER, rest)?;
    let positive = |number| <[u8]>::strip_prefix(number, &[0]).unwrap_or(number);
    Some((positive(n), positive(e)))
}

fn b64(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
