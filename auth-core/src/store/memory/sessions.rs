//! Sessions in memory.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use time::OffsetDateTime;

use super::lock;
use crate::config::ConfigReport;
use crate::error::StoreError;
use crate::session::SessionId;
use crate::store::{Owner, SessionPage, SessionStore, StoredSession};
use crate::user::Epoch;

/// Keeps sessions in a map behind a lock.
///
/// # Examples
///
/// ```
/// use auth_core::secret::{MasterSecret, Secret};
/// use auth_core::session::Sessions;
/// use auth_core::store::memory::MemorySessionStore;
///
/// let master = MasterSecret::new(Secret::generate()?);
/// let sessions = Sessions::new(MemorySessionStore::new(), &master);
/// # Ok::<(), auth_core::secret::RandomError>(())
/// ```
#[derive(Debug, Default)]
pub struct MemorySessionStore {
    /// Shared with the requests of each session.
    rows: Mutex<HashMap<SessionId, Arc<StoredSession>>>,
}

impl MemorySessionStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl SessionStore for MemorySessionStore {
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError> {
        lock(&self.rows).insert(session.id, Arc::new(session));
        Ok(())
    }

    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError> {
        Ok(lock(&self.rows)
            .get(id)
            .map(|row| StoredSession::clone(row)))
    }

    async fn shared_session(
        &self,
        id: &SessionId,
    ) -> Result<Option<Arc<StoredSession>>, StoreError> {
        Ok(lock(&self.rows).get(id).cloned())
    }

    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError> {
        let mut rows = lock(&self.rows);
        let Some(row) = rows.get_mut(&next.id) else {
            return Ok(false);
        };
        if row.version.checked_add(1) != Some(next.version) {
            return Ok(false);
        }
        *row = Arc::new(next.clone());
        Ok(true)
    }

    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError> {
        Ok(lock(&self.rows).remove(id).is_some())
    }

    async fn sessions_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError> {
        let rows = lock(&self.rows);
        let theirs = rows.values();
        let theirs =
            theirs.filter(|row| row.owner == *owner && row.epoch == epoch && row.expires_at > now);
        let after = page.after.as_ref();
        let theirs = theirs.filter(|row| {
            after.is_none_or(|position| position.precedes(row.last_used_at, &row.id))
        });
        let mut theirs: Vec<StoredSession> = theirs.map(|row| StoredSession::clone(row)).collect();
        theirs.sort_by_key(|row| (Reverse(row.last_used_at), row.id));
        theirs.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
        Ok(theirs)
    }

    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let mut left = u64::from(limit);
        lock(&self.rows).retain(|_, row| {
            let goes = row.owner == *owner && row.epoch < epoch && left > 0;
            left -= u64::from(goes);
            !goes
        });
        Ok(u64::from(limit) - left)
    }

    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        let mut rows = lock(&self.rows);
        let before = rows.len();
        rows.retain(|_, row| row.owner != *owner);
        Ok((before - rows.len()) as u64)
    }

    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        let mut left = u64::from(limit);
        lock(&self.rows).retain(|_, row| {
            let goes = row.expires_at <= now && left > 0;
            left -= u64::from(goes);
            !goes
        });
        Ok(u64::from(limit) - left)
    }

    fn validate(&self, report: &mut ConfigReport) {
        report.process_local("the session store");
    }
}
