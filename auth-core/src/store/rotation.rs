//! The exchange of a refresh token for the next one: the one decision behind it.

use std::fmt;

use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::session_tokens::{AccessSlot, Moment, PreviousRefresh, Slots};
use super::{SessionStore, SessionTokens, StoredSession, TokenDigest};
use crate::error::StoreError;
use crate::secret::SubKeys;
use crate::session::SessionId;

/// What the digest of a refresh token is made of, before its secrets.
pub(crate) const FAMILY: &[u8] = b"family";
/// The same, of one generation.
pub(crate) const REFRESH: &[u8] = b"refresh";
/// Of an opaque access token.
pub(crate) const ACCESS: &[u8] = b"access";

/// A refresh token that is presented, and the one that shall take its place.
///
/// Every refresh token of a session is made of two secrets: one that all of them share, and one of
/// its own. So a token that was spent a thousand rotations ago is recognised, although the store
/// remembers only two.
pub struct Rotation {
    pub(crate) id: SessionId,
    pub(crate) keys: SubKeys,
    pub(crate) family: Zeroizing<[u8; 32]>,
    pub(crate) presented: Zeroizing<[u8; 32]>,
    pub(crate) now: OffsetDateTime,
    /// How long after a rotation the token before it is answered once more.
    pub(crate) grace: Duration,
    /// How long the session lives from now unless it is used again.
    pub(crate) idle: Duration,
    /// Whether the client's tabs share one token (a cookie): within the grace they get the one that
    /// is there, and no other.
    pub(crate) shared: bool,
    pub(crate) successor: Successor,
}

/// What the store shall know of the next generation.
pub(crate) struct Successor {
    pub(crate) family: TokenDigest,
    pub(crate) refresh: TokenDigest,
    pub(crate) nonce: String,
    pub(crate) access: Option<AccessSlot>,
}

/// How a rotation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RotateOutcome {
    /// The presented token is spent and its successor is good; the session as it is now.
    Rotated(StoredSession),
    /// The presented token was spent a moment ago, and its successor is the one that is good now:
    /// the reply was lost, or a parallel request was faster. Nothing was written.
    Repeated(StoredSession),
    /// The presented token is the one that is good, and was made a moment ago: it stays. Nothing was
    /// written.
    Current(StoredSession),
    /// The presented token had been spent before: this call has ended the session. One call of many
    /// answers it.
    Reused(StoredSession),
    /// The time of the session is over.
    Expired,
    /// There is no such session any more, or the token was never one of its.
    Unknown,
}

/// What follows from a stored session and a presented token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RotateDecision {
    /// Write this session in the place of the one that was read, and answer
    /// [`RotateOutcome::Rotated`] with it; if it was written meanwhile, read and decide again.
    Swap(Box<StoredSession>),
    /// Remove the session; who removed it answers [`RotateOutcome::Reused`], all others
    /// [`RotateOutcome::Unknown`].
    End,
    /// Write nothing, and answer this.
    Answer(RotateOutcome),
}

impl Rotation {
    /// The session whose token is presented.
    #[must_use]
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// What follows for a session that was read as `row`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the row is nothing that the toolkit wrote.
    pub fn decide(&self, row: &StoredSession) -> Result<RotateDecision, StoreError> {
        let slots = row.tokens.slots()?;
        let id = self.id.as_bytes();
        if !slots
            .family
            .is_of(&self.keys, &[FAMILY, id, &self.family[..]])
        {
            return Ok(RotateDecision::Answer(RotateOutcome::Unknown));
        }
        if row.is_over(self.now) {
            return Ok(RotateDecision::Answer(RotateOutcome::Expired));
        }
        if self.presents(&slots.refresh) {
            let stays = self.shared && self.is_fresh(&slots);
            return Ok(if stays {
                RotateDecision::Answer(RotateOutcome::Current(row.clone()))
            } else {
                RotateDecision::Swap(Box::new(self.next(row, slots)?))
            });
        }
        let previous = slots.previous.as_ref();
        let was_good = previous.is_some_and(|previous| self.presents(&previous.digest));
        Ok(if was_good && self.is_in_grace(&slots) {
            RotateDecision::Answer(RotateOutcome::Repeated(row.clone()))
        } else {
            RotateDecision::End
        })
    }

    fn presents(&self, digest: &TokenDigest) -> bool {
        let parts = [
            REFRESH,
            self.id.as_bytes(),
            &self.family[..],
            &self.presented[..],
        ];
        digest.is_of(&self.keys, &parts)
    }

    /// On both sides of the rotation: a clock that was set back must not make the grace longer.
    fn is_in_grace(&self, slots: &Slots) -> bool {
        let since = self.now - slots.rotated_at.to_time();
        since.abs() < self.grace
    }

    /// Whether the token that is good was made by a rotation a moment ago, and its access token, if
    /// there is one, is still good.
    fn is_fresh(&self, slots: &Slots) -> bool {
        let access = slots.access.as_ref();
        slots.generation > 0
            && self.is_in_grace(slots)
            && access.is_none_or(|access| access.until.to_time() > self.now)
    }

    fn next(&self, row: &StoredSession, slots: Slots) -> Result<StoredSession, StoreError> {
        let exhausted = || StoreError::new("a session was written too often");
        let Successor {
            family,
            refresh,
            nonce,
            access,
        } = &self.successor;
        let alive = |slot: &AccessSlot| slot.until.to_time() > self.now;
        let slots = Slots {
            generation: slots.generation.checked_add(1).ok_or_else(exhausted)?,
            rotated_at: Moment::floor(self.now),
            family: family.clone(),
            refresh: refresh.clone(),
            previous: Some(PreviousRefresh {
                digest: slots.refresh,
                nonce: nonce.clone(),
            }),
            previous_access: slots.access.filter(alive),
            access: access.clone(),
        };
        let used = row.used_at(self.now, self.idle).ok_or_else(exhausted)?;
        Ok(StoredSession {
            tokens: SessionTokens::new(&slots),
            ..used
        })
    }
}

impl StoredSession {
    /// The same, used at `now`: the next version. A clock that was set back shortens nothing.
    pub(crate) fn used_at(&self, now: OffsetDateTime, idle: Duration) -> Option<Self> {
        let idle_until = now.saturating_add(idle).max(self.expires_at);
        Some(Self {
            last_used_at: self.last_used_at.max(now),
            expires_at: idle_until.min(self.ends_at),
            version: self.version.checked_add(1)?,
            ..self.clone()
        })
    }
}

/// [`SessionStore::rotate_session`] by its other methods.
pub(super) async fn run<S: SessionStore + ?Sized>(
    store: &S,
    rotation: &Rotation,
) -> Result<RotateOutcome, StoreError> {
    /// Each time another caller wrote in between. After the first of them the token is the one before,
    /// and nothing is left to be written, unless it is a use that was noted: that many in a row do
    /// not happen by chance.
    const ATTEMPTS: u32 = 64;

    for _ in 0..ATTEMPTS {
        let Some(row) = store.session(&rotation.id).await? else {
            return Ok(RotateOutcome::Unknown);
        };
        match rotation.decide(&row)? {
            RotateDecision::Answer(outcome) => return Ok(outcome),
            RotateDecision::Swap(next) => {
                if store.swap_session(&next).await? {
                    return Ok(RotateOutcome::Rotated(*next));
                }
            }
            RotateDecision::End => {
                let ended = store.delete_session(&rotation.id).await?;
                return Ok(if ended {
                    RotateOutcome::Reused(row)
                } else {
                    RotateOutcome::Unknown
                });
            }
        }
    }
    Err(StoreError::new(
        "a session was written by others all the time",
    ))
}

impl fmt::Debug for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotation")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
