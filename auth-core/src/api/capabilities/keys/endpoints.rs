//! The endpoints.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::auth::Auth;
use crate::http::{Reply, RequestHead};
use crate::token::JwkSet;
use crate::user::AuthUser;

/// How long a verifier of tokens may use cached keys. A next key has to be
/// published for longer than this before it signs.
const MAX_AGE: &str = "public, max-age=300";

impl<U: AuthUser> Auth<U> {
    pub(super) fn public_keys(&self, head: &dyn RequestHead) -> Reply {
        let backends = self.backends().iter();
        let keys: JwkSet = backends.flat_map(|b| b.strategy().public_keys()).collect();
        let set = Reply::cacheable_json(200, MAX_AGE, &keys);
        let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(set.body()));
        let etag = format!("\"{}\"", digest.get(..22).unwrap_or_default());
        let is_known = head.header("if-none-match", 0) == Some(etag.as_bytes());
        let reply = if is_known {
            Reply::cacheable_empty(304, MAX_AGE)
        } else {
            set
        };
        reply.header("etag", etag)
    }
}
