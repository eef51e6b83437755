//! The check of presented tokens against a stored session, and the end of one access token.

use std::time::Duration as StdDuration;

use time::OffsetDateTime;

use super::token_digest::DigestInput;
use super::token_state::{Micros, TokenState};
use super::{RefreshToken, Sessions};
use crate::error::{StoreError, Unavailable};
use crate::store::StoredSession;
use crate::user::Epoch;

impl Sessions {
    /// Returns whether this is the secret of a valid access token of the session.
    pub(crate) fn is_access_secret(
        &self,
        row: &StoredSession,
        secret: &[u8; 32],
        now: OffsetDateTime,
    ) -> Result<bool, Unavailable> {
        let state = TokenState::read(&row.tokens)?;
        let input = DigestInput::Access(&row.id, secret);
        let mut all = [state.access, state.previous_access].into_iter().flatten();
        Ok(
            all.any(|access| {
                now < access.until.to_time() && access.digest.is_of(&self.keys, input)
            }),
        )
    }

    /// Returns whether this is the secret of an access token of the session, valid or expired. A revoked
    /// one is not.
    pub(crate) fn was_access_secret(
        &self,
        row: &StoredSession,
        secret: &[u8; 32],
    ) -> Result<bool, StoreError> {
        let state = TokenState::read(&row.tokens)?;
        let input = DigestInput::Access(&row.id, secret);
        let mut all = [state.access, state.previous_access].into_iter().flatten();
        Ok(all.any(|access| {
            access.until != Micros::REVOKED && access.digest.is_of(&self.keys, input)
        }))
    }

    /// Returns whether a self-contained token of this epoch can be one of the session: it was issued with its
    /// present secrets, or the session never got new ones.
    pub(crate) fn accepts_epoch(row: &StoredSession, token: Epoch) -> Result<bool, StoreError> {
        let renewed_in = TokenState::read(&row.tokens)?.renewed_in;
        Ok(renewed_in.is_none_or(|epoch| token.as_i64() >= epoch))
    }

    /// Returns the next version of the session, in which this secret is not valid any more; `None` if
    /// it is not valid now.
    pub(crate) fn without_access(
        &self,
        row: &StoredSession,
        secret: &[u8; 32],
        now: OffsetDateTime,
    ) -> Result<Option<StoredSession>, StoreError> {
        let mut state = TokenState::read(&row.tokens)?;
        let input = DigestInput::Access(&row.id, secret);
        let mut is_there = false;
        for access in [&mut state.access, &mut state.previous_access] {
            let valid = access.as_mut().filter(|one| now < one.until.to_time());
            if let Some(access) = valid.filter(|one| one.digest.is_of(&self.keys, input)) {
                // It stays as an expired one, so that a refresh within the grace makes another one.
                access.until = Micros::REVOKED;
                is_there = true;
            }
        }
        if !is_there {
            return Ok(None);
        }
        let overflow = || StoreError::new("the version of a session overflows");
        Ok(Some(StoredSession {
            tokens: state.write(),
            version: row.version.checked_add(1).ok_or_else(overflow)?,
            ..row.clone()
        }))
    }

    /// Returns whether a refresh token was ever one of this session's, spent or not.
    pub(crate) fn is_of_family(
        &self,
        row: &StoredSession,
        token: &RefreshToken,
    ) -> Result<bool, StoreError> {
        let state = TokenState::read(&row.tokens)?;
        Ok(state.family.is_of(&self.keys, DigestInput::Family(token)))
    }

    /// Returns how long the opaque access token of this generation still lives; `None` if the session
    /// has none.
    pub(crate) fn access_life_left(
        row: &StoredSession,
        now: OffsetDateTime,
    ) -> Result<Option<StdDuration>, StoreError> {
        let access = TokenState::read(&row.tokens)?.access;
        let left = |until: OffsetDateTime| (until - now).try_into().unwrap_or_default();
        Ok(access.map(|access| left(access.until.to_time())))
    }
}
