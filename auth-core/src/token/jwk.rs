//! Published public keys: JSON Web Keys (RFC 7517), and sets of them.

use serde::Serialize;

/// The public half of a key, for other services that verify tokens.
///
/// This type has no private member and nothing of a secret: an HS256 key has no public half. The
/// members have a fixed order, so that a document changes only with its keys.
///
/// # Examples
///
/// ```
/// use auth_core::token::JwtKey;
///
/// let key = JwtKey::from_pem(
///     "-----BEGIN PRIVATE KEY-----\n\
///      MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
///      -----END PRIVATE KEY-----\n",
/// )?;
/// let public = serde_json::to_string(&key.public_jwk())?;
/// assert_eq!(
///     public,
///     r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","#.to_owned()
///         + r#""kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","alg":"EdDSA","use":"sig"}"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicJwk {
    pub(super) kty: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) e: Option<String>,
    pub(super) kid: String,
    pub(super) alg: &'static str,
    #[serde(rename = "use")]
    pub(super) usage: &'static str,
}

impl PublicJwk {
    /// Returns the name under which tokens refer to the key.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::Secret;
    /// use auth_core::token::{JwtKey, KeyId};
    ///
    /// let key = JwtKey::from_jwk(
    ///     r#"{"kty":"OKP","crv":"Ed25519","kid":"2026-01",
    ///         "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    /// )?;
    /// assert_eq!(key.public_jwk().map(|jwk| jwk.kid().to_owned()), Some("2026-01".to_owned()));
    /// assert_eq!(JwtKey::hs256_auto_kid(Secret::generate()?).public_jwk(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

/// The document that publishes keys (RFC 7517 §5), for services that verify tokens.
///
/// # Examples
///
/// ```
/// use auth_core::token::{JwkSet, JwtKey, KeyRing, SharedKeyRing};
///
/// let key = JwtKey::from_jwk(
///     r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
///         "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
/// )?;
/// let keys = SharedKeyRing::new(KeyRing::new(key));
/// let document: JwkSet = keys.current().public_keys().collect();
/// assert_eq!(document.keys.len(), 1);
/// assert!(serde_json::to_string(&document)?.starts_with(r#"{"keys":[{"kty":"OKP""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct JwkSet {
    /// The keys; no two of them have the same name.
    pub keys: Vec<PublicJwk>,
}

impl FromIterator<PublicJwk> for JwkSet {
    /// Collects keys and leaves out duplicates, as when two backends share one.
    fn from_iter<I: IntoIterator<Item = PublicJwk>>(keys: I) -> Self {
        let mut set = Self::default();
        for key in keys {
            if !set.keys.contains(&key) {
                set.keys.push(key);
            }
        }
        set
    }
}
