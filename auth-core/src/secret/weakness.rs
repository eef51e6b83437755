//! The weaknesses of a secret.

use super::MIN_SECRET_BYTES;

/// Why a secret must not be used.
///
/// `Display` is the end of a sentence that begins with the name of the secret ("the master secret is
/// only 12 bytes long, …"). Nothing here shows the secret or a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretWeakness {
    /// Fewer than [`MIN_SECRET_BYTES`] bytes (RFC 7518 §3.2).
    #[error("is {bytes} bytes long; at least {MIN_SECRET_BYTES} are required")]
    TooShort {
        /// The length of the secret in bytes.
        bytes: usize,
    },
    /// A key of public-key cryptography: PEM, JWK, an OpenSSH public key or a DER public key.
    ///
    /// Taken as an HMAC secret, a public key would let every client sign (CVE-2022-29217).
    #[error("is a PEM, JWK, OpenSSH or DER key, which is not a secret for HMAC")]
    KeyDocument,
    /// At least half of its letters belong to words of examples and templates, such as "change me",
    /// "your secret key" or "replace with".
    ///
    /// The rule applies only to a value that consists of such words: a random value that happens to
    /// contain one, or is labelled with one, is accepted.
    #[error("is a placeholder from a template, and not a random value")]
    Placeholder,
    /// A repeated unit that is too short to be a secret by itself: fewer than [`MIN_SECRET_BYTES`] bytes. A
    /// longer unit is judged by all rules.
    #[error("repeats the same {unit} byte(s) over and over")]
    Repeats {
        /// The length of the unit in bytes.
        unit: usize,
    },
    /// At least half of its neighbouring bytes differ by at most one, as in `abcdef…` or `112233…`.
    #[error("is a sequence of neighbouring characters")]
    Sequence,
    /// Its Shannon entropy per byte times its length is under 128 bits.
    #[error("has about {bits} bits of entropy; at least 128 are required")]
    LowEntropy {
        /// The estimate, rounded down.
        bits: u32,
    },
}
