//! A digest of a token, with the name of the key that made it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::secret::{SubKey, SubKeys, constant_time_eq, keyed_digest};

/// A keyed digest, written `kid.digest`. No token follows from it.
///
/// The name of the key is part of it, so that a key can be replaced while digests of the old one are
/// still in the store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TokenDigest(String);

impl TokenDigest {
    pub(crate) fn new(key: &SubKey, parts: &[&[u8]]) -> Self {
        let digest = keyed_digest(key.secret(), parts);
        Self(format!("{}.{digest}", key.kid()))
    }

    /// Whether this is the digest of `parts`, under the key that it names.
    pub(crate) fn is_of(&self, keys: &SubKeys, parts: &[&[u8]]) -> bool {
        let Some((kid, digest)) = self.0.rsplit_once('.') else {
            return false;
        };
        let Some(key) = keys.find(kid) else {
            return false;
        };
        let expected = keyed_digest(key.secret(), parts);
        constant_time_eq(expected.as_bytes(), digest.as_bytes())
    }

    /// The name of the key that made it.
    pub(crate) fn kid(&self) -> &str {
        self.0.rsplit_once('.').map_or("", |(kid, _)| kid)
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenDigest({}…)", self.kid())
    }
}
