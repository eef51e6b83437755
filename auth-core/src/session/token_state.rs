//! What a stored session knows of its tokens: keyed digests and times.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::TokenDigest;
use crate::error::StoreError;
use crate::store::SessionTokens;
use crate::user::Epoch;

/// The text of [`SessionTokens`], parsed. The texts are borrowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenState<'t> {
    /// How often the refresh token was exchanged.
    pub(super) generation: u64,
    /// The time of the last exchange, or of the login.
    pub(super) rotated_at: Micros,
    /// The digest of the secret that all refresh tokens of the session share.
    #[serde(borrow)]
    pub(super) family: TokenDigest<'t>,
    /// The digest of the current refresh token.
    #[serde(borrow)]
    pub(super) refresh: TokenDigest<'t>,
    /// The refresh token before the current one.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) previous: Option<PreviousRefresh<'t>>,
    /// Whether a token of this generation was presented: its client has received the reply.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) received: bool,
    /// The opaque access token of this generation.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) access: Option<AccessState<'t>>,
    /// The opaque access token of the generation before, for requests that are in flight.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) previous_access: Option<AccessState<'t>>,
    /// The epoch of the user when the session got new secrets. A self-contained token of an older epoch is
    /// one of the secrets before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) renewed_in: Option<i64>,
    /// The last generation whose self-contained access tokens were revoked, and those of all before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) revoked: Option<u64>,
    /// Whether the session ends with the browser: the user did not ask to be remembered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) browser: bool,
    /// The privileges of the user when the secret of this classic session was issued.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) privileges: Option<TokenDigest<'t>>,
}

/// The refresh token that was exchanged last, and the nonce from which its successor was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviousRefresh<'t> {
    #[serde(borrow)]
    pub(super) digest: TokenDigest<'t>,
    /// 32 random bytes, in base64url.
    #[serde(borrow)]
    pub(super) nonce: Cow<'t, str>,
}

/// An opaque access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessState<'t> {
    #[serde(borrow)]
    pub(super) digest: TokenDigest<'t>,
    pub(super) until: Micros,
}

impl<'t> TokenState<'t> {
    /// Marks the tokens of this generation as received; `None` if they are, or if no earlier token
    /// depends on it.
    pub(super) fn received(self) -> Option<Self> {
        let is_news = !self.received && self.previous.is_some();
        is_news.then_some(Self {
            received: true,
            ..self
        })
    }

    /// Returns whether the self-contained access tokens of a generation were revoked. A token that does not
    /// say its generation counts as one of the first.
    pub(super) fn is_revoked(&self, generation: Option<u64>) -> bool {
        let last = self.revoked;
        last.is_some_and(|last| generation.unwrap_or(0) <= last)
    }

    /// Returns whether a self-contained token of this epoch was issued with the present secrets of the
    /// session, or the session never got new ones.
    pub(super) fn is_of_epoch(&self, token: Epoch) -> bool {
        self.renewed_in.is_none_or(|epoch| token.as_i64() >= epoch)
    }

    /// Parses the tokens of a stored session.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the text is not one that this version of the toolkit wrote.
    pub(super) fn read(tokens: &'t SessionTokens) -> Result<Self, StoreError> {
        // The message of the parser might quote the text.
        serde_json::from_str(tokens.as_stored_str())
            .map_err(|_| StoreError::new("the tokens of a stored session cannot be read"))
    }

    pub(super) fn write(&self) -> SessionTokens {
        // A struct of texts and numbers: writing it as JSON cannot fail.
        SessionTokens::from_stored(serde_json::to_string(self).unwrap_or_default())
    }
}

/// A point in time in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Micros(i64);

impl Micros {
    /// The deadline of an access token that was revoked.
    pub(super) const REVOKED: Self = Self(0);

    pub(super) fn floor(time: OffsetDateTime) -> Self {
        let micros = time.unix_timestamp_nanos().div_euclid(1_000);
        // Years -9999 to 9999 in microseconds take 59 bits, so that this never saturates.
        Self(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    /// Returns the time; the latest one that there is for a number beyond it.
    pub(super) fn to_time(self) -> OffsetDateTime {
        let nanos = i128::from(self.0) * 1_000;
        let end = time::Date::MAX.midnight().assume_utc();
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(end)
    }
}
