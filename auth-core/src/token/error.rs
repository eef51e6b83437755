//! Errors of checking and of minting a token.

/// A token is not valid.
///
/// The variants are for logs and counters. A client gets the same answer for all of them, and neither
/// `Display` nor `Debug` shows any part of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// Too long, not three parts of canonical base64url, or not strict JSON inside.
    #[error("the token is malformed")]
    Malformed,
    /// The header has a member besides `alg`, `typ` and `kid`, such as `crit`, `jku` or `zip`.
    #[error("the token has an unexpected header member")]
    UnexpectedHeader,
    /// The header names no key, or a key that is not in the ring.
    #[error("the token names an unknown key")]
    UnknownKey,
    /// The header names another algorithm than that of its key.
    #[error("the token names the wrong algorithm")]
    WrongAlgorithm,
    /// The header names another `typ`: a token of another kind.
    #[error("the token is of another kind")]
    WrongKind,
    /// The signature does not match this text and key.
    #[error("the token has a bad signature")]
    BadSignature,
    /// A claim is missing, of the wrong JSON type, or out of range.
    #[error("the token has a missing or ill-typed claim")]
    BadClaim,
    /// The token is for another audience.
    #[error("the token is for another audience")]
    WrongAudience,
    /// The token is from another issuer, or names an issuer although none is expected.
    #[error("the token is from another issuer")]
    WrongIssuer,
    /// The token has expired.
    #[error("the token has expired")]
    Expired,
    /// The token is not valid yet, or its time of issue is in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
}

/// A token cannot be minted. All causes are problems of configuration or code, not of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The active key of the ring can only verify.
    #[error("the signing key can only verify")]
    VerifyOnly,
    /// The cryptographic library refused to sign with the key.
    #[error("the token could not be signed")]
    Signing,
    /// An additional claim has the name of a registered one (RFC 7519 §4.1).
    #[error("the additional claim `{name}` has the name of a registered one")]
    ReservedClaim {
        /// The name.
        name: String,
    },
    /// A text is empty, a time is before 1970 or after 9999, or the lifetime is under one second:
    /// [`decode`](super::decode) would refuse the token.
    #[error("a claim is empty or out of range")]
    BadClaim,
    /// The token would be longer than its profile allows.
    #[error("the token would be {bytes} bytes long; at most {max} are allowed")]
    TooLong {
        /// The length of the token in bytes.
        bytes: usize,
        /// The largest allowed length in bytes.
        max: usize,
    },
}
