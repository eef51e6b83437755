//! The text of the flash cookie: a signed message with an end and a name, under which it is spent.

use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::FlashMessage;
use crate::secret::{RandomError, Secret, SubKeys, constant_time_eq, keyed_digest, random_bytes};

/// How long a message waits for its page.
pub(crate) const FLASH_LIFETIME: Duration = Duration::from_mins(10);

/// The longest message as JSON, in bytes: a cookie has 4096 bytes (RFC 6265bis §5.6), base64url adds a
/// third.
const MAX_BYTES: usize = 2800;

/// What is signed.
#[derive(Serialize, Deserialize)]
struct Envelope {
    /// The name under which the message is spent.
    #[serde(rename = "n")]
    name: String,
    /// The end, in seconds of Unix time.
    #[serde(rename = "x")]
    end: i64,
    #[serde(rename = "m")]
    message: FlashMessage,
}

/// Signs messages with the keys of CSRF tokens.
#[derive(Debug)]
pub(crate) struct FlashSigner {
    keys: SubKeys,
    realm: String,
}

impl FlashSigner {
    pub(crate) fn new(keys: SubKeys, realm: &str) -> Self {
        let realm = realm.to_owned();
        Self { keys, realm }
    }

    /// Returns the value of the cookie. A message that is too long loses values first, then errors of
    /// fields.
    pub(crate) fn sign(
        &self,
        message: FlashMessage,
        now: OffsetDateTime,
    ) -> Result<String, RandomError> {
        let name = Base64UrlUnpadded::encode_string(&random_bytes::<16>()?);
        let lifetime = i64::try_from(FLASH_LIFETIME.as_secs()).unwrap_or_default();
        let end = now.unix_timestamp().saturating_add(lifetime);
        let mut envelope = Envelope { name, end, message };
        let json = loop {
            let json = serde_json::to_vec(&envelope).unwrap_or_default();
            if json.len() <= MAX_BYTES || !envelope.message.shorten() {
                break json;
            }
        };
        let key = self.keys.active();
        let body = Base64UrlUnpadded::encode_string(&json);
        let mac = self.mac(key.secret(), &body);
        Ok(format!("{}.{body}.{mac}", key.kid()))
    }

    /// Returns the message and the name under which it is spent; `None` for a text that this server did
    /// not sign, and for an expired message.
    pub(crate) fn verify(&self, text: &str, now: OffsetDateTime) -> Option<(FlashMessage, String)> {
        let mut parts = text.split('.');
        let (kid, body, mac) = (parts.next()?, parts.next()?, parts.next()?);
        let key = self.keys.find(kid)?;
        let expected = self.mac(key.secret(), body);
        if parts.next().is_some() || !constant_time_eq(expected.as_bytes(), mac.as_bytes()) {
            return None;
        }
        let json = Base64UrlUnpadded::decode_vec(body).ok()?;
        let Envelope { name, end, message } = serde_json::from_slice(&json).ok()?;
        (now.unix_timestamp() < end).then_some((message, name))
    }

    /// Has more parts than the digests of CSRF tokens, so that neither is ever the other.
    fn mac(&self, key: &Secret, body: &str) -> String {
        keyed_digest(
            key,
            &[self.realm.as_bytes(), b"flash", b"", b"", body.as_bytes()],
        )
    }
}
