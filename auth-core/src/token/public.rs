//! Public keys: checked, named, and published.

mod small_order;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    VerificationAlgorithm,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use der::asn1::{AnyRef, ObjectIdentifier, UintRef};
use der::{Decode, Encode};
use pkcs1::{RsaPublicKey, RsaPublicKeyRef};
use sha2::{Digest, Sha256};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use self::small_order::is_small_order_or_unreduced;
use super::{InvalidToken, JwtAlgorithm, KeyError, KeyId, PublicJwk};

/// The kinds of keys that are accepted, each with its one algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    Ed25519,
    P256,
    Rsa,
}

impl KeyKind {
    /// RFC 8410 §3.
    const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
    /// RFC 5480 §2.1.1.
    const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
    /// RFC 5480 §2.1.1.1.
    const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

    /// Returns the kind that an algorithm identifier names, with exactly the parameters that its
    /// RFC demands: none for Ed25519, the curve for P-256, and `NULL` for RSA (RFC 3279 §2.3.1).
    pub(super) fn of(id: &AlgorithmIdentifierRef<'_>) -> Option<Self> {
        match id.oid {
            Self::ED25519 if id.parameters.is_none() => Some(Self::Ed25519),
            Self::EC if id.parameters_oid() == Ok(Self::SECP256R1) => Some(Self::P256),
            pkcs1::ALGORITHM_OID if id.parameters == Some(AnyRef::NULL) => Some(Self::Rsa),
            _ => None,
        }
    }
}

/// A public key whose numbers have been checked.
pub(super) struct PublicKey {
    numbers: Numbers,
    /// The same key, parsed once for all verifications.
    verifying: ParsedPublicKey,
}

/// The numbers of a key as a JWK writes them.
enum Numbers {
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
        if is_small_order_or_unreduced(x) {
            return Err(KeyError::Invalid);
        }
        Self::checked(Numbers::Ed25519(x), &ED25519, &x)
    }

    pub(super) fn p256(x: [u8; 32], y: [u8; 32]) -> Result<Self, KeyError> {
        let point = [&[4], x.as_slice(), &y].concat();
        Self::checked(Numbers::P256 { x, y }, &ECDSA_P256_SHA256_FIXED, &point)
    }

    /// Reads a point in the encoding of SEC 1 §2.3.3, uncompressed only: one key has one encoding.
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
        let pkcs1 = rsa_pkcs1(n, e).map_err(|_| KeyError::Invalid)?;
        let (n, e) = (n.to_vec(), e.to_vec());
        Self::checked(Numbers::Rsa { n, e }, &RSA_PKCS1_2048_8192_SHA256, &pkcs1)
    }

    /// Reads a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) in DER.
    pub(super) fn from_spki(bytes: &[u8]) -> Result<Self, KeyError> {
        let info = SubjectPublicKeyInfoRef::try_from(bytes).map_err(|_| KeyError::MalformedPem)?;
        let key = info.subject_public_key.as_bytes();
        let key = key.ok_or(KeyError::MalformedPem)?;
        match KeyKind::of(&info.algorithm).ok_or(KeyError::UnknownKind)? {
            KeyKind::Ed25519 => Self::ed25519(key.try_into().map_err(|_| KeyError::Invalid)?),
            KeyKind::P256 => Self::p256_point(key),
            KeyKind::Rsa => {
                let numbers = RsaPublicKeyRef::from_der(key).map_err(|_| KeyError::Invalid)?;
                Self::rsa(
                    numbers.modulus.as_bytes(),
                    numbers.public_exponent.as_bytes(),
                )
            }
        }
    }

    /// Returns the key if `aws-lc-rs` accepts it: points on their curve, numbers in range (RFC 8725
    /// §3.4). The same library verifies with it later.
    fn checked(
        numbers: Numbers,
        algorithm: &'static dyn VerificationAlgorithm,
        bits: &[u8],
    ) -> Result<Self, KeyError> {
        let verifying = ParsedPublicKey::new(algorithm, bits).map_err(|_| KeyError::Invalid)?;
        Ok(Self { numbers, verifying })
    }

    pub(super) fn kind(&self) -> KeyKind {
        match self.numbers {
            Numbers::Ed25519(_) => KeyKind::Ed25519,
            Numbers::P256 { .. } => KeyKind::P256,
            Numbers::Rsa { .. } => KeyKind::Rsa,
        }
    }

    pub(super) fn algorithm(&self) -> JwtAlgorithm {
        match self.kind() {
            KeyKind::Ed25519 => JwtAlgorithm::EdDsa,
            KeyKind::P256 => JwtAlgorithm::Es256,
            KeyKind::Rsa => JwtAlgorithm::Rs256,
        }
    }

    /// Returns the content of the `BIT STRING` of a `SubjectPublicKeyInfo`: the bytes of Ed25519,
    /// an uncompressed point, or `RSAPublicKey` of PKCS#1.
    pub(super) fn bits(&self) -> &[u8] {
        self.verifying.as_ref()
    }

    /// Succeeds only for the signature of `message`.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidToken> {
        self.verifying
            .verify_sig(message, signature)
            .map_err(|_| InvalidToken::BadSignature)
    }

    /// Returns the thumbprint of the key (RFC 7638): a digest of its numbers, the same on every
    /// machine.
    pub(super) fn thumbprint(&self) -> KeyId {
        // The required members in alphabetical order, without others (§3). Their values need no
        // escapes.
        let text = match &self.numbers {
            Numbers::Ed25519(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, b64(x)),
            Numbers::P256 { x, y } => {
                let (x, y) = (b64(x), b64(y));
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            Numbers::Rsa { n, e } => {
                let (n, e) = (b64(n), b64(e));
                format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)
            }
        };
        KeyId::from_whole_digest(&Sha256::digest(text).into())
    }

    pub(super) fn jwk(&self, kid: &KeyId) -> PublicJwk {
        match &self.numbers {
            Numbers::Ed25519(x) => PublicJwk {
                crv: Some("Ed25519"),
                x: Some(b64(x)),
                ..numberless("OKP", kid, JwtAlgorithm::EdDsa)
            },
            Numbers::P256 { x, y } => PublicJwk {
                crv: Some("P-256"),
                x: Some(b64(x)),
                y: Some(b64(y)),
                ..numberless("EC", kid, JwtAlgorithm::Es256)
            },
            Numbers::Rsa { n, e } => PublicJwk {
                n: Some(b64(n)),
                e: Some(b64(e)),
                ..numberless("RSA", kid, JwtAlgorithm::Rs256)
            },
        }
    }
}

/// Returns a JWK without its numbers.
fn numberless(kty: &'static str, kid: &KeyId, algorithm: JwtAlgorithm) -> PublicJwk {
    PublicJwk {
        kty,
        crv: None,
        x: None,
        y: None,
        n: None,
        e: None,
        kid: kid.to_string(),
        alg: algorithm.name(),
        usage: "sig",
    }
}

/// Returns an `RSAPublicKey` of PKCS#1 (RFC 8017, appendix A.1.1).
fn rsa_pkcs1(n: &[u8], e: &[u8]) -> der::Result<Vec<u8>> {
    let key = RsaPublicKey {
        modulus: UintRef::new(n)?,
        public_exponent: UintRef::new(e)?,
    };
    key.to_der()
}

fn b64(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
