//! The check of presented tokens against a stored session, and the end of one access token.

use std::time::Duration as StdDuration;

use time::OffsetDateTime;

use super::rotation::{is_within, written};
use super::token_digest::DigestInput;
use super::token_state::{AccessState, Micros, TokenState};
use super::{RefreshToken, Sessions};
use crate::error::StoreError;
use crate::store::StoredSession;
use crate::user::Epoch;

/// The result of the check of an access token against its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessCheck {
    Refused,
    Accepted,
    /// Accepted, and the first token of this generation that is seen: until this use is noted, the refresh
    /// token before gets the same successor.
    FirstUse(u64),
    /// Accepted, and the secret before the current one.
    Previous,
}

impl Sessions {
    /// Checks the secret of an access token of the session.
    pub(crate) fn check_access_secret(
        &self,
        row: &StoredSession,
        secret: &[u8; 32],
        now: OffsetDateTime,
    ) -> Result<AccessCheck, StoreError> {
        let state = TokenState::read(&row.tokens)?;
        let input = DigestInput::Access(&row.id, secret);
        let is_valid = |access: &Option<AccessState>| {
            access.as_ref().is_some_and(|access| {
                now < access.until.to_time() && access.digest.is_of(&self.keys, input)
            })
        };
        Ok(if is_valid(&state.access) {
            self.accepted(&state, now)
        } else if is_valid(&state.previous_access) {
            AccessCheck::Previous
        } else {
            AccessCheck::Refused
        })
    }

    /// Checks a self-contained token of this epoch and generation. A token that does not say its
    /// generation counts as one of the current generation.
    pub(crate) fn check_access_token(
        &self,
        row: &StoredSession,
        epoch: Epoch,
        generation: Option<u64>,
        now: OffsetDateTime,
    ) -> Result<AccessCheck, StoreError> {
        let state = TokenState::read(&row.tokens)?;
        let is_current = generation.is_none_or(|generation| generation == state.generation);
        Ok(
            if !state.is_of_epoch(epoch) || state.is_revoked(generation) {
                AccessCheck::Refused
            } else if is_current {
                self.accepted(&state, now)
            } else {
                AccessCheck::Accepted
            },
        )
    }

    /// Returns whether the row is older than a token of this generation.
    pub(crate) fn is_before(
        row: &StoredSession,
        generation: Option<u64>,
    ) -> Result<bool, StoreError> {
        let state = TokenState::read(&row.tokens)?;
        Ok(generation.is_some_and(|generation| generation > state.generation))
    }

    /// The check of a valid token of the current generation.
    fn accepted(&self, state: &TokenState, now: OffsetDateTime) -> AccessCheck {
        let is_first = !state.received && state.previous.is_some();
        if is_first && is_within(self.lost_reply(), state, now) {
            AccessCheck::FirstUse(state.generation)
        } else {
            AccessCheck::Accepted
        }
    }

    /// Returns the next version of the session, in which the tokens of this generation are noted as
    /// received; `None` if there is nothing to note.
    pub(crate) fn received(
        &self,
        row: &StoredSession,
        generation: u64,
        now: OffsetDateTime,
    ) -> Result<Option<StoredSession>, StoreError> {
        let state = TokenState::read(&row.tokens)?;
        if state.generation != generation {
            return Ok(None);
        }
        let state = state.received();
        let next = state.map(|state| written(row, &state, now, self.idle.of(&state)));
        next.transpose()
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

    /// Returns whether a self-contained token of this epoch and generation can be one of the session: it was
    /// issued with its present secrets, and was not revoked.
    pub(crate) fn accepts_token(
        row: &StoredSession,
        epoch: Epoch,
        generation: Option<u64>,
    ) -> Result<bool, StoreError> {
        let state = TokenState::read(&row.tokens)?;
        Ok(state.is_of_epoch(epoch) && !state.is_revoked(generation))
    }

    /// Returns the next version of the session, in which the self-contained tokens of this and of earlier
    /// generations are not valid any more; `None` if this token is not valid now.
    pub(crate) fn without_access_token(
        row: &StoredSession,
        epoch: Epoch,
        generation: u64,
    ) -> Result<Option<StoredSession>, StoreError> {
        let mut state = TokenState::read(&row.tokens)?;
        if !state.is_of_epoch(epoch) || state.is_revoked(Some(generation)) {
            return Ok(None);
        }
        // Who presents the token to end it has received it.
        state.received |= generation == state.generation;
        state.revoked = Some(generation);
        next_version(row, &state).map(Some)
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
        // Who presents the token to end it has received it.
        let received = state.access.as_ref();
        state.received |= received.is_some_and(|access| access.digest.is_of(&self.keys, input));
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
        next_version(row, &state).map(Some)
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

/// Returns the next version of the session with these tokens, without a use.
fn next_version(row: &StoredSession, state: &TokenState) -> Result<StoredSession, StoreError> {
    let overflow = || StoreError::new("the version of a session overflows");
    Ok(StoredSession {
        tokens: state.write(),
        version: row.version.checked_add(1).ok_or_else(overflow)?,
        ..row.clone()
    })
}
