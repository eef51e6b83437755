//! The closed set of algorithms.

/// The signature algorithm of a token.
///
/// The set is closed, and "none" is not in it.
///
/// | algorithm | signs with | verifies with | use it for |
/// | --- | --- | --- | --- |
/// | HS256 | a secret | the same secret | tokens that only this application reads |
/// | EdDSA | an Ed25519 private key | its public key | tokens that others read; the default choice |
/// | ES256 | a P-256 private key | its public key | the same, where others know no EdDSA |
/// | RS256 | – | an RSA public key | tokens of an older issuer, until they have expired |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JwtAlgorithm {
    /// HMAC with SHA-256 (RFC 7518 §3.2): one secret signs and verifies.
    Hs256,
    /// Ed25519 (RFC 8037 §3.1), which is deterministic: a signature needs no random number.
    EdDsa,
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4). Each nonce depends on the private key as well as
    /// on random bytes, so that a bad random number does not reveal the key (RFC 8725 §3.2).
    ///
    /// The holder of an ES256 token can write its signature in a second valid form. The text of a
    /// token therefore does not identify it: revoke or spend the `jti`.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3), of 2048 to 8192 bits: verifies only.
    Rs256,
}

impl JwtAlgorithm {
    /// Returns the name in the header (`alg`).
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::token::JwtAlgorithm;
    ///
    /// assert_eq!(JwtAlgorithm::Hs256.name(), "HS256");
    /// assert_eq!(JwtAlgorithm::EdDsa.name(), "EdDSA");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}
