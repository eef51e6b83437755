//! The keys of one master, kept together: what is signed with one is bound and counted with another.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::keys::Rotation;
use crate::secret::{Secret, keyed_digest};
use crate::token::{self, Claims, InvalidToken, JwtKey, KeyId, KeyRing, TokenProfile};
use crate::user::EmailAddress;

/// What one master gives to accounts.
///
/// A verification token holds a digest of the address, and a reset token a number that is counted
/// under one. Both are of use only with the key of the digest, so the three keys are never mixed with
/// those of another master.
#[derive(Debug)]
pub(super) struct AccountKeys {
    verify: Arc<JwtKey>,
    reset: Arc<JwtKey>,
    lookup: Secret,
    realm: Arc<str>,
}

impl AccountKeys {
    pub(super) fn new(verify: Secret, reset: Secret, lookup: Secret, realm: &Arc<str>) -> Self {
        Self {
            verify: Arc::new(JwtKey::hs256_auto_kid(verify)),
            reset: Arc::new(JwtKey::hs256_auto_kid(reset)),
            lookup,
            realm: Arc::clone(realm),
        }
    }

    /// Returns the name under which an address of this realm is counted. A reader of the store cannot
    /// find the address by it.
    pub(super) fn address_digest(&self, email: &EmailAddress) -> String {
        let (realm, email) = (self.realm.as_bytes(), email.as_str().as_bytes());
        keyed_digest(&self.lookup, &[b"address", realm, email])
    }

    /// Signs verification tokens.
    pub(super) fn verify_ring(&self) -> KeyRing {
        KeyRing::new(Arc::clone(&self.verify))
    }

    /// Signs reset tokens.
    pub(super) fn reset_ring(&self) -> KeyRing {
        KeyRing::new(Arc::clone(&self.reset))
    }
}

/// The keys of all masters that are accepted.
#[derive(Debug)]
pub(super) struct AccountRings {
    keys: Rotation<AccountKeys>,
    verify: KeyRing,
    reset: KeyRing,
}

impl AccountRings {
    pub(super) fn new(keys: Rotation<AccountKeys>) -> Self {
        Self {
            verify: keys.map(|keys| Arc::clone(&keys.verify)).into(),
            reset: keys.map(|keys| Arc::clone(&keys.reset)).into(),
            keys,
        }
    }

    pub(super) fn active(&self) -> Arc<AccountKeys> {
        Arc::clone(self.keys.active())
    }

    pub(super) fn others(&self) -> Vec<Arc<AccountKeys>> {
        self.keys.keys().skip(1).map(Arc::clone).collect()
    }

    pub(super) fn decode_verify(
        &self,
        profile: &TokenProfile,
        text: &str,
        now: OffsetDateTime,
    ) -> Result<(Claims, Arc<AccountKeys>), InvalidToken> {
        let (claims, key) = token::decode_with_key(&self.verify, profile, text, now)?;
        Ok((claims, self.beside(key.kid(), |keys| &keys.verify)?))
    }

    pub(super) fn decode_reset(
        &self,
        profile: &TokenProfile,
        text: &str,
        now: OffsetDateTime,
    ) -> Result<(Claims, Arc<AccountKeys>), InvalidToken> {
        let (claims, key) = token::decode_with_key(&self.reset, profile, text, now)?;
        Ok((claims, self.beside(key.kid(), |keys| &keys.reset)?))
    }

    /// The keys of the master whose key of this kind has this name.
    fn beside(
        &self,
        kid: &KeyId,
        of_kind: fn(&AccountKeys) -> &JwtKey,
    ) -> Result<Arc<AccountKeys>, InvalidToken> {
        let mut all = self.keys.keys();
        let found = all.find(|keys| of_kind(keys).kid() == kid);
        found.map(Arc::clone).ok_or(InvalidToken::UnknownKey)
    }
}
