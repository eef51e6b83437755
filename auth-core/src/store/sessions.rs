//! The contract of a store of sessions.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Owner, SessionTokens, StoreId};
use crate::config::ConfigReport;
use crate::error::StoreError;
use crate::login::Methods;
use crate::session::SessionId;
use crate::user::Epoch;

/// Stores sessions: one row for each, from the login to its end.
///
/// The rotation of a refresh token replaces values of the row, so the row does not grow. A session that
/// ends is deleted.
///
/// Each of the methods is one statement. They know nothing of tokens: the toolkit decides about
/// a refresh and writes the result by [`swap_session`](Self::swap_session) or
/// [`delete_session`](Self::delete_session).
///
/// Two rules hold for every method, as for [`UserDatabase`](crate::UserDatabase): a missing row is not
/// an error, and an error is not reported as a missing row; and a method is one atomic step, also when
/// its future is dropped before it completes. Every later read sees what was written (no stale replica):
/// otherwise sessions that were ended keep their access.
///
/// # Errors
///
/// Every method returns [`StoreError`] if the store cannot answer.
///
/// `auth_core::testing::contract` (feature `contract`) tests every guarantee of this trait on a store.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Stores a new session. Its id is random and new.
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError>;

    /// Returns the session with this id, also if it has expired: the caller checks that. It is called
    /// once for every request that a session authenticates: make it one look-up by primary key.
    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError>;

    /// Returns what [`session`](Self::session) returns, shared. A store that keeps sessions in memory implements it
    /// without a copy.
    async fn shared_session(
        &self,
        id: &SessionId,
    ) -> Result<Option<Arc<StoredSession>>, StoreError> {
        Ok(self.session(id).await?.map(Arc::new))
    }

    /// Replaces a session if its stored version is [`StoredSession::version`] of `next` minus one, and
    /// returns whether it did. The comparison and the write are one step.
    ///
    /// Of concurrent calls with the same version exactly one returns `true`.
    /// The identity of the session (`id`, `owner`, `backend`, `created_at`) never changes.
    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError>;

    /// Deletes a session and returns whether it existed. Of concurrent calls exactly one returns
    /// `true`.
    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError>;

    /// Returns a page of the sessions of an owner that have this epoch and have not expired at `now`
    /// (`expires_at > now`): in descending order of `last_used_at`, then by id, the first
    /// [`limit`](SessionPage::limit) of those that follow [`after`](SessionPage::after).
    ///
    /// Find them by an index on owner and epoch: a user may have thousands of sessions of earlier epochs.
    async fn sessions_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError>;

    /// Deletes at most `limit` sessions of an owner whose epoch is older than `epoch`, and returns their
    /// number. They are invalid already; this frees their rows.
    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError>;

    /// Deletes every session of an owner, and returns their number.
    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError>;

    /// Deletes at most `limit` expired sessions (`expires_at <= now`) and returns their number. Calls
    /// may run at the same time on several processes.
    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError>;

    /// Returns the identity of the storage behind this store, if the
    /// [`AccessLookup`](super::AccessLookup) of a storage can answer in its place: see
    /// [`AccessLookup::store_id`](super::AccessLookup::store_id). `None` by default. A store that changes what
    /// another one answers must not return the identity of that one.
    fn store_id(&self) -> Option<StoreId> {
        None
    }

    /// Adds problems and warnings to the report of `build()`. A store in the memory of one process
    /// reports that here.
    ///
    /// It has no default: a wrapper that forgets to forward it does not compile.
    fn validate(&self, report: &mut ConfigReport);
}

/// A page of the sessions of an owner.
///
/// # Examples
///
/// ```
/// use auth_core::store::SessionPage;
///
/// let first = SessionPage::first(50);
/// assert_eq!((first.limit, first.after), (50, None));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPage {
    /// The last session of the page before; `None` for the first page.
    pub after: Option<SessionPosition>,
    /// The largest number of sessions on the page.
    pub limit: u32,
}

/// The position of a session in the order of a list.
///
/// A session that is used between two pages moves to the front of the list, and may be missing on the
/// later page; a session that is not used is on exactly one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPosition {
    /// When the session was last used, as the store returned it.
    pub last_used_at: OffsetDateTime,
    /// The id of the session.
    pub id: SessionId,
}

impl SessionPage {
    /// Returns the first page, with at most this many sessions.
    #[must_use]
    pub const fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }
}

impl SessionPosition {
    /// Returns whether a session with this last use and id follows the position.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::session::SessionId;
    /// use auth_core::store::SessionPosition;
    /// use time::{Duration, OffsetDateTime};
    ///
    /// let id: SessionId = "0d6f3a52-7c1e-4a86-9b1f-5e2c8d7a4b10".parse()?;
    /// let last_used_at = OffsetDateTime::UNIX_EPOCH;
    /// let position = SessionPosition { last_used_at, id };
    /// assert!(position.precedes(last_used_at - Duration::SECOND, &id));
    /// assert!(!position.precedes(last_used_at, &id));
    /// # Ok::<(), auth_core::session::InvalidSessionId>(())
    /// ```
    #[must_use]
    pub fn precedes(&self, last_used_at: OffsetDateTime, id: &SessionId) -> bool {
        let is_older = last_used_at < self.last_used_at;
        is_older || last_used_at == self.last_used_at && *id > self.id
    }
}

/// A session as it is stored.
///
/// All fields are public and the struct is exhaustive on purpose: a store destructures it
/// completely, so that a field added later is a compile error there and not a lost value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The public id, and the primary key.
    pub id: SessionId,
    /// The owner: a user in a realm.
    pub owner: Owner,
    /// The name of the backend that started it: 1 to 32 bytes of ASCII.
    pub backend: String,
    /// The user's epoch when the session was written: a session with an older one than the user's is
    /// invalid.
    pub epoch: Epoch,
    /// When the session was started.
    pub created_at: OffsetDateTime,
    /// When the session was last used. A use is recorded at most once a minute.
    pub last_used_at: OffsetDateTime,
    /// When the session ends unless it is used before. Never after `ends_at`. A store that cannot hold
    /// every fraction of a second rounds both up.
    pub expires_at: OffsetDateTime,
    /// When the session ends however often it is used.
    pub ends_at: OffsetDateTime,
    /// The name that the client sent at login: at most 255 characters, none of them a control
    /// character.
    pub client: Option<String>,
    /// The number of writes after the first one: 0 for a new session.
    pub version: i64,
    /// The digests of its tokens: ASCII text of at most [`SessionTokens::MAX_BYTES`] bytes.
    pub tokens: SessionTokens,
    /// When the user was authenticated: at the login, or before it where a provider did it. A refresh
    /// does not change it. A store that cannot hold every fraction of a second rounds it down.
    pub auth_time: OffsetDateTime,
    /// The methods by which the user was authenticated: ASCII text of at most [`Methods::MAX_BYTES`]
    /// bytes, stored by [`Methods::as_stored_str`].
    pub methods: Methods,
}

impl StoredSession {
    /// Returns whether the session has expired.
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
    async fn shared_session(
        &self,
        id: &SessionId,
    ) -> Result<Option<Arc<StoredSession>>, StoreError> {
        (**self).shared_session(id).await
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
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError> {
        (**self).sessions_of(owner, epoch, now, page).await
    }
    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError> {
        (**self).delete_sessions_before(owner, epoch, limit).await
    }
    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        (**self).delete_sessions_of(owner).await
    }
    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        (**self).purge_sessions(now, limit).await
    }
    fn store_id(&self) -> Option<StoreId> {
        (**self).store_id()
    }
    fn validate(&self, report: &mut ConfigReport) {
        (**self).validate(report);
    }
}
