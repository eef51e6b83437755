//! Derived keys that name the master they came from.

use std::fmt;
use std::sync::Arc;

use super::{Secret, keyed_digest_bytes};
use crate::token::KeyId;

/// A key for one purpose, and the name of the master secret that it was derived from.
pub struct SubKey {
    kid: KeyId,
    secret: Secret,
}

impl SubKey {
    /// The name.
    #[must_use]
    pub fn kid(&self) -> &KeyId {
        &self.kid
    }

    /// The key.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// The keys of one purpose.
#[derive(Clone)]
pub struct SubKeys {
    keys: Arc<Vec<Arc<SubKey>>>,
}

impl SubKeys {
    /// One key that stays.
    #[must_use]
    pub fn fixed(secret: Secret) -> Self {
        let digest = keyed_digest_bytes(&secret, &[b"auth-core/kid/v1", b"sub-key"]);
        let kid = KeyId::from_digest(&digest);
        Self {
            keys: Arc::new(vec![Arc::new(SubKey { kid, secret })]),
        }
    }

    /// The key that makes digests now.
    ///
    /// # Panics
    ///
    /// Never.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "there is always one")]
    pub fn active(&self) -> Arc<SubKey> {
        Arc::clone(&self.keys[0])
    }

    /// The key of this name.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<Arc<SubKey>> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.kid.as_str() == kid).cloned()
    }

    /// All keys, the active one first.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<SubKey>> {
        self.keys.to_vec()
    }
}

impl fmt::Debug for SubKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SubKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SubKeys").field(&self.keys).finish()
    }
}
