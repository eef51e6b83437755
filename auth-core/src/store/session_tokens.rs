//! What a stored session knows of its tokens: keyed digests, and nothing that opens anything.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::TokenDigest;
use crate::error::StoreError;

/// What proves the tokens of a session, in a text that a store keeps as it is.
///
/// Its size does not depend on how often the session was refreshed. It holds keyed digests, each with
/// the name of the key that made it; a reader of the store cannot make a token from them.
///
/// # Examples
///
/// ```
/// use auth_core::store::SessionTokens;
///
/// let tokens = SessionTokens::from_stored("what a column holds".to_owned());
/// assert_eq!(tokens.as_stored_str(), "what a column holds");
/// assert_eq!(format!("{tokens:?}"), "SessionTokens([redacted])");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SessionTokens(String);

impl SessionTokens {
    /// The longest text, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// From a stored text. What it means is looked at when it is used.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text to store.
    #[must_use]
    pub fn as_stored_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn new(slots: &Slots) -> Self {
        // A struct of texts and numbers: writing it as JSON cannot fail.
        Self(serde_json::to_string(slots).unwrap_or_default())
    }

    /// # Errors
    ///
    /// Where the row is nothing that this version of the toolkit wrote.
    pub(crate) fn slots(&self) -> Result<Slots, StoreError> {
        // The message of the parser might quote the text.
        serde_json::from_str(&self.0)
            .map_err(|_| StoreError::new("the tokens of a stored session cannot be read"))
    }
}

impl fmt::Debug for SessionTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionTokens([redacted])")
    }
}

/// The text of [`SessionTokens`], read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slots {
    /// How often the refresh token was exchanged.
    pub(crate) generation: u64,
    /// When that happened last, or when the session began.
    pub(crate) rotated_at: Moment,
    /// Of the half that every refresh token of the session shares.
    pub(crate) family: TokenDigest,
    /// Of the refresh token that is good now.
    pub(crate) refresh: TokenDigest,
    /// Of the one before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<PreviousRefresh>,
    /// Of the opaque access token of this generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) access: Option<AccessSlot>,
    /// Of that of the generation before, for requests that are under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous_access: Option<AccessSlot>,
}

/// The refresh token that was exchanged last, and what its successor was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviousRefresh {
    pub(crate) digest: TokenDigest,
    /// 32 random bytes, in base64url.
    pub(crate) nonce: String,
}

/// An opaque access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessSlot {
    pub(crate) digest: TokenDigest,
    pub(crate) until: Moment,
}

/// A point in time, exact to the microsecond, in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Moment(i64);

impl Moment {
    pub(crate) fn floor(time: OffsetDateTime) -> Self {
        let micros = time.unix_timestamp_nanos().div_euclid(1_000);
        // Years -9999 to 9999 in microseconds take 59 bits, so that this never saturates.
        Self(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    /// The time; the end of time for a number beyond it.
    pub(crate) fn to_time(self) -> OffsetDateTime {
        let nanos = i128::from(self.0) * 1_000;
        let end = time::Date::MAX.midnight().assume_utc();
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(end)
    }
}
