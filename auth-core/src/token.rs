//! Signed tokens: one strict form of compact JWS (RFC 7515) with typed claims (RFC 7519).
//!
//! [`encode`] mints a token, [`decode`] checks one. Both take a [`KeyRing`], whose keys have one
//! algorithm each, and a [`TokenProfile`], which sets the kind of the token and its audience. Nothing in
//! a token chooses how it is checked: its header is only compared with the key and the profile (RFC 8725
//! §3.1, §3.10).
//!
//! Keys are rotated: *next*, *active*, *verify-only*, and then retired ([`KeyState`]). A
//! [`SharedKeyRing`] takes these steps in a running application, and [`JwkSet`] is the document that
//! publishes the public halves ([`PublicJwk`]).
//!
//! # Examples
//!
//! ```
//! use auth_core::secret::Secret;
//! use auth_core::token::{Claims, JwtKey, KeyRing, TokenProfile, decode, encode, random_id};
//! use std::time::Duration;
//! use time::macros::datetime;
//!
//! let keys = KeyRing::new(JwtKey::hs256_auto_kid(Secret::generate()?));
//! let profile = TokenProfile::new("at+jwt", "https://api.example.com");
//!
//! let now = datetime!(2026-01-01 12:00 UTC);
//! let claims = Claims::new("user-1", random_id()?, now, Duration::from_secs(900))
//!     .with_integer("epoch", 3);
//! let token = encode(&keys, &profile, &claims)?;
//!
//! let read = decode(&keys, &profile, &token, now)?;
//! assert_eq!(read.sub(), "user-1");
//! assert_eq!(read.integer("epoch")?, 3);
//! assert!(decode(&keys, &profile, &token, now + Duration::from_secs(930)).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod algorithm;
mod claims;
mod codec;
mod error;
mod header;
mod jwk;
mod key;
#[cfg(feature = "jwt")]
mod pair;
#[cfg(feature = "jwt")]
mod private;
mod profile;
#[cfg(feature = "jwt")]
mod public;
mod ring;
mod shared;
#[cfg(test)]
mod tests;
#[cfg(feature = "jwt")]
mod verified;

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::secret::{RandomError, random_bytes};

pub use self::algorithm::JwtAlgorithm;
pub use self::claims::Claims;
#[cfg(feature = "jwt")]
pub(crate) use self::claims::Times;
pub(crate) use self::codec::decode_with_key;
#[cfg(feature = "jwt")]
pub(crate) use self::codec::verify;
pub use self::codec::{decode, encode};
pub use self::error::{EncodeError, InvalidToken};
pub use self::jwk::{JwkSet, PublicJwk};
pub use self::key::JwtKey;
#[cfg(feature = "jwt")]
pub use self::key::KeyError;
pub use self::profile::{ProfileProblem, TokenProfile};
pub use self::ring::KeyRing;
pub use self::shared::SharedKeyRing;
#[cfg(feature = "jwt")]
pub(crate) use self::verified::VerifiedTokens;
pub use crate::keys::{InvalidKeyId, KeyId, KeyRingError, KeyRingProblem, KeyState};

/// Returns a new identifier for a token (`jti`): 128 random bits as 22 characters of base64url.
///
/// # Examples
///
/// ```
/// use auth_core::token::random_id;
///
/// assert_eq!(random_id()?.len(), 22);
/// # Ok::<(), auth_core::secret::RandomError>(())
/// ```
///
/// # Errors
///
/// [`RandomError`] if the operating system returns no random bytes. There is no weaker fallback.
pub fn random_id() -> Result<String, RandomError> {
    Ok(Base64UrlUnpadded::encode_string(&random_bytes::<16>()?))
}
