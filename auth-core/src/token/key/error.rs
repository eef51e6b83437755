//! Errors of reading a key from a text.

use crate::http::json::JsonError;
use crate::keys::InvalidKeyId;
use crate::token::JwtAlgorithm;

/// A text is not a usable key.
///
/// Neither `Display` nor `Debug` shows any part of the text, which may be a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Neither a PEM block nor a JWK.
    #[error("the text is neither a PEM block nor a JWK")]
    UnknownNotation,
    /// Not exactly one block of PEM (RFC 7468), with or without text before it.
    #[error("the text is not exactly one well-formed PEM block")]
    MalformedPem,
    /// A block of another notation, such as a certificate, an encrypted key or the `EC PRIVATE KEY`
    /// (SEC 1) of old tools.
    #[error("the PEM block is `{label}`; convert it: {command}")]
    OtherNotation {
        /// The label of the block.
        label: &'static str,
        /// The command that converts the block in the file `old.pem`.
        command: &'static str,
    },
    /// A block with another label.
    #[error("the PEM block is neither a `PRIVATE KEY` (PKCS#8) nor a `PUBLIC KEY`")]
    UnknownLabel,
    /// Not one strict JSON object.
    #[error("the JWK is {0}")]
    MalformedJwk(#[from] JsonError),
    /// A required member of the JWK is missing, or a member has the wrong type or notation.
    #[error("the member `{0}` of the JWK is missing or invalid")]
    Member(&'static str),
    /// The `kid` of the JWK is not a valid key id.
    #[error(transparent)]
    Kid(#[from] InvalidKeyId),
    /// Another kind of key, or another curve.
    #[error("the key is not an Ed25519, P-256 or RSA key")]
    UnknownKind,
    /// A valid key of another algorithm, or the other half of the pair.
    #[error("the key is not of the required kind for {}", .0.name())]
    WrongKind(JwtAlgorithm),
    /// The JWK is for another algorithm than that of its kind.
    #[error("the JWK is meant for another algorithm than {}", .0.name())]
    WrongAlgorithm(JwtAlgorithm),
    /// The JWK is not for signatures (`use`, `key_ops`).
    #[error("the JWK is not meant for signatures")]
    WrongUse,
    /// A private RSA key: RSA only verifies.
    #[error("the key is a private RSA key: give the public one, which verifies")]
    PrivateRsa,
    /// RFC 7518 §3.3 requires 2048 bits; more than 8192 cost more time than they add security.
    #[error("the RSA key has {bits} bits; 2048 to 8192 are accepted")]
    RsaSize {
        /// The length of its modulus in bits.
        bits: usize,
    },
    /// The numbers are not a valid key: not on the curve, of small order, or out of range.
    #[error("the key has invalid numbers")]
    Invalid,
    /// The public half in the text does not belong to the private half.
    #[error("the two halves of the key do not belong together")]
    Mismatch,
}
