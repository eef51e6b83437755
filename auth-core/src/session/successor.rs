//! The successor of a refresh token: how it is made, and its digests.

use std::sync::Arc;
use std::time::Duration as StdDuration;

use base64ct::{Base64UrlUnpadded, Encoding};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::refresh_token::SecretBytes;
use super::token_digest::DigestInput;
use super::token_state::{AccessState, Micros, TokenState};
use super::{RefreshToken, SessionId, SessionKeyMaterial, Sessions, TokenDigest};
use crate::error::StoreError;
use crate::secret::{RandomError, SubKey, keyed_digest_bytes, random_bytes};
use crate::store::StoredSession;

/// The refresh token that replaces another one, with the access secret of its generation.
pub(crate) struct Successor {
    pub(crate) token: RefreshToken,
    access: SecretBytes,
    nonce: String,
    generation: u64,
    key: Arc<SubKey>,
}

/// What the store has to know of the next generation.
pub(super) struct NextDigests {
    pub(super) family: TokenDigest<'static>,
    pub(super) refresh: TokenDigest<'static>,
    pub(super) nonce: String,
    pub(super) access: Option<AccessState<'static>>,
}

impl Successor {
    /// Makes the successor of `spent` with a new nonce.
    fn draw(key: Arc<SubKey>, spent: &RefreshToken, generation: u64) -> Result<Self, RandomError> {
        let nonce = Base64UrlUnpadded::encode_string(&random_bytes::<32>()?);
        Ok(Self::with_nonce(key, spent, nonce, generation))
    }

    /// Makes the successor that another request has made with this nonce.
    fn with_nonce(key: Arc<SubKey>, spent: &RefreshToken, nonce: String, generation: u64) -> Self {
        let parts: [&[u8]; 5] = [
            b"next refresh",
            spent.id.as_bytes(),
            &spent.family[..],
            &spent.secret[..],
            nonce.as_bytes(),
        ];
        let secret = Zeroizing::new(keyed_digest_bytes(key.secret(), &parts));
        Self::of_token(key, spent.with_secret(secret), nonce, generation)
    }

    fn of_token(key: Arc<SubKey>, token: RefreshToken, nonce: String, generation: u64) -> Self {
        let access = access_secret(&key, &token);
        Self {
            token,
            access,
            nonce,
            generation,
            key,
        }
    }

    pub(crate) fn key_material(&self) -> SessionKeyMaterial<'_> {
        SessionKeyMaterial::new(&self.token.id, &self.access, self.generation)
    }

    pub(super) fn digests(
        &self,
        access_life: Option<StdDuration>,
        now: OffsetDateTime,
    ) -> NextDigests {
        let (key, token) = (&self.key, &self.token);
        NextDigests {
            family: TokenDigest::new(key, DigestInput::Family(token)),
            refresh: TokenDigest::new(key, DigestInput::Refresh(token)),
            nonce: self.nonce.clone(),
            access: access_life.map(|life| access_state(key, &token.id, &self.access, life, now)),
        }
    }
}

impl Sessions {
    /// Makes a successor of a presented token, of this generation. It is good once a rotation has written
    /// it.
    pub(crate) fn successor(
        &self,
        presented: &RefreshToken,
        generation: u64,
    ) -> Result<Successor, RandomError> {
        Successor::draw(self.keys.active(), presented, generation)
    }

    /// Makes the current token again, for a client that presented the previous one.
    pub(crate) fn repeat(
        &self,
        presented: &RefreshToken,
        row: &StoredSession,
    ) -> Result<Option<Successor>, StoreError> {
        let state = TokenState::read(&row.tokens)?;
        let key = self.keys.find(state.refresh.kid());
        Ok(key.zip(state.previous).map(|(key, previous)| {
            Successor::with_nonce(
                key,
                presented,
                previous.nonce.into_owned(),
                state.generation,
            )
        }))
    }

    /// Returns the current token, for a client that presented it.
    pub(crate) fn keep(
        &self,
        presented: RefreshToken,
        row: &StoredSession,
    ) -> Result<Option<Successor>, StoreError> {
        let state = TokenState::read(&row.tokens)?;
        let key = self.keys.find(state.refresh.kid());
        Ok(key.map(|key| Successor::of_token(key, presented, String::new(), state.generation)))
    }
}

/// Derives the secret of the opaque access token that belongs to a refresh token.
pub(super) fn access_secret(key: &SubKey, token: &RefreshToken) -> SecretBytes {
    let parts: [&[u8]; 3] = [b"next access", token.id.as_bytes(), &token.secret[..]];
    Zeroizing::new(keyed_digest_bytes(key.secret(), &parts))
}

pub(super) fn access_state(
    key: &SubKey,
    id: &SessionId,
    secret: &[u8; 32],
    life: StdDuration,
    now: OffsetDateTime,
) -> AccessState<'static> {
    let life = Duration::try_from(life).unwrap_or(Duration::MAX);
    AccessState {
        digest: TokenDigest::new(key, DigestInput::Access(id, secret)),
        until: Micros::floor(now.saturating_add(life)),
    }
}
