//! Why a text is not a key for tokens.

use crate::http::json::JsonError;
use crate::keys::InvalidKeyId;
use crate::token::JwtAlgorithm;

/// A text is not a key that can be used here.
///
/// Neither `Display` nor `Debug` shows anything of the text, which may well be a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Neither the one notation nor the other.
    #[error("the text is neither a PEM block nor a JWK")]
    UnknownNotation,
    /// Not exactly one block of PEM (RFC 7468).
    #[error("the text is not exactly one well-formed PEM block")]
    MalformedPem,
    /// Another kind of block, such as a certificate, an encrypted key or the `EC PRIVATE KEY` of old
    /// tools, which `openssl pkcs8 -topk8 -nocrypt` turns into PKCS#8.
    #[error("the PEM block is neither a `PRIVATE KEY` (PKCS#8) nor a `PUBLIC KEY`")]
    UnknownLabel,
    /// Not one strict JSON object.
    #[error("the JWK is {0}")]
    MalformedJwk(#[from] JsonError),
    /// A member of the JWK that must be there is not, or one is of the wrong type or notation.
    #[error("the member `{0}` of the JWK is missing or not what it must be")]
    Member(&'static str),
    /// The `kid` of the JWK is not the name of a key.
    #[error(transparent)]
    Kid(#[from] InvalidKeyId),
    /// Another kind of key, or another curve.
    #[error("the key is not one of Ed25519, of P-256 or of RSA")]
    UnknownKind,
    /// A good key of another algorithm, or the other half of the pair.
    #[error("the key is not a key of this kind for {}", .0.name())]
    WrongKind(JwtAlgorithm),
    /// The JWK says that it is for another algorithm than that of its kind.
    #[error("the JWK is meant for another algorithm than {}", .0.name())]
    WrongAlgorithm(JwtAlgorithm),
    /// The JWK says that it is not for signatures (`use`, `key_ops`).
    #[error("the JWK is not meant for signatures")]
    WrongUse,
    /// RSA only verifies here.
    #[error("the key is a private RSA key: give the public one, which verifies")]
    PrivateRsa,
    /// RFC 7518 §3.3 asks for 2048 bits; more than 8192 cost more than anything they add.
    #[error("the RSA key has {bits} bits, and only 2048 to 8192 are accepted")]
    RsaSize {
        /// The length of its modulus.
        bits: usize,
    },
    /// The numbers are not a valid key: not on the curve, of small order, or out of range.
    #[error("the numbers of the key are not those of a valid key")]
    Invalid,
    /// The public half in the text is not that of the private one.
    #[error("the two halves of the key do not belong together")]
    Mismatch,
}
