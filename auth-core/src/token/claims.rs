//! The claims of a token, as typed values.

use std::time::Duration;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::InvalidToken;
use crate::http::json::Members;

/// The last second of the year 9999: the latest time of a claim.
const MAX_TIME: i64 = 253_402_300_799;

/// The names that RFC 7519 §4.1 registers. An additional claim cannot have one of these names.
pub(super) const REGISTERED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// The claims of a token.
///
/// Issuer (`iss`) and audience (`aud`) are not here: both are the profile's, written by
/// [`encode`](super::encode) and checked by [`decode`](super::decode).
///
/// # Examples
///
/// ```
/// use auth_core::token::{Claims, InvalidToken};
/// use std::time::Duration;
/// use time::macros::datetime;
///
/// let now = datetime!(2026-01-01 12:00 UTC);
/// let claims = Claims::new("user-1", "token-1", now, Duration::from_secs(900))
///     .with_integer("epoch", 3)
///     .with_text("eml", "ada@example.com");
/// assert_eq!(claims.exp() - claims.iat(), 900);
/// assert_eq!(claims.integer("epoch")?, 3);
/// assert_eq!(claims.text("eml")?, "ada@example.com");
/// assert_eq!(claims.text("epoch"), Err(InvalidToken::BadClaim));
/// assert_eq!(claims.optional_text("sid")?, None);
/// # Ok::<(), InvalidToken>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    sub: String,
    jti: String,
    times: Times,
    additional: Map<String, Value>,
}

/// The lifetime of a token, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    iat: i64,
    nbf: i64,
    pub(crate) exp: i64,
}

impl Claims {
    /// Creates claims about the subject `sub` in a token named `jti`, valid from `issued_at` for
    /// `lifetime`.
    ///
    /// Times in tokens are whole seconds: fractions of both are cut off.
    ///
    /// # Examples
    ///
    /// See [`Claims`].
    #[must_use]
    pub fn new(
        sub: impl Into<String>,
        jti: impl Into<String>,
        issued_at: OffsetDateTime,
        lifetime: Duration,
    ) -> Self {
        let iat = issued_at.unix_timestamp();
        let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        Self {
            sub: sub.into(),
            jti: jti.into(),
            times: Times {
                iat,
                nbf: iat,
                exp: iat.saturating_add(lifetime),
            },
            additional: Map::new(),
        }
    }

    /// Adds an integer.
    ///
    /// A registered name (RFC 7519 §4.1) makes [`encode`](super::encode) fail; it never changes the
    /// registered claim.
    ///
    /// # Examples
    ///
    /// See [`Claims`].
    #[must_use]
    pub fn with_integer(mut self, name: impl Into<String>, value: i64) -> Self {
        self.additional.insert(name.into(), Value::from(value));
        self
    }

    /// Adds a text, under the same rule as [`with_integer`](Self::with_integer).
    ///
    /// Every holder of the token can read it: a token is signed, not encrypted.
    ///
    /// # Examples
    ///
    /// See [`Claims`].
    #[must_use]
    pub fn with_text(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.additional
            .insert(name.into(), Value::String(value.into()));
        self
    }

    /// Adds an array of texts, under the same rule as [`with_integer`](Self::with_integer).
    ///
    /// # Examples
    ///
    /// See [`optional_texts`](Self::optional_texts).
    #[must_use]
    pub fn with_texts<'t>(
        mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = &'t str>,
    ) -> Self {
        let values = values.into_iter().map(Value::from).collect();
        self.additional.insert(name.into(), Value::Array(values));
        self
    }

    /// Returns the subject.
    ///
    /// # Examples
    ///
    /// ```
    /// # use auth_core::token::Claims;
    /// # let now = time::OffsetDateTime::UNIX_EPOCH;
    /// let claims = Claims::new("user-1", "token-1", now, std::time::Duration::from_secs(900));
    /// assert_eq!((claims.sub(), claims.jti()), ("user-1", "token-1"));
    /// assert_eq!((claims.iat(), claims.nbf(), claims.exp()), (0, 0, 900));
    /// ```
    #[must_use]
    pub fn sub(&self) -> &str {
        &self.sub
    }

    /// Returns the name of this token, by which it can be revoked or spent. For an example see
    /// [`sub`](Self::sub).
    #[must_use]
    pub fn jti(&self) -> &str {
        &self.jti
    }

    /// Returns when the token was issued, in seconds since 1970. For an example see
    /// [`sub`](Self::sub).
    #[must_use]
    pub fn iat(&self) -> i64 {
        self.times.iat
    }

    /// Returns the first second at which the token is valid. For an example see [`sub`](Self::sub).
    #[must_use]
    pub fn nbf(&self) -> i64 {
        self.times.nbf
    }

    /// Returns the first second at which the token has expired. For an example see
    /// [`sub`](Self::sub).
    #[must_use]
    pub fn exp(&self) -> i64 {
        self.times.exp
    }

    /// Returns an additional claim that must be an integer.
    ///
    /// # Examples
    ///
    /// See [`Claims`].
    ///
    /// # Errors
    ///
    /// [`InvalidToken::BadClaim`] when the claim is missing, is of another type, or does not fit 64
    /// bits.
    pub fn integer(&self, name: &str) -> Result<i64, InvalidToken> {
        self.optional_integer(name)?.ok_or(InvalidToken::BadClaim)
    }

    /// Returns an additional claim that must be a text.
    ///
    /// # Examples
    ///
    /// See [`Claims`].
    ///
    /// # Errors
    ///
    /// [`InvalidToken::BadClaim`] when the claim is missing or of another type.
    pub fn text(&self, name: &str) -> Result<&str, InvalidToken> {
        self.optional_text(name)?.ok_or(InvalidToken::BadClaim)
    }

    /// Returns an additional claim that is an integer if it is present.
    ///
    /// # Examples
    ///
    /// See [`Claims`].
    ///
    /// # Errors
    ///
    /// [`InvalidToken::BadClaim`] when the claim is of another type, `null` included, or does not
    /// fit 64 bits. A claim of the wrong type is never taken for an absent one.
    pub fn optional_integer(&self, name: &str) -> Result<Option<i64>, InvalidToken> {
        let Some(value) = self.additional.get(name) else {
            return Ok(None);
        };
        value.as_i64().map(Some).ok_or(InvalidToken::BadClaim)
    }

    /// Returns an additional claim that is a text if it is present.
    ///
    /// # Examples
    ///
    /// See [`Claims`].
    ///
    /// # Errors
    ///
    /// [`InvalidToken::BadClaim`] when the claim is of another type, `null` included. A claim of the
    /// wrong type is never taken for an absent one.
    pub fn optional_text(&self, name: &str) -> Result<Option<&str>, InvalidToken> {
        let Some(value) = self.additional.get(name) else {
            return Ok(None);
        };
        value.as_str().map(Some).ok_or(InvalidToken::BadClaim)
    }

    /// Returns an additional claim that is an array of texts if it is present.
    ///
    /// # Examples
    ///
    /// ```
    /// # use auth_core::token::{Claims, InvalidToken};
    /// # let now = time::OffsetDateTime::UNIX_EPOCH;
    /// let claims = Claims::new("user-1", "token-1", now, std::time::Duration::from_secs(900))
    ///     .with_texts("amr", ["otp", "pwd"]);
    /// assert_eq!(claims.optional_texts("amr")?, Some(vec!["otp", "pwd"]));
    /// assert_eq!(claims.optional_texts("scope")?, None);
    /// # Ok::<(), InvalidToken>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidToken::BadClaim`] if the claim or one of its elements is of another type, `null`
    /// included.
    pub fn optional_texts(&self, name: &str) -> Result<Option<Vec<&str>>, InvalidToken> {
        let Some(value) = self.additional.get(name) else {
            return Ok(None);
        };
        let elements = value.as_array().ok_or(InvalidToken::BadClaim)?;
        let texts = elements
            .iter()
            .map(|element| element.as_str().ok_or(InvalidToken::BadClaim));
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// Reads the claims of a payload. `check_parties` gets `iss` and `aud`, before any other claim is read.
    pub(super) fn from_payload(
        payload: Members<{ REGISTERED.len() }>,
        check_parties: impl FnOnce(Option<Value>, Option<Value>) -> Result<(), InvalidToken>,
    ) -> Result<Self, InvalidToken> {
        let [iss, sub, aud, exp, nbf, iat, jti] = payload.expected;
        check_parties(iss, aud)?;
        let claims = Self {
            sub: text(sub)?,
            jti: text(jti)?,
            times: Times {
                iat: time(iat.as_ref())?,
                nbf: time(nbf.as_ref())?,
                exp: time(exp.as_ref())?,
            },
            additional: payload.others,
        };
        if claims.is_sound() {
            Ok(claims)
        } else {
            Err(InvalidToken::BadClaim)
        }
    }

    /// Returns whether a token may have these claims.
    pub(super) fn is_sound(&self) -> bool {
        self.times.are_sound() && !self.sub.is_empty() && !self.jti.is_empty()
    }

    /// Returns the first additional claim with a registered name.
    pub(super) fn reserved_name(&self) -> Option<&str> {
        let mut names = self.additional.keys().map(String::as_str);
        names.find(|name| REGISTERED.contains(name))
    }

    pub(super) fn additional(&self) -> &Map<String, Value> {
        &self.additional
    }

    /// Returns the lifetime of the token.
    pub(crate) fn times(&self) -> Times {
        self.times
    }
}

impl Times {
    fn are_sound(&self) -> bool {
        let times = [self.iat, self.nbf, self.exp];
        let are_in_range = times.iter().all(|time| (0..=MAX_TIME).contains(time));
        are_in_range && self.exp > self.nbf && self.exp > self.iat
    }

    /// Returns the first second at which the token is refused, with a leeway in seconds.
    pub(crate) fn until(&self, leeway: i64) -> i64 {
        self.exp.saturating_add(leeway)
    }

    /// Checks that `now` is within the lifetime of the token. All values are in seconds.
    ///
    /// The token is valid while `nbf - leeway <= now < exp + leeway`: a token must not be accepted
    /// "on or after" its expiry (RFC 7519 §4.1.4).
    pub(crate) fn check(&self, leeway: i64, now: i64) -> Result<(), InvalidToken> {
        if now >= self.until(leeway) {
            return Err(InvalidToken::Expired);
        }
        let latest_start = now.saturating_add(leeway);
        if self.nbf > latest_start || self.iat > latest_start {
            return Err(InvalidToken::NotYetValid);
        }
        Ok(())
    }
}

/// Reads a claim that must be a non-empty text.
pub(super) fn text(claim: Option<Value>) -> Result<String, InvalidToken> {
    match claim {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        _ => Err(InvalidToken::BadClaim),
    }
}

/// Reads a claim that must be an integer. A `NumericDate` may have a fraction (RFC 7519 §2); tokens
/// of this crate never have one.
fn time(claim: Option<&Value>) -> Result<i64, InvalidToken> {
    claim.and_then(Value::as_i64).ok_or(InvalidToken::BadClaim)
}
