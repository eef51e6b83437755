//! The exchange of a refresh token for its successor: the decision, and the loop that writes it.

use std::fmt;
use std::time::Duration as StdDuration;

use time::{Duration, OffsetDateTime};

use super::idle::IdleTimes;
use super::successor::NextDigests;
use super::token_digest::DigestInput;
use super::token_state::{AccessState, Micros, PreviousRefresh, TokenState};
use super::{RefreshToken, Sessions, Successor};
use crate::clock;
use crate::error::StoreError;
use crate::secret::SubKeys;
use crate::store::{SessionStore, StoredSession};

/// A presented refresh token, and the digests of its successor.
///
/// A refresh token has two secrets: one that all refresh tokens of the session share, and one of its
/// own. So a spent token is recognised however old it is, although the store has the digests of two.
pub(crate) struct RefreshRotation {
    presented: RefreshToken,
    keys: SubKeys,
    now: OffsetDateTime,
    /// How long after a rotation the previous token gets the same successor.
    grace: Duration,
    /// How long after a rotation it does if no token of the successor's generation was presented.
    lost_reply: Duration,
    /// How long the session lives from now unless it is used again.
    idle: IdleTimes,
    /// Whether the client's tabs share one token (a cookie): within the grace they keep the current
    /// one.
    shared: bool,
    /// The successor, once the presented token is proven.
    next: Option<NextDigests>,
}

/// What the backend of a refresh token is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefreshClient {
    /// Whether the client's tabs share one token (a cookie).
    pub(crate) shared: bool,
    /// Whether each use of an access token is seen by the session store.
    pub(crate) checked: bool,
}

/// The result of a rotation.
#[derive(Debug)]
pub(crate) enum RotateOutcome {
    /// The presented token is spent and its successor is the current token; the session as it is now.
    Rotated(StoredSession),
    /// The presented token was spent within the grace, or its successor was never used, and its
    /// successor is the current token: the reply was lost, or a parallel request was faster. Nothing was
    /// written.
    Repeated(StoredSession),
    /// The presented token is the current one, and was made within the grace: it stays the current
    /// one. At most its use was written.
    Current(StoredSession),
    /// The presented token was spent before: this call has ended the session. Of concurrent calls
    /// exactly one returns it.
    Reused(StoredSession),
    /// The session has expired.
    Expired,
    /// The session does not exist, or the token was never one of its tokens.
    Unknown,
}

/// What a presented token is to a stored session.
enum Verdict<'t> {
    /// It was never one of its tokens.
    Unknown,
    /// The session has expired.
    Expired,
    /// The current token, made within the grace and shared by tabs: it stays.
    Stays(Box<TokenState<'t>>),
    /// The current token.
    Rotates(Box<TokenState<'t>>),
    /// The previous token, within the grace or with a successor that was never used.
    Repeats,
    /// Any other spent token.
    Spent,
}

/// What follows from a stored session and a presented token.
enum Decision {
    /// Replace the session that was read by this one, with this outcome; if another caller has written
    /// it, read and decide again.
    Swap(StoredSession, fn(StoredSession) -> RotateOutcome),
    /// Delete the session.
    End,
    /// Write nothing.
    Answer(RotateOutcome),
}

impl Sessions {
    pub(crate) fn rotation(
        &self,
        presented: &RefreshToken,
        client: RefreshClient,
        now: OffsetDateTime,
    ) -> RefreshRotation {
        // Without the uses of access tokens an unused successor looks like one in use.
        let lost_reply = if client.checked {
            self.lost_reply()
        } else {
            Duration::ZERO
        };
        RefreshRotation {
            presented: presented.clone(),
            keys: self.keys.clone(),
            now,
            grace: self.grace,
            lost_reply,
            idle: self.idle,
            shared: client.shared,
            next: None,
        }
    }

    /// Returns the next version of the session, used now.
    pub(crate) fn used(
        &self,
        session: &StoredSession,
        now: OffsetDateTime,
    ) -> Result<StoredSession, StoreError> {
        let idle = self.idle.of(&TokenState::read(&session.tokens)?);
        used_at(session, now, idle).ok_or_else(version_overflow)
    }
}

impl RefreshRotation {
    /// Returns the generation of the successor, if the presented token is proven to be the current one of
    /// this session, so that a successor replaces it.
    pub(crate) fn next_generation(&self, row: &StoredSession) -> Result<Option<u64>, StoreError> {
        Ok(match self.judge(row)? {
            Verdict::Rotates(state) => Some(generation_after(&state)?),
            _ => None,
        })
    }

    /// Sets the successor.
    pub(crate) fn with_successor(
        self,
        successor: &Successor,
        access_life: Option<StdDuration>,
    ) -> Self {
        let next = Some(successor.digests(access_life, self.now));
        Self { next, ..self }
    }

    /// Exchanges the token: reads the session, decides, and swaps it by its version or deletes it.
    ///
    /// Of concurrent calls with one token exactly one rotates, because a store lets one swap of a
    /// version win; of those that find a reuse exactly one returns it, because one deletion wins.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer, or if the session was changed between each read and
    /// its swap.
    pub(crate) async fn run<S: SessionStore + ?Sized>(
        &self,
        store: &S,
    ) -> Result<RotateOutcome, StoreError> {
        /// A further attempt follows each concurrent write. After a concurrent rotation the token is
        /// the previous one and nothing is left to write, so only recorded uses cause more than one.
        const ATTEMPTS: u32 = 64;

        let id = &self.presented.id;
        for _ in 0..ATTEMPTS {
            let Some(row) = store.session(id).await? else {
                return Ok(RotateOutcome::Unknown);
            };
            match self.decide(&row)? {
                Decision::Answer(outcome) => return Ok(outcome),
                Decision::Swap(next, outcome) => {
                    if store.swap_session(&next).await? {
                        return Ok(outcome(next));
                    }
                }
                Decision::End => {
                    let ended = store.delete_session(id).await?;
                    return Ok(if ended {
                        RotateOutcome::Reused(row)
                    } else {
                        RotateOutcome::Unknown
                    });
                }
            }
        }
        Err(StoreError::new("too many concurrent writes of one session"))
    }

    fn decide(&self, row: &StoredSession) -> Result<Decision, StoreError> {
        let answer = |outcome| Ok(Decision::Answer(outcome));
        match self.judge(row)? {
            Verdict::Unknown => answer(RotateOutcome::Unknown),
            Verdict::Expired => answer(RotateOutcome::Expired),
            Verdict::Stays(state) => match state.received() {
                Some(state) if self.lost_reply > Duration::ZERO => {
                    let next = written(row, &state, self.now, self.idle.of(&state))?;
                    Ok(Decision::Swap(next, RotateOutcome::Current))
                }
                _ => answer(RotateOutcome::Current(row.clone())),
            },
            Verdict::Repeats => answer(RotateOutcome::Repeated(row.clone())),
            Verdict::Rotates(state) => {
                let next = self.next(row, *state)?;
                Ok(Decision::Swap(next, RotateOutcome::Rotated))
            }
            Verdict::Spent => Ok(Decision::End),
        }
    }

    /// Returns what the presented token is to the session. The token is proven first.
    fn judge<'t>(&self, row: &'t StoredSession) -> Result<Verdict<'t>, StoreError> {
        let state = TokenState::read(&row.tokens)?;
        let family = DigestInput::Family(&self.presented);
        if !state.family.is_of(&self.keys, family) {
            return Ok(Verdict::Unknown);
        }
        if row.is_over(self.now) {
            return Ok(Verdict::Expired);
        }
        let presented = DigestInput::Refresh(&self.presented);
        if state.refresh.is_of(&self.keys, presented) {
            return Ok(if self.shared && self.is_just_rotated(&state) {
                Verdict::Stays(Box::new(state))
            } else {
                Verdict::Rotates(Box::new(state))
            });
        }
        let previous = state.previous.as_ref();
        let is_previous =
            previous.is_some_and(|previous| previous.digest.is_of(&self.keys, presented));
        let is_lost = !state.received && is_within(self.lost_reply, &state, self.now);
        Ok(if is_previous && (is_lost || self.is_in_grace(&state)) {
            Verdict::Repeats
        } else {
            Verdict::Spent
        })
    }

    fn is_in_grace(&self, state: &TokenState) -> bool {
        is_within(self.grace, state, self.now)
    }

    /// Returns whether a rotation within the grace made the current token, and its access token was not
    /// revoked and has not expired, as far as the row says.
    fn is_just_rotated(&self, state: &TokenState) -> bool {
        let access = state.access.as_ref();
        state.generation > 0
            && self.is_in_grace(state)
            && !state.is_revoked(Some(state.generation))
            && access.is_none_or(|access| access.until.to_time() > self.now)
    }

    fn next(&self, row: &StoredSession, state: TokenState) -> Result<StoredSession, StoreError> {
        let NextDigests {
            family,
            refresh,
            nonce,
            access,
        } = self
            .next
            .as_ref()
            .ok_or_else(|| StoreError::new("a session changed during its refresh"))?;
        let is_valid = |access: &AccessState| access.until.to_time() > self.now;
        let state = TokenState {
            generation: generation_after(&state)?,
            rotated_at: Micros::floor(self.now),
            family: family.clone(),
            refresh: refresh.clone(),
            previous: Some(PreviousRefresh {
                digest: state.refresh,
                nonce: nonce.clone().into(),
            }),
            received: false,
            previous_access: state.access.filter(is_valid),
            access: access.clone(),
            renewed_in: state.renewed_in,
            revoked: state.revoked,
            browser: state.browser,
            privileges: state.privileges,
        };
        written(row, &state, self.now, self.idle.of(&state))
    }
}

fn generation_after(state: &TokenState) -> Result<u64, StoreError> {
    let overflow = || StoreError::new("the generation of a session overflows");
    state.generation.checked_add(1).ok_or_else(overflow)
}

/// Returns whether the last rotation is less than `limit` ago, for clocks of two processes that differ by
/// the tolerance. A clock that was set back further does not make the limit longer.
pub(super) fn is_within(limit: Duration, state: &TokenState, now: OffsetDateTime) -> bool {
    let tolerance = clock::tolerance();
    let since = now - state.rotated_at.to_time();
    limit > Duration::ZERO && -tolerance < since && since < limit.saturating_add(tolerance)
}

/// Returns the next version of the session, used now, with these tokens.
pub(super) fn written(
    row: &StoredSession,
    state: &TokenState,
    now: OffsetDateTime,
    idle: Duration,
) -> Result<StoredSession, StoreError> {
    let used = used_at(row, now, idle).ok_or_else(version_overflow)?;
    Ok(StoredSession {
        tokens: state.write(),
        ..used
    })
}

fn version_overflow() -> StoreError {
    StoreError::new("the version of a session overflows")
}

/// A clock that was set back shortens nothing.
fn used_at(row: &StoredSession, now: OffsetDateTime, idle: Duration) -> Option<StoredSession> {
    let idle_until = now.saturating_add(idle).max(row.expires_at);
    Some(StoredSession {
        last_used_at: row.last_used_at.max(now),
        expires_at: idle_until.min(row.ends_at),
        version: row.version.checked_add(1)?,
        ..row.clone()
    })
}

impl fmt::Debug for RefreshRotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshRotation")
            .field("id", &self.presented.id)
            .finish_non_exhaustive()
    }
}
