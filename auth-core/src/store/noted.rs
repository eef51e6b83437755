//! Stores that note what is written through them.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::changes::{AccessChanges, ChangeNumber};
use super::{
    AccessLookup, DeleteOutcome, InsertOutcome, LoginIdentifier, NewUser, Owner, Page, PageRequest,
    Precondition, SessionPage, SessionStore, StoreId, StoredSession, UpdateOutcome, UserChange,
    UserDatabase,
};
use crate::config::ConfigReport;
use crate::error::StoreError;
use crate::session::SessionId;
use crate::user::{AuthUser, Epoch};

/// A user store that notes which users were written.
pub(crate) struct NotedUsers<U> {
    pub(crate) database: Arc<dyn UserDatabase<User = U>>,
    pub(crate) changes: AccessChanges,
}

/// A store of sessions that notes which ones were written.
pub(crate) struct NotedSessions {
    pub(crate) store: Arc<dyn SessionStore>,
    pub(crate) changes: AccessChanges,
}

/// Makes its notes when it is dropped: when the write has ended, and when its caller has given up.
pub(crate) struct Note<'a> {
    changes: &'a AccessChanges,
    numbers: [Option<ChangeNumber>; 2],
}

impl<'a> Note<'a> {
    pub(crate) fn new(changes: &'a AccessChanges, number: ChangeNumber) -> Self {
        Self {
            changes,
            numbers: [Some(number), None],
        }
    }

    fn and(self, other: Option<ChangeNumber>) -> Self {
        let [number, _] = self.numbers;
        Self {
            changes: self.changes,
            numbers: [number, other],
        }
    }
}

impl Drop for Note<'_> {
    fn drop(&mut self) {
        for number in self.numbers.into_iter().flatten() {
            self.changes.note(number);
        }
    }
}

#[async_trait]
impl<U: AuthUser> UserDatabase for NotedUsers<U> {
    type User = U;

    async fn get(&self, id: &U::Id) -> Result<Option<U>, StoreError> {
        self.database.get(id).await
    }
    async fn find(&self, login: &LoginIdentifier) -> Result<Option<U>, StoreError> {
        self.database.find(login).await
    }
    async fn insert(&self, new: NewUser<U>) -> Result<InsertOutcome<U>, StoreError> {
        self.database.insert(new).await
    }
    async fn update(
        &self,
        id: &U::Id,
        change: UserChange<U>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<U>, StoreError> {
        let kept = change.keep_session.as_ref().map(ChangeNumber::of_session);
        let user = ChangeNumber::of_user(&id.to_string());
        let _note = Note::new(&self.changes, user).and(kept);
        self.database.update(id, change, expect).await
    }
    async fn delete(
        &self,
        id: &U::Id,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        let _note = Note::new(&self.changes, ChangeNumber::of_user(&id.to_string()));
        self.database.delete(id, expect, owner).await
    }
    async fn list(&self, page: PageRequest<U::Id>) -> Result<Page<U>, StoreError> {
        self.database.list(page).await
    }
    fn access_lookup(&self) -> Option<&dyn AccessLookup<User = U>> {
        self.database.access_lookup()
    }
    fn validate(&self, report: &mut ConfigReport) {
        self.database.validate(report);
    }
}

#[async_trait]
impl SessionStore for NotedSessions {
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError> {
        self.store.insert_session(session).await
    }
    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError> {
        self.store.session(id).await
    }
    async fn shared_session(
        &self,
        id: &SessionId,
    ) -> Result<Option<Arc<StoredSession>>, StoreError> {
        self.store.shared_session(id).await
    }
    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError> {
        let _note = Note::new(&self.changes, ChangeNumber::of_session(&next.id));
        self.store.swap_session(next).await
    }
    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError> {
        let _note = Note::new(&self.changes, ChangeNumber::of_session(id));
        self.store.delete_session(id).await
    }
    async fn sessions_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError> {
        self.store.sessions_of(owner, epoch, now, page).await
    }
    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let _note = Note::new(&self.changes, ChangeNumber::of_owner(owner));
        self.store.delete_sessions_before(owner, epoch, limit).await
    }
    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        let _note = Note::new(&self.changes, ChangeNumber::of_owner(owner));
        self.store.delete_sessions_of(owner).await
    }
    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        // They have expired, which each request checks.
        self.store.purge_sessions(now, limit).await
    }
    fn store_id(&self) -> Option<StoreId> {
        self.store.store_id()
    }
    fn validate(&self, report: &mut ConfigReport) {
        self.store.validate(report);
    }
}
