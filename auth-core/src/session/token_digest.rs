//! The keyed digests of a session's tokens.

use std::borrow::Cow;
use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

use super::{RefreshToken, SessionId};
use crate::secret::{SubKey, SubKeys, constant_time_eq, keyed_digest_bytes};

/// The length of a digest in base64url.
const LENGTH: usize = 43;

/// A keyed digest, written `kid.digest`. The token does not follow from it.
///
/// The name of the key is part of it, so that a key can be replaced while the store still has digests
/// of the old one. A digest that is only compared borrows the stored text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct TokenDigest<'t>(#[serde(borrow)] Cow<'t, str>);

/// A secret of a session, with what separates its digest from those of the other kinds.
#[derive(Clone, Copy)]
pub(super) enum DigestInput<'a> {
    /// The secret that all refresh tokens of the session share.
    Family(&'a RefreshToken),
    /// Both secrets of one refresh token.
    Refresh(&'a RefreshToken),
    /// The secret of an opaque access token.
    Access(&'a SessionId, &'a [u8; 32]),
    /// The privileges of the user: no secret, but a text of any length.
    Privileges(&'a SessionId, &'a str),
}

impl TokenDigest<'_> {
    pub(super) fn new(key: &SubKey, input: DigestInput<'_>) -> TokenDigest<'static> {
        let digest = Base64UrlUnpadded::encode_string(&digest(key, input));
        TokenDigest(format!("{}.{digest}", key.kid()).into())
    }

    /// Returns whether this is the digest of `input` under the key that it names.
    pub(super) fn is_of(&self, keys: &SubKeys, input: DigestInput<'_>) -> bool {
        let Some((kid, stored)) = self.0.rsplit_once('.') else {
            return false;
        };
        let Some(key) = keys.find(kid) else {
            return false;
        };
        let mut buffer = [0; LENGTH];
        Base64UrlUnpadded::encode(&digest(&key, input), &mut buffer)
            .is_ok_and(|digest| constant_time_eq(digest.as_bytes(), stored.as_bytes()))
    }

    /// Returns the name of the key that made it.
    pub(super) fn kid(&self) -> &str {
        self.0.rsplit_once('.').map_or("", |(kid, _)| kid)
    }
}

fn digest(key: &SubKey, input: DigestInput<'_>) -> [u8; 32] {
    let key = key.secret();
    match input {
        DigestInput::Family(token) => {
            keyed_digest_bytes(key, &[b"family", token.id.as_bytes(), &token.family[..]])
        }
        DigestInput::Refresh(token) => {
            let (family, secret) = (&token.family[..], &token.secret[..]);
            keyed_digest_bytes(key, &[b"refresh", token.id.as_bytes(), family, secret])
        }
        DigestInput::Access(id, secret) => {
            keyed_digest_bytes(key, &[b"access", id.as_bytes(), secret])
        }
        DigestInput::Privileges(id, text) => {
            keyed_digest_bytes(key, &[b"privileges", id.as_bytes(), text.as_bytes()])
        }
    }
}

impl fmt::Debug for TokenDigest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenDigest({}…)", self.kid())
    }
}
