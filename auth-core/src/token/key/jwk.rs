//! Keys from JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037 §2).

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::JwtKey;
use super::pem::{trimmed, without_explanation};
use crate::http::json;
use crate::keys::RotatableKey;
use crate::secret::Secret;
use crate::token::private::PrivateKey;
use crate::token::public::PublicKey;
use crate::token::{JwtAlgorithm, KeyError, KeyId};

impl JwtKey {
    /// Reads a key from a JWK: a secret (`oct`, for HS256), a public or private key of Ed25519
    /// (`OKP`) or P-256 (`EC`), or a public RSA key.
    ///
    /// If `alg`, `use` and `key_ops` are present, they must fit: a key is used only for the purpose
    /// that its JWK states (RFC 8725 §3.1). The `alg` of an Ed25519 key is `EdDSA` or `Ed25519` (RFC 9864
    /// §2.2), as the Web Cryptography API exports it. Unknown members are ignored, as RFC 7517 §4 requires;
    /// addresses in them, such as `x5u`, are never fetched.
    ///
    /// The key's name is the `kid` of the JWK. Without one, the name of a key pair is its RFC 7638
    /// thumbprint, and that of a secret the one of [`hs256_auto_kid`](Self::hs256_auto_kid): a
    /// thumbprint would be a digest of the secret that allows guessing (RFC 7638 §7).
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::token::{JwtAlgorithm, JwtKey, KeyError};
    ///
    /// let key = JwtKey::from_jwk(
    ///     r#"{"kty":"OKP","crv":"Ed25519","kid":"2026-01","alg":"EdDSA",
    ///         "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    ///         "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    /// )?;
    /// assert_eq!(key.kid().as_str(), "2026-01");
    ///
    /// let encrypts = r#"{"kty":"OKP","crv":"Ed25519","use":"enc",
    ///     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    /// assert_eq!(JwtKey::from_jwk(encrypts).map(drop), Err(KeyError::WrongUse));
    /// # Ok::<(), KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`], also for a private RSA key and RSA keys under 2048 bits. A weak secret is
    /// accepted: call [`weakness`](Self::weakness).
    pub fn from_jwk(json: &str) -> Result<Self, KeyError> {
        let mut members = Members(json::parse_object(trimmed(json).as_bytes())?);
        // Taken out of the map first, so that they are wiped in every case.
        let (d, k) = (members.private("d")?, members.private("k")?);
        let kid = members.text("kid")?;
        let kid = kid.map(|kid| KeyId::parse(&kid)).transpose()?;
        let key = match (members.required("kty")?.as_str(), d, k) {
            ("oct", None, Some(k)) => {
                Self::hs256_auto_kid(Secret::new(decode("k", &k)?.as_slice()))
            }
            ("oct", Some(_), _) => return Err(KeyError::Member("d")),
            ("oct", None, None) | (_, _, Some(_)) => return Err(KeyError::Member("k")),
            ("RSA", Some(_), None) => return Err(KeyError::PrivateRsa),
            (kty, d, None) => {
                let public = members.public_key(kty)?;
                match d {
                    Some(d) => private_key(&public, &d)?.into(),
                    None => public.into(),
                }
            }
        };
        members.check_purpose(&key)?;
        Ok(match kid {
            Some(kid) => key.with_kid(kid),
            None => key,
        })
    }

    /// Reads a key from the text of a file: a JWK ([`from_jwk`](Self::from_jwk)) or a PEM block
    /// ([`from_pem`](Self::from_pem)). A JWK begins with `{`; a PEM block may stand after explanatory text. A
    /// byte order mark is ignored.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::token::{JwtAlgorithm, JwtKey, KeyError};
    ///
    /// let key = JwtKey::parse(
    ///     r#"{"kty":"oct","alg":"HS256","k":"nLc8ktT0fK0VvyNGTtsxXLwnmxRIdTUJwwF9KrVlyW4"}"#,
    /// )?;
    /// assert_eq!(key.algorithm(), JwtAlgorithm::Hs256);
    /// assert_eq!(JwtKey::parse("hunter2").map(drop), Err(KeyError::UnknownNotation));
    /// # Ok::<(), KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = trimmed(text);
        if text.starts_with('{') {
            Self::from_jwk(text)
        } else if without_explanation(text).is_some() {
            Self::from_pem(text)
        } else {
            Err(KeyError::UnknownNotation)
        }
    }
}

fn private_key(public: &PublicKey, d: &str) -> Result<PrivateKey, KeyError> {
    let d = Zeroizing::new(number("d", &decode("d", d)?)?);
    PrivateKey::from_number(&d, public)
}

/// The members of a JWK.
struct Members(Map<String, Value>);

impl Members {
    fn private(&mut self, name: &'static str) -> Result<Option<Zeroizing<String>>, KeyError> {
        Ok(self.text(name)?.map(Zeroizing::new))
    }

    /// Takes a member that is a text if it is present. `null` is not "absent" (J-16).
    fn text(&mut self, name: &'static str) -> Result<Option<String>, KeyError> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(KeyError::Member(name)),
        }
    }

    fn required(&mut self, name: &'static str) -> Result<String, KeyError> {
        self.text(name)?.ok_or(KeyError::Member(name))
    }

    fn bytes(&mut self, name: &'static str) -> Result<Vec<u8>, KeyError> {
        let text = self.required(name)?;
        Ok(decode(name, &text)?.to_vec())
    }

    /// Takes a coordinate: exactly as long as the numbers of its curve (RFC 7518 §6.2.1.2).
    fn coordinate(&mut self, name: &'static str) -> Result<[u8; 32], KeyError> {
        number(name, &self.bytes(name)?)
    }

    fn public_key(&mut self, kty: &str) -> Result<PublicKey, KeyError> {
        match kty {
            "OKP" if self.required("crv")? == "Ed25519" => {
                PublicKey::ed25519(self.coordinate("x")?)
            }
            "EC" if self.required("crv")? == "P-256" => {
                PublicKey::p256(self.coordinate("x")?, self.coordinate("y")?)
            }
            "RSA" => PublicKey::rsa(&self.bytes("n")?, &self.bytes("e")?),
            _ => Err(KeyError::UnknownKind),
        }
    }

    /// Checks that the key is for signatures with its algorithm.
    fn check_purpose(&mut self, key: &JwtKey) -> Result<(), KeyError> {
        let algorithm = key.algorithm();
        // Every EdDSA key here is an Ed25519 key, whose algorithm has two names.
        let is_named = |alg: &str| {
            alg == algorithm.name() || (alg == "Ed25519" && algorithm == JwtAlgorithm::EdDsa)
        };
        if self.text("alg")?.is_some_and(|alg| !is_named(&alg)) {
            return Err(KeyError::WrongAlgorithm(algorithm));
        }
        if self.text("use")?.is_some_and(|usage| usage != "sig") {
            return Err(KeyError::WrongUse);
        }
        let operation = if key.can_sign() { "sign" } else { "verify" };
        match self.0.remove("key_ops") {
            None => Ok(()),
            Some(Value::Array(list)) if list.iter().any(|one| one == operation) => Ok(()),
            Some(Value::Array(_)) => Err(KeyError::WrongUse),
            Some(_) => Err(KeyError::Member("key_ops")),
        }
    }
}

fn decode(name: &'static str, text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let bytes = Base64UrlUnpadded::decode_vec(text);
    bytes
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Member(name))
}

fn number(name: &'static str, bytes: &[u8]) -> Result<[u8; 32], KeyError> {
    bytes.try_into().map_err(|_| KeyError::Member(name))
}
