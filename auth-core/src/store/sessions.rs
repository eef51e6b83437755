//! The contract of a store of sessions.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Owner, RotateOutcome, Rotation, SessionTokens};
use crate::config::ConfigReport;
use crate::error::StoreError;
use crate::session::SessionId;
use crate::user::Epoch;

/// Where sessions live: one row for each, from the login to its end.
///
/// Rotations of refresh tokens replace what is in the row, so that it does not grow with their number.
/// A session that ends is removed.
///
/// Two rules hold for every method, as they do for [`UserDatabase`](crate::UserDatabase): absent is
/// not an error and an error is not absence; and a method is one atomic step, also when its future
/// is dropped in the middle. What was written is seen by every later read (no stale replica), or
/// sessions that were ended keep their access.
///
/// Seven methods are one statement each. [`rotate_session`](Self::rotate_session) follows from them,
/// with all of its rules.
///
/// `auth_core::testing::contract` (feature `contract`) tries every guarantee of this trait on a store.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Stores a new session. Its id is random and new.
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError>;

    /// The session with this id, whether or not its time is over: that is for the caller to judge.
    /// Called once for every request that a session authenticates: make it one look-up by primary
    /// key.
    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError>;

    /// Replaces a session, if the stored version is the one before [`StoredSession::version`] of
    /// `next`; whether it did. The comparison and the write are one step.
    ///
    /// Of any number of simultaneous calls that bring one version exactly one answers `true`.
    /// What identifies the session (`id`, `owner`, `backend`, `created_at`) is never changed.
    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError>;

    /// Removes a session; whether it was there. Of simultaneous calls exactly one answers `true`.
    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError>;

    /// The sessions of an owner whose time is not over at `now`, those that were used last first and
    /// among equals by id, at most `limit`.
    async fn sessions_of(
        &self,
        owner: &Owner,
        now: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<StoredSession>, StoreError>;

    /// Removes every session of an owner, and answers how many there were.
    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError>;

    /// Removes at most `limit` sessions whose time is over (`expires_at <= now`) and answers how
    /// many. Calls may run at the same time on several processes.
    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError>;

    /// Exchanges the refresh token of a session for the next one: one atomic outcome, whatever else
    /// happens to the session at the same time.
    ///
    /// Follows from the methods above: the row is read, [`Rotation::decide`] says what follows, and
    /// [`swap_session`](Self::swap_session) decides between those who read the same. A store that
    /// can do this in one trip may override it, and must ask `decide` as well.
    async fn rotate_session(&self, rotation: &Rotation) -> Result<RotateOutcome, StoreError> {
        super::rotation::run(self, rotation).await
    }

    /// Takes part in the check of the configuration at `build()`: a store in the memory of one
    /// process says so here.
    fn validate(&self, report: &mut ConfigReport) {
        let _ = report;
    }
}

/// A session as it is stored.
///
/// All fields are public and the struct is exhaustive on purpose: a store destructures it
/// completely, so that a field added later is a compile error there and not a lost value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The public name, and the primary key.
    pub id: SessionId,
    /// Whose session it is.
    pub owner: Owner,
    /// The name of the backend that started it: 1 to 32 bytes of ASCII.
    pub backend: String,
    /// The user's epoch: with an older one than the user's the session is dead.
    pub epoch: Epoch,
    /// When it was started.
    pub created_at: OffsetDateTime,
    /// When it was last used, a little less exactly than to the minute.
    pub last_used_at: OffsetDateTime,
    /// When it ends unless it is used before. Never after `ends_at`. A store that cannot hold every
    /// fraction of a second rounds both up.
    pub expires_at: OffsetDateTime,
    /// When it ends whatever happens.
    pub ends_at: OffsetDateTime,
    /// What the client called itself at login: at most 255 characters, none of them a control
    /// character.
    pub client: Option<String>,
    /// How often it has been written: 0 when it is new.
    pub version: i64,
    /// What proves its tokens: text of ASCII, at most [`SessionTokens::MAX_BYTES`].
    pub tokens: SessionTokens,
}

impl StoredSession {
    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, now: OffsetDateTime) -> bool {
        now >= self.expires_at || now >= self.ends_at
    }
}

#[async_trait]
impl<S: SessionStore + ?Sized> SessionStore for Arc<S> {
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError> {
        (**self).insert_session(session).await
    }
    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError> {
        (**self).session(id).await
    }
    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError> {
        (**self).swap_session(next).await
    }
    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError> {
        (**self).delete_session(id).await
    }
    async fn sessions_of(
        &self,
        owner: &Owner,
        now: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<StoredSession>, StoreError> {
        (**self).sessions_of(owner, now, limit).await
    }
    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        (**self).delete_sessions_of(owner).await
    }
    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        (**self).purge_sessions(now, limit).await
    }
    async fn rotate_session(&self, rotation: &Rotation) -> Result<RotateOutcome, StoreError> {
        (**self).rotate_session(rotation).await
    }
    fn validate(&self, report: &mut ConfigReport) {
        (**self).validate(report);
    }
}
