//! The question of an authenticated request to a storage, answered in one step.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{AccessChanges, ExpiringKey, StoredSession};
use crate::error::StoreError;
use crate::session::SessionId;
use crate::user::AuthUser;

/// Answers everything that an authenticated request asks of its storage in one step: whether its token was
/// revoked, its session, and its user.
///
/// It is optional. Without it the toolkit asks [`ExpiringStore::count`](super::ExpiringStore::count),
/// [`SessionStore::session`](super::SessionStore::session) and
/// [`UserDatabase::get`](crate::UserDatabase::get) one after the other. A storage that keeps all three in
/// one database implements it with one statement, and returns it from
/// [`UserDatabase::access_lookup`](crate::UserDatabase::access_lookup).
///
/// Each value of the answer is what the method of its own trait would return: the answer sees every
/// write that ended before the call (no stale replica).
///
/// `auth_core::testing::contract` (feature `contract`) tests it on a store that has one.
#[async_trait]
pub trait AccessLookup: Send + Sync + 'static {
    /// The users of the storage.
    type User: AuthUser;

    /// Returns the identity of the storage. The toolkit asks this look-up only about sessions and tokens
    /// whose stores return the same one.
    fn store_id(&self) -> StoreId;

    /// Answers a query.
    ///
    /// A query whose token was revoked, or whose session does not exist, is refused: the other
    /// values of the answer may be missing then.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer.
    async fn look_up(
        &self,
        query: AccessQuery<'_, <Self::User as AuthUser>::Id>,
    ) -> Result<AccessRecord<Self::User>, StoreError>;

    /// Returns the notes of what is written to the storage: by every clone of the store, and by other
    /// processes as far as the engine tells it. `None` by default: the answers of
    /// [`AuthBuilder::cached_lookups`](crate::AuthBuilder::cached_lookups) then end by what the toolkit
    /// writes itself, and by their age.
    fn changes(&self) -> Option<&AccessChanges> {
        None
    }

    /// Notes what other processes have written, where the engine can tell it at once; called before a remembered
    /// answer is used. Returns `false` if that is not known now: the storage is then asked.
    fn note_other_writes(&self) -> bool {
        true
    }
}

/// What an authenticated request asks of its storage.
#[derive(Debug)]
pub struct AccessQuery<'a, Id> {
    /// The key of the token in the [`ExpiringStore`](super::ExpiringStore), if the token can be revoked: it
    /// is revoked if the count of the key is greater than zero.
    pub revocation: Option<&'a ExpiringKey>,
    /// The session of the token, if the request checks it.
    pub session: Option<&'a SessionId>,
    /// The user of the token.
    pub user: UserQuery<'a, Id>,
    /// The time of the request, by which an entry of the `ExpiringStore` expires.
    pub now: OffsetDateTime,
}

/// How a token names its user.
#[derive(Debug, PartialEq, Eq)]
pub enum UserQuery<'a, Id> {
    /// By the key of the user.
    Key(&'a Id),
    /// By its session: the owner of the session, if it is of this realm.
    OwnerInRealm(&'a str),
}

/// The answer to an [`AccessQuery`].
///
/// The session and the user are shared, so that a store in memory copies neither.
#[derive(Debug, Clone)]
pub struct AccessRecord<U> {
    /// Whether the token was revoked.
    pub is_revoked: bool,
    /// The session, also if it has expired.
    pub session: Option<Arc<StoredSession>>,
    /// The user.
    pub user: Option<Arc<U>>,
}

/// The identity of a storage in this process: two stores with the same one read and write the same
/// database.
///
/// # Examples
///
/// ```
/// use auth_core::store::StoreId;
///
/// let id = StoreId::unique();
/// assert_eq!(id, id.clone());
/// assert_ne!(id, StoreId::unique());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StoreId(u64);

impl StoreId {
    /// Creates an identity that no other storage has. A store keeps it, and its clones have the same one.
    ///
    /// # Examples
    ///
    /// See [`StoreId`].
    #[must_use]
    pub fn unique() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

// A derived `Copy` would need keys that are `Copy`.
impl<Id> Clone for AccessQuery<'_, Id> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Id> Copy for AccessQuery<'_, Id> {}

impl<Id> Clone for UserQuery<'_, Id> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Id> Copy for UserQuery<'_, Id> {}

impl fmt::Debug for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreId({})", self.0)
    }
}

impl<U> AccessRecord<U> {
    /// Returns the answer for a token that was revoked.
    #[must_use]
    pub fn revoked() -> Self {
        Self {
            is_revoked: true,
            session: None,
            user: None,
        }
    }

    /// Returns the answer for a session or a user that does not exist.
    #[must_use]
    pub fn missing() -> Self {
        Self {
            is_revoked: false,
            session: None,
            user: None,
        }
    }
}
