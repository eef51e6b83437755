//! Stores that count calls, and fail on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::config::ConfigReport;
use crate::error::StoreError;
use crate::session::SessionId;
use crate::store::{
    AccessChanges, AccessLookup, AccessQuery, AccessRecord, CredentialId, CredentialInsert,
    CredentialKind, CredentialStore, DeleteOutcome, ExpiringKey, ExpiringStore, InsertOutcome,
    Inserted, LoginIdentifier, NewUser, Owner, Page, PageRequest, Precondition, SessionPage,
    SessionStore, StoreId, StoredCredential, StoredSession, UpdateOutcome, UserChange,
    UserDatabase, Window,
};
use crate::user::{AuthUser, Epoch};

/// The switch and the counter of a probed store. Clones share both.
#[derive(Debug, Clone, Default)]
pub struct FaultInjector {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// The number of the first call that fails.
    fails_from: AtomicU64,
    calls: AtomicU64,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            fails_from: AtomicU64::new(u64::MAX),
            calls: AtomicU64::new(0),
        }
    }
}

/// A user store around another one.
#[derive(Debug)]
pub struct ProbedUserDatabase<D> {
    database: D,
    plan: FaultInjector,
    /// The injectors of the sessions and of the revoked tokens that its look-up answers for.
    lookup: Option<(FaultInjector, FaultInjector)>,
}

/// An expiring store around another one.
#[derive(Debug)]
pub struct ProbedExpiringStore<S> {
    store: S,
    plan: FaultInjector,
}

/// A store of sessions around another one. A rotation goes through its single steps, each of which
/// is counted and can fail.
#[derive(Debug)]
pub struct ProbedSessionStore<S> {
    store: S,
    plan: FaultInjector,
}

/// A store of credentials around another one.
#[derive(Debug)]
pub struct ProbedCredentialStore<S> {
    store: S,
    plan: FaultInjector,
}

impl FaultInjector {
    /// Creates a plan that counts and does not fail.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes every later call fail, or succeed.
    pub fn fail(&self, failing: bool) {
        let first = if failing { 0 } else { u64::MAX };
        self.shared.fails_from.store(first, Ordering::SeqCst);
    }

    /// Lets this many calls succeed; every later call fails.
    pub fn fail_after(&self, calls: u64) {
        let first = self.calls().saturating_add(calls);
        self.shared.fails_from.store(first, Ordering::SeqCst);
    }

    /// Returns the number of calls.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::SeqCst)
    }

    fn call(&self) -> Result<(), StoreError> {
        let number = self.shared.calls.fetch_add(1, Ordering::SeqCst);
        if number >= self.shared.fails_from.load(Ordering::SeqCst) {
            return Err(StoreError::new("a fault that the test asked for"));
        }
        Ok(())
    }
}

impl<D> ProbedUserDatabase<D> {
    /// Wraps `database` with `plan`.
    pub fn new(database: D, plan: &FaultInjector) -> Self {
        Self {
            database,
            plan: plan.clone(),
            lookup: None,
        }
    }

    /// Offers the [`AccessLookup`] of the storage, if it has one. A look-up counts, and can fail, as a call of
    /// each store for which it answers.
    #[must_use]
    pub fn with_lookup(mut self, sessions: &FaultInjector, expiring: &FaultInjector) -> Self {
        self.lookup = Some((sessions.clone(), expiring.clone()));
        self
    }
}

impl<S> ProbedExpiringStore<S> {
    /// Wraps `store` with `plan`.
    pub fn new(store: S, plan: &FaultInjector) -> Self {
        Self {
            store,
            plan: plan.clone(),
        }
    }
}

impl<S> ProbedSessionStore<S> {
    /// Wraps `store` with `plan`.
    pub fn new(store: S, plan: &FaultInjector) -> Self {
        Self {
            store,
            plan: plan.clone(),
        }
    }
}

impl<S> ProbedCredentialStore<S> {
    /// Wraps `store` with `plan`.
    pub fn new(store: S, plan: &FaultInjector) -> Self {
        Self {
            store,
            plan: plan.clone(),
        }
    }
}

#[async_trait]
impl<D: UserDatabase> UserDatabase for ProbedUserDatabase<D> {
    type User = D::User;

    async fn get(&self, id: &<D::User as AuthUser>::Id) -> Result<Option<D::User>, StoreError> {
        self.plan.call()?;
        self.database.get(id).await
    }
    async fn find(&self, login: &LoginIdentifier) -> Result<Option<D::User>, StoreError> {
        self.plan.call()?;
        self.database.find(login).await
    }
    async fn insert(&self, new: NewUser<D::User>) -> Result<InsertOutcome<D::User>, StoreError> {
        self.plan.call()?;
        self.database.insert(new).await
    }
    async fn update(
        &self,
        id: &<D::User as AuthUser>::Id,
        change: UserChange<D::User>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<D::User>, StoreError> {
        self.plan.call()?;
        self.database.update(id, change, expect).await
    }
    async fn delete(
        &self,
        id: &<D::User as AuthUser>::Id,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        self.plan.call()?;
        self.database.delete(id, expect, owner).await
    }
    async fn list(
        &self,
        page: PageRequest<<D::User as AuthUser>::Id>,
    ) -> Result<Page<D::User>, StoreError> {
        self.plan.call()?;
        self.database.list(page).await
    }
    fn access_lookup(&self) -> Option<&dyn AccessLookup<User = D::User>> {
        self.inner_lookup().map(|_| self as _)
    }
    fn validate(&self, report: &mut ConfigReport) {
        self.database.validate(report);
    }
}

impl<D: UserDatabase> ProbedUserDatabase<D> {
    fn inner_lookup(&self) -> Option<&dyn AccessLookup<User = D::User>> {
        self.lookup.as_ref().and(self.database.access_lookup())
    }
}

#[async_trait]
impl<D: UserDatabase> AccessLookup for ProbedUserDatabase<D> {
    type User = D::User;

    fn store_id(&self) -> StoreId {
        let lookup = self.inner_lookup();
        lookup.map_or_else(StoreId::unique, AccessLookup::store_id)
    }
    async fn look_up(
        &self,
        query: AccessQuery<'_, <D::User as AuthUser>::Id>,
    ) -> Result<AccessRecord<D::User>, StoreError> {
        let (Some(lookup), Some((sessions, expiring))) = (self.inner_lookup(), &self.lookup) else {
            return Err(StoreError::new("the storage has no look-up"));
        };
        if query.revocation.is_some() {
            expiring.call()?;
        }
        if query.session.is_some() {
            sessions.call()?;
        }
        self.plan.call()?;
        lookup.look_up(query).await
    }
    fn changes(&self) -> Option<&AccessChanges> {
        self.inner_lookup()?.changes()
    }
    fn note_other_writes(&self) -> bool {
        let lookup = self.inner_lookup();
        lookup.is_none_or(AccessLookup::note_other_writes)
    }
}

#[async_trait]
impl<S: ExpiringStore> ExpiringStore for ProbedExpiringStore<S> {
    async fn insert_once(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Inserted, StoreError> {
        self.plan.call()?;
        self.store.insert_once(key, expires_at, now).await
    }
    async fn increment(
        &self,
        key: &ExpiringKey,
        window: Window,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        self.plan.call()?;
        self.store.increment(key, window, now).await
    }
    async fn count(&self, key: &ExpiringKey, now: OffsetDateTime) -> Result<u64, StoreError> {
        self.plan.call()?;
        self.store.count(key, now).await
    }
    async fn remove(&self, key: &ExpiringKey) -> Result<bool, StoreError> {
        self.plan.call()?;
        self.store.remove(key).await
    }
    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        self.plan.call()?;
        self.store.purge(now, limit).await
    }
    fn store_id(&self) -> Option<StoreId> {
        self.store.store_id()
    }
    fn validate(&self, report: &mut ConfigReport) {
        self.store.validate(report);
    }
}

#[async_trait]
impl<S: SessionStore> SessionStore for ProbedSessionStore<S> {
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError> {
        self.plan.call()?;
        self.store.insert_session(session).await
    }
    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError> {
        self.plan.call()?;
        self.store.session(id).await
    }
    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError> {
        self.plan.call()?;
        self.store.swap_session(next).await
    }
    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError> {
        self.plan.call()?;
        self.store.delete_session(id).await
    }
    async fn sessions_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError> {
        self.plan.call()?;
        self.store.sessions_of(owner, epoch, now, page).await
    }
    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.plan.call()?;
        self.store.delete_sessions_before(owner, epoch, limit).await
    }
    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        self.plan.call()?;
        self.store.delete_sessions_of(owner).await
    }
    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        self.plan.call()?;
        self.store.purge_sessions(now, limit).await
    }
    fn store_id(&self) -> Option<StoreId> {
        self.store.store_id()
    }
    fn validate(&self, report: &mut ConfigReport) {
        self.store.validate(report);
    }
}

#[async_trait]
impl<S: CredentialStore> CredentialStore for ProbedCredentialStore<S> {
    async fn insert_credential(
        &self,
        credential: StoredCredential,
    ) -> Result<CredentialInsert, StoreError> {
        self.plan.call()?;
        self.store.insert_credential(credential).await
    }
    async fn credential(
        &self,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<Option<StoredCredential>, StoreError> {
        self.plan.call()?;
        self.store.credential(kind, id).await
    }
    async fn credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        self.plan.call()?;
        self.store.credentials_of(owner, kind, limit).await
    }
    async fn credentials_after(
        &self,
        kind: &CredentialKind,
        after: Option<&CredentialId>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        self.plan.call()?;
        self.store.credentials_after(kind, after, limit).await
    }
    async fn swap_credential(&self, next: &StoredCredential) -> Result<bool, StoreError> {
        self.plan.call()?;
        self.store.swap_credential(next).await
    }
    async fn delete_credential(
        &self,
        owner: &Owner,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<bool, StoreError> {
        self.plan.call()?;
        self.store.delete_credential(owner, kind, id).await
    }
    async fn delete_credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
    ) -> Result<u64, StoreError> {
        self.plan.call()?;
        self.store.delete_credentials_of(owner, kind).await
    }
    fn validate(&self, report: &mut ConfigReport) {
        self.store.validate(report);
    }
}
