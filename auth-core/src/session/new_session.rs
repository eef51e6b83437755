//! A session at its beginning: its first tokens and its first row.

use std::sync::Arc;
use std::time::Duration as StdDuration;

use time::OffsetDateTime;

use super::refresh_token::SecretBytes;
use super::successor::{access_secret, access_state};
use super::token_digest::DigestInput;
use super::token_state::{AccessState, Micros, TokenState};
use super::{PrivilegeText, RefreshToken, SessionId, SessionKeyMaterial, Sessions, TokenDigest};
use crate::clock;
use crate::error::{StoreError, Unavailable};
use crate::login::Methods;
use crate::secret::{RandomError, SubKey};
use crate::store::{Owner, StoredSession};
use crate::user::Epoch;

/// The tokens of a session that is not stored yet.
pub(crate) struct NewSession {
    pub(crate) token: RefreshToken,
    access: SecretBytes,
    generation: u64,
    /// The key of this generation, also if another key becomes the active one meanwhile.
    key: Arc<SubKey>,
}

/// The values of a new session.
pub(crate) struct NewSessionParams<'a> {
    pub(crate) owner: Owner,
    pub(crate) backend: &'a str,
    pub(crate) epoch: Epoch,
    pub(crate) client: Option<String>,
    /// How long the access token lives, if it is the secret of the session.
    pub(crate) access_life: Option<StdDuration>,
    /// Whether the session outlives the browser.
    pub(crate) remembered: bool,
    /// The privileges of the user, if it is a classic session.
    pub(crate) privileges: Option<PrivilegeText>,
    pub(crate) auth_time: OffsetDateTime,
    pub(crate) methods: Methods,
    pub(crate) now: OffsetDateTime,
}

/// The values of new secrets of a session.
pub(crate) struct RenewedSession {
    /// How long the access token lives, if it is the secret of the session.
    pub(crate) access_life: Option<StdDuration>,
    pub(crate) epoch: Epoch,
    /// The privileges of the user, if it is a classic session.
    pub(crate) privileges: Option<PrivilegeText>,
}

impl NewSession {
    fn draw(key: Arc<SubKey>, id: SessionId, generation: u64) -> Result<Self, RandomError> {
        let token = RefreshToken::draw(id)?;
        let access = access_secret(&key, &token);
        Ok(Self {
            token,
            access,
            generation,
            key,
        })
    }

    pub(crate) fn key_material(&self) -> SessionKeyMaterial<'_> {
        SessionKeyMaterial::new(&self.token.id, &self.access, self.generation)
    }

    fn state(&self, access_life: Option<StdDuration>, now: OffsetDateTime) -> TokenState<'static> {
        let (key, token) = (&self.key, &self.token);
        TokenState {
            generation: self.generation,
            rotated_at: Micros::floor(now),
            family: TokenDigest::new(key, DigestInput::Family(token)),
            refresh: TokenDigest::new(key, DigestInput::Refresh(token)),
            previous: None,
            received: false,
            access: access_life.map(|life| access_state(key, &token.id, &self.access, life, now)),
            previous_access: None,
            renewed_in: None,
            revoked: None,
            browser: false,
            privileges: None,
        }
    }
}

impl Sessions {
    /// Makes the tokens of a new session.
    pub(crate) fn new_session(&self) -> Result<NewSession, RandomError> {
        NewSession::draw(self.keys.active(), SessionId::generate()?, 0)
    }

    /// Makes new secrets for a session that exists. They have nothing in common with the old ones.
    pub(crate) fn renewed_session(&self, row: &StoredSession) -> Result<NewSession, Unavailable> {
        let overflow = || StoreError::new("the generation of a session overflows");
        let generation = TokenState::read(&row.tokens)?.generation;
        let generation = generation.checked_add(1).ok_or_else(overflow)?;
        NewSession::draw(self.keys.active(), row.id, generation).map_err(Unavailable::new)
    }

    /// Returns the next version of a session: with new secrets. In a new epoch of the user those of before are
    /// dead at once; in the same epoch the access token of before is valid for the grace, for requests in flight
    /// and for a reply that is lost.
    pub(crate) fn renewed_row(
        &self,
        row: &StoredSession,
        session: &NewSession,
        renewed: RenewedSession,
        now: OffsetDateTime,
    ) -> Result<StoredSession, StoreError> {
        let RenewedSession {
            access_life,
            epoch,
            privileges,
        } = renewed;
        let old = TokenState::read(&row.tokens)?;
        let has_new_epoch = epoch != row.epoch;
        let grace = Micros::floor(now.saturating_add(self.grace + clock::tolerance()));
        let previous_access = old.access.filter(|_| !has_new_epoch);
        let state = TokenState {
            previous_access: previous_access.map(|access| AccessState {
                until: access.until.min(grace),
                ..access
            }),
            renewed_in: if has_new_epoch {
                Some(epoch.as_i64())
            } else {
                old.renewed_in
            },
            browser: old.browser,
            privileges: privileges.map(|text| text.digest(&session.key, &row.id)),
            ..session.state(access_life, now)
        };
        let used = self.used(row, now)?;
        Ok(StoredSession {
            epoch,
            tokens: state.write(),
            ..used
        })
    }

    /// Returns the row of a new session.
    pub(crate) fn first_row(
        &self,
        session: &NewSession,
        params: NewSessionParams<'_>,
    ) -> StoredSession {
        let NewSessionParams {
            owner,
            backend,
            epoch,
            client,
            access_life,
            remembered,
            privileges,
            auth_time,
            methods,
            now,
        } = params;
        let ends_at = now.saturating_add(self.absolute);
        let idle = self.idle.of_login(remembered);
        let id = session.token.id;
        let state = TokenState {
            browser: !remembered,
            privileges: privileges.map(|text| text.digest(&session.key, &id)),
            ..session.state(access_life, now)
        };
        StoredSession {
            id,
            owner,
            backend: backend.to_owned(),
            epoch,
            created_at: now,
            last_used_at: now,
            expires_at: now.saturating_add(idle).min(ends_at),
            ends_at,
            client,
            version: 0,
            tokens: state.write(),
            auth_time,
            methods,
        }
    }
}
