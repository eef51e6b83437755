//! A store with a look-up, and such stores whose look-up is broken on purpose.

use std::sync::Arc;

use async_trait::async_trait;
use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::store::{
    AccessLookup, AccessQuery, AccessRecord, DeleteOutcome, ExpiringKey, InsertOutcome, Inserted,
    LoginIdentifier, NewUser, Owner, Page, PageRequest, Precondition, SessionPage, SessionStore,
    StoreId, StoredSession, UpdateOutcome, UserChange, UserDatabase, UserQuery, Window,
};
use auth_core::testing::contract::{self, Fresh, Guarantee, Verdict};
use auth_core::{ConfigReport, Epoch, ExpiringStore, SessionId, StoreError, User};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use uuid::Uuid;

/// What is wrong with a look-up.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// It is not offered.
    Missing,
    /// The sessions do not say that it answers for them.
    OtherSessions,
    /// It answers what it answered first.
    Stale,
    /// It takes every owner for one of the realm.
    AnyRealm,
    /// It does not ask whether the token was revoked.
    NeverRevoked,
    /// It counts expired entries.
    EndlessEntries,
}

struct Store {
    users: MemoryUserDatabase,
    sessions: MemorySessionStore,
    expiring: MemoryExpiringStore,
    id: StoreId,
    fault: Fault,
    first: Mutex<Option<AccessRecord<User>>>,
}

impl Store {
    fn new(fault: Fault) -> Self {
        Self {
            users: MemoryUserDatabase::new(),
            sessions: MemorySessionStore::new(),
            expiring: MemoryExpiringStore::new(),
            id: StoreId::unique(),
            fault,
            first: Mutex::new(None),
        }
    }
}

#[async_trait]
impl AccessLookup for Store {
    type User = User;

    fn store_id(&self) -> StoreId {
        self.id
    }
    async fn look_up(
        &self,
        query: AccessQuery<'_, Uuid>,
    ) -> Result<AccessRecord<User>, StoreError> {
        let mut first = self.first.lock().await;
        if let (Fault::Stale, Some(record)) = (self.fault, &*first) {
            return Ok(record.clone());
        }
        let mut record = AccessRecord::missing();
        let asks = self.fault != Fault::NeverRevoked;
        if let Some(key) = query.revocation.filter(|_| asks) {
            let now = if self.fault == Fault::EndlessEntries {
                OffsetDateTime::UNIX_EPOCH
            } else {
                query.now
            };
            record.is_revoked = self.expiring.count(key, now).await? > 0;
        }
        if let Some(id) = query.session {
            record.session = self.sessions.session(id).await?.map(Arc::new);
        }
        let key = match (query.user, &record.session) {
            (UserQuery::Key(key), _) => Some(*key),
            (UserQuery::OwnerInRealm(_), Some(row)) if self.fault == Fault::AnyRealm => {
                let key = row.owner.as_str().rsplit_once(':').map(|(_, key)| key);
                key.and_then(|key| key.parse().ok())
            }
            (UserQuery::OwnerInRealm(realm), Some(row)) => {
                row.owner.key_in(realm).and_then(|key| key.parse().ok())
            }
            (UserQuery::OwnerInRealm(_), None) => None,
        };
        if let Some(key) = key {
            record.user = self.users.get(&key).await?.map(Arc::new);
        }
        *first = Some(record.clone());
        Ok(record)
    }
}

#[async_trait]
impl UserDatabase for Store {
    type User = User;

    async fn get(&self, id: &Uuid) -> Result<Option<User>, StoreError> {
        self.users.get(id).await
    }
    async fn find(&self, login: &LoginIdentifier) -> Result<Option<User>, StoreError> {
        self.users.find(login).await
    }
    async fn insert(&self, new: NewUser<User>) -> Result<InsertOutcome<User>, StoreError> {
        self.users.insert(new).await
    }
    async fn update(
        &self,
        id: &Uuid,
        change: UserChange<User>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<User>, StoreError> {
        self.users.update(id, change, expect).await
    }
    async fn delete(
        &self,
        id: &Uuid,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        self.users.delete(id, expect, owner).await
    }
    async fn list(&self, page: PageRequest<Uuid>) -> Result<Page<User>, StoreError> {
        self.users.list(page).await
    }
    fn access_lookup(&self) -> Option<&dyn AccessLookup<User = User>> {
        (self.fault != Fault::Missing).then_some(self as _)
    }
    fn validate(&self, _: &mut ConfigReport) {}
}

#[async_trait]
impl SessionStore for Store {
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError> {
        self.sessions.insert_session(session).await
    }
    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError> {
        self.sessions.session(id).await
    }
    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError> {
        self.sessions.swap_session(next).await
    }
    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError> {
        self.sessions.delete_session(id).await
    }
    async fn sessions_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError> {
        self.sessions.sessions_of(owner, epoch, now, page).await
    }
    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.sessions
            .delete_sessions_before(owner, epoch, limit)
            .await
    }
    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        self.sessions.delete_sessions_of(owner).await
    }
    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        self.sessions.purge_sessions(now, limit).await
    }
    fn store_id(&self) -> Option<StoreId> {
        (self.fault != Fault::OtherSessions).then_some(self.id)
    }
    fn validate(&self, _: &mut ConfigReport) {}
}

#[async_trait]
impl ExpiringStore for Store {
    async fn insert_once(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Inserted, StoreError> {
        self.expiring.insert_once(key, expires_at, now).await
    }
    async fn increment(
        &self,
        key: &ExpiringKey,
        window: Window,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        self.expiring.increment(key, window, now).await
    }
    async fn count(&self, key: &ExpiringKey, now: OffsetDateTime) -> Result<u64, StoreError> {
        self.expiring.count(key, now).await
    }
    async fn remove(&self, key: &ExpiringKey) -> Result<bool, StoreError> {
        self.expiring.remove(key).await
    }
    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        self.expiring.purge(now, limit).await
    }
    fn store_id(&self) -> Option<StoreId> {
        Some(self.id)
    }
    fn validate(&self, _: &mut ConfigReport) {}
}

async fn broken(fault: Fault) -> Vec<(Guarantee, String)> {
    let fixture = move || async move { Fresh::new(Store::new(fault)) };
    let report = contract::access_lookup(fixture).await;
    let verdicts = report.verdicts().iter();
    let broken = verdicts.filter_map(|(guarantee, verdict)| match verdict {
        Verdict::Broken(seen) => Some((*guarantee, seen.clone())),
        _ => None,
    });
    broken.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn look_up_of_three_stores_keeps_its_guarantees() {
    assert_eq!(broken(Fault::None).await, []);
}

#[tokio::test]
async fn broken_look_ups_are_reported() {
    for (fault, guarantee, words) in [
        (Fault::Missing, Guarantee::LookUpAnswers, "no look-up"),
        (
            Fault::OtherSessions,
            Guarantee::LookUpAnswers,
            "the identity of the sessions",
        ),
        (Fault::Stale, Guarantee::LookUpReadsWrites, ""),
        (
            Fault::AnyRealm,
            Guarantee::LookUpOwner,
            "in the realm users",
        ),
        (Fault::NeverRevoked, Guarantee::LookUpAnswers, "is revoked"),
        (
            Fault::EndlessEntries,
            Guarantee::LookUpAnswers,
            "an expired entry",
        ),
    ] {
        let seen = broken(fault).await;
        let is_reported =
            |(of, text): &(Guarantee, String)| *of == guarantee && text.contains(words);
        assert!(seen.iter().any(is_reported), "{fault:?}: {seen:?}");
    }
}
