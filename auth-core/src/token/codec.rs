//! Mints tokens, and checks them in one fixed order.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::claims::{REGISTERED, text};
use super::header;
use super::{Claims, EncodeError, InvalidToken, JwtKey, KeyRing, TokenProfile};
use crate::http::json::{self, Members};

/// The second part of a token.
#[derive(Serialize)]
struct Payload<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: &'a str,
    #[serde(flatten)]
    additional: &'a Map<String, Value>,
}

/// Mints a token: signs `claims`, with the audience and issuer of `profile`, by the active key.
///
/// A minted token passes [`decode`] under the same profile and keys during its lifetime.
///
/// # Examples
///
/// ```
/// use auth_core::secret::Secret;
/// use auth_core::token::{Claims, EncodeError, JwtKey, KeyRing, TokenProfile, encode};
/// use std::time::Duration;
/// use time::macros::datetime;
///
/// let keys = KeyRing::new(JwtKey::hs256_auto_kid(Secret::generate()?));
/// let profile = TokenProfile::new("at+jwt", "https://api.example.com");
/// let now = datetime!(2026-01-01 12:00 UTC);
/// let claims = Claims::new("user-1", "token-1", now, Duration::from_secs(900));
/// assert_eq!(encode(&keys, &profile, &claims)?.split('.').count(), 3);
///
/// let reserved = encode(&keys, &profile, &claims.with_integer("exp", 1));
/// assert!(matches!(reserved, Err(EncodeError::ReservedClaim { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`EncodeError`] for everything that [`decode`] would refuse, and for a key that cannot sign.
pub fn encode(
    keys: &KeyRing,
    profile: &TokenProfile,
    claims: &Claims,
) -> Result<String, EncodeError> {
    if let Some(name) = claims.reserved_name() {
        let name = name.to_owned();
        return Err(EncodeError::ReservedClaim { name });
    }
    // A token without an audience would be accepted everywhere (A9.2.4).
    let has_no_audience = profile.expected_audience().is_empty();
    if has_no_audience || profile.expected_issuer() == Some("") || !claims.is_sound() {
        return Err(EncodeError::BadClaim);
    }
    let payload = Payload {
        iss: profile.expected_issuer(),
        sub: claims.sub(),
        aud: profile.expected_audience(),
        iat: claims.iat(),
        nbf: claims.nbf(),
        exp: claims.exp(),
        jti: claims.jti(),
        additional: claims.additional(),
    };
    let payload = serde_json::to_vec(&payload).map_err(|_| EncodeError::Signing)?;

    let key = keys.signer();
    let mut token = header::encode(key, profile)?;
    token.push('.');
    token.push_str(&Base64UrlUnpadded::encode_string(&payload));
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    token.push_str(&Base64UrlUnpadded::encode_string(&signature));

    let max = profile.byte_limit();
    if token.len() > max {
        let bytes = token.len();
        return Err(EncodeError::TooLong { bytes, max });
    }
    Ok(token)
}

/// Checks a token and returns its claims.
///
/// The order is part of the contract: first the length; three parts; the header, which is only
/// compared with the key that it names; the signature; and only then the payload. A nested or an
/// encrypted token is refused like any other text that is not JSON.
///
/// # Examples
///
/// ```
/// use auth_core::secret::Secret;
/// use auth_core::token::{InvalidToken, JwtKey, KeyRing, TokenProfile, decode};
/// use time::macros::datetime;
///
/// let keys = KeyRing::new(JwtKey::hs256_auto_kid(Secret::generate()?));
/// let profile = TokenProfile::new("at+jwt", "https://api.example.com");
/// let now = datetime!(2026-01-01 12:00 UTC);
///
/// // {"alg":"none"} and {}
/// let unsigned = decode(&keys, &profile, "eyJhbGciOiJub25lIn0.e30.", now);
/// assert_eq!(unsigned, Err(InvalidToken::UnknownKey));
/// # Ok::<(), auth_core::secret::RandomError>(())
/// ```
///
/// # Errors
///
/// [`InvalidToken`], for the first check that fails.
pub fn decode(
    keys: &KeyRing,
    profile: &TokenProfile,
    token: &str,
    now: OffsetDateTime,
) -> Result<Claims, InvalidToken> {
    decode_with_key(keys, profile, token, now).map(|(claims, _)| claims)
}

/// Checks a token like [`decode`], and returns the key that signed it.
pub(crate) fn decode_with_key<'k>(
    keys: &'k KeyRing,
    profile: &TokenProfile,
    token: &str,
    now: OffsetDateTime,
) -> Result<(Claims, &'k JwtKey), InvalidToken> {
    let (claims, key) = verify(keys, profile, token)?;
    let times = claims.times();
    times.check(profile.leeway_seconds(), now.unix_timestamp())?;
    Ok((claims, key))
}

/// Checks a token like [`decode_with_key`], except for its lifetime, which the caller must check.
pub(crate) fn verify<'k>(
    keys: &'k KeyRing,
    profile: &TokenProfile,
    token: &str,
) -> Result<(Claims, &'k JwtKey), InvalidToken> {
    if token.len() > profile.byte_limit() {
        return Err(InvalidToken::Malformed);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(InvalidToken::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(InvalidToken::Malformed)?;
    if payload.contains('.') {
        return Err(InvalidToken::Malformed);
    }
    let key = check_signature(keys, profile, header, message, signature)?;
    let payload = parse_payload(payload)?;
    let claims = Claims::from_payload(payload, |iss, aud| check_parties(profile, iss, aud))?;
    Ok((claims, key))
}

/// Checks that `message` is signed by the key that `header` names, with the algorithm of that key.
fn check_signature<'k>(
    keys: &'k KeyRing,
    profile: &TokenProfile,
    header: &str,
    message: &str,
    signature: &str,
) -> Result<&'k JwtKey, InvalidToken> {
    let key = header::find_key(keys, profile, header)?;
    let signature =
        Base64UrlUnpadded::decode_vec(signature).map_err(|_| InvalidToken::Malformed)?;
    key.verify(message.as_bytes(), &signature)?;
    Ok(key)
}

fn parse_payload(part: &str) -> Result<Members<{ REGISTERED.len() }>, InvalidToken> {
    let bytes = Base64UrlUnpadded::decode_vec(part).map_err(|_| InvalidToken::Malformed)?;
    json::parse_members(&bytes, REGISTERED).map_err(|_| InvalidToken::Malformed)
}

/// Checks that the token is from the expected issuer and for the expected audience.
///
/// Minted tokens have one audience, as a string. A list of audiences, which RFC 7519 §4.1.3 would
/// allow, is refused: another service in the list could replay the token (A9.2.4).
fn check_parties(
    profile: &TokenProfile,
    iss: Option<Value>,
    aud: Option<Value>,
) -> Result<(), InvalidToken> {
    if text(aud)? != profile.expected_audience() {
        return Err(InvalidToken::WrongAudience);
    }
    let is_expected = match profile.expected_issuer() {
        Some(issuer) => text(iss)? == issuer,
        None => iss.is_none(),
    };
    is_expected.then_some(()).ok_or(InvalidToken::WrongIssuer)
}
