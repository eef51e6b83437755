//! Keys from PEM (RFC 7468): PKCS#8 for private ones, `SubjectPublicKeyInfo` for public ones.

use pem_rfc7468::{Decoder, Error};
use zeroize::Zeroizing;

use super::JwtKey;
use crate::keys::RotatableKey;
use crate::token::private::PrivateKey;
use crate::token::public::PublicKey;
use crate::token::{JwtAlgorithm, KeyError};

impl JwtKey {
    /// Reads a key of any kind from a PEM block: a private key of Ed25519 or P-256 (`PRIVATE KEY`),
    /// or a public one of Ed25519, P-256 or RSA (`PUBLIC KEY`).
    ///
    /// Its name is its RFC 7638 thumbprint, unless [`with_kid`](Self::with_kid) sets another one.
    /// The text is one block. Explanatory text before it (RFC 7468 §2), a byte order mark, and white space
    /// around it are ignored. The caller wipes the text.
    ///
    /// # Examples
    ///
    /// The output of `openssl genpkey -algorithm ED25519`:
    ///
    /// ```
    /// use auth_core::token::{JwtAlgorithm, JwtKey};
    ///
    /// let key = JwtKey::from_pem(
    ///     "-----BEGIN PRIVATE KEY-----\n\
    ///      MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
    ///      -----END PRIVATE KEY-----\n",
    /// )?;
    /// assert_eq!(key.algorithm(), JwtAlgorithm::EdDsa);
    /// assert_eq!(key.kid().as_str(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    /// # Ok::<(), auth_core::token::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`], also for a private RSA key and RSA keys under 2048 bits. The error for a block of another
    /// notation, such as `EC PRIVATE KEY`, names the command that converts it.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let (label, der) = block(pem)?;
        match label {
            "PRIVATE KEY" => Ok(PrivateKey::from_pkcs8(&der)?.into()),
            "PUBLIC KEY" => Ok(PublicKey::from_spki(&der)?.into()),
            _ => Err(KeyError::UnknownLabel),
        }
    }

    /// Reads an EdDSA key that signs: an Ed25519 private key in PKCS#8.
    ///
    /// # Examples
    ///
    /// See [`from_pem`](Self::from_pem).
    ///
    /// # Errors
    ///
    /// [`KeyError`], also for a valid key of another kind.
    pub fn eddsa_pem(pem: &str) -> Result<Self, KeyError> {
        Self::from_pem(pem)?.which(JwtAlgorithm::EdDsa, true)
    }

    /// Reads an ES256 key that signs: a P-256 private key in PKCS#8.
    ///
    /// # Examples
    ///
    /// The output of `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`:
    ///
    /// ```
    /// use auth_core::token::{JwtAlgorithm, JwtKey};
    ///
    /// let key = JwtKey::es256_pem(
    ///     "-----BEGIN PRIVATE KEY-----\n\
    ///      MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n\
    ///      H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n\
    ///      7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n\
    ///      -----END PRIVATE KEY-----\n",
    /// )?;
    /// assert_eq!(key.algorithm(), JwtAlgorithm::Es256);
    /// # Ok::<(), auth_core::token::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`], also for a valid key of another kind.
    pub fn es256_pem(pem: &str) -> Result<Self, KeyError> {
        Self::from_pem(pem)?.which(JwtAlgorithm::Es256, true)
    }

    /// Reads an EdDSA key that only verifies: an Ed25519 public key.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::token::{JwtAlgorithm, JwtKey, KeyError};
    ///
    /// let pem = "-----BEGIN PUBLIC KEY-----\n\
    ///     MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
    ///     -----END PUBLIC KEY-----\n";
    /// assert_eq!(JwtKey::eddsa_public_pem(pem)?.algorithm(), JwtAlgorithm::EdDsa);
    ///
    /// let refused = JwtKey::es256_public_pem(pem).map(drop);
    /// assert_eq!(refused, Err(KeyError::WrongKind(JwtAlgorithm::Es256)));
    /// # Ok::<(), KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`], also for a valid key of another kind.
    pub fn eddsa_public_pem(pem: &str) -> Result<Self, KeyError> {
        Self::from_pem(pem)?.which(JwtAlgorithm::EdDsa, false)
    }

    /// Reads an ES256 key that only verifies: a P-256 public key.
    ///
    /// # Examples
    ///
    /// See [`eddsa_public_pem`](Self::eddsa_public_pem).
    ///
    /// # Errors
    ///
    /// [`KeyError`], also for a valid key of another kind.
    pub fn es256_public_pem(pem: &str) -> Result<Self, KeyError> {
        Self::from_pem(pem)?.which(JwtAlgorithm::Es256, false)
    }

    /// Reads an RS256 key, which only verifies: an RSA public key of 2048 to 8192 bits.
    ///
    /// # Examples
    ///
    /// See [`eddsa_public_pem`](Self::eddsa_public_pem).
    ///
    /// # Errors
    ///
    /// [`KeyError`], also for a valid key of another kind.
    pub fn rs256_public_pem(pem: &str) -> Result<Self, KeyError> {
        Self::from_pem(pem)?.which(JwtAlgorithm::Rs256, false)
    }

    /// Returns the key if it has this algorithm and this half.
    fn which(self, algorithm: JwtAlgorithm, signs: bool) -> Result<Self, KeyError> {
        if self.algorithm() == algorithm && self.can_sign() == signs {
            Ok(self)
        } else {
            Err(KeyError::WrongKind(algorithm))
        }
    }
}

/// The labels of other notations that programs write keys in (RFC 7468 §5 and §11, and those of OpenSSL before
/// PKCS#8), each with the command that converts its block.
const OTHER_NOTATIONS: &[(&str, &str)] = &[
    (
        "EC PRIVATE KEY",
        "openssl pkcs8 -topk8 -nocrypt -in old.pem -out new.pem",
    ),
    (
        "RSA PRIVATE KEY",
        "openssl rsa -in old.pem -pubout -out new.pem",
    ),
    (
        "RSA PUBLIC KEY",
        "openssl rsa -RSAPublicKey_in -in old.pem -pubout -out new.pem",
    ),
    (
        "ENCRYPTED PRIVATE KEY",
        "openssl pkcs8 -in old.pem -out new.pem",
    ),
    (
        "CERTIFICATE",
        "openssl x509 -in old.pem -pubkey -noout -out new.pem",
    ),
];

/// Returns the text without a byte order mark and white space around it: neither belongs to a key.
pub(super) fn trimmed(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text).trim_ascii()
}

/// Returns the text from the first line on that begins a block; `None` if there is no such line.
///
/// RFC 7468 §2 allows text before a block, which explains it.
pub(super) fn without_explanation(text: &str) -> Option<&str> {
    const BEGIN: &str = "-----BEGIN ";
    let starts_line = |at: usize| text.get(..at)?.ends_with(['\n', '\r']).then_some(at);
    let start = if text.starts_with(BEGIN) {
        0
    } else {
        let mut places = text.match_indices(BEGIN);
        places.find_map(|(at, _)| starts_line(at))?
    };
    text.get(start..)
}

/// Returns the label and the bytes of a text that is one block, with explanatory text before it and white
/// space around it.
fn block(text: &str) -> Result<(&str, Zeroizing<Vec<u8>>), KeyError> {
    let text = without_explanation(trimmed(text)).ok_or(KeyError::MalformedPem)?;
    // Before the block is decoded: one that is encrypted or follows its parameters is not strict PEM.
    let begins = |label: &str| text.contains(&format!("-----BEGIN {label}-----"));
    let other = OTHER_NOTATIONS.iter().find(|(label, _)| begins(label));
    if let Some(&(label, command)) = other {
        return Err(KeyError::OtherNotation { label, command });
    }
    let mut decoder = Decoder::new_detect_wrap(text.as_bytes()).map_err(|error| match error {
        Error::Label => KeyError::UnknownLabel,
        _ => KeyError::MalformedPem,
    })?;
    let mut bytes = Zeroizing::new(Vec::new());
    if decoder.decode_to_end(&mut bytes).is_err() {
        return Err(KeyError::MalformedPem);
    }
    Ok((decoder.type_label(), bytes))
}
