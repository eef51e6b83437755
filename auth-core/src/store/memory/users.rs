//! Users in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::lock;
use crate::config::ConfigReport;
use crate::error::{BoxError, StoreError};
use crate::store::{
    AccessLookup, AccessQuery, AccessRecord, DeleteOutcome, InsertOutcome, LoginIdentifier,
    NewUser, Owner, Page, PageRequest, Precondition, StoreId, UpdateOutcome, UserChange,
    UserDatabase, UserIter, UserQuery, UserRecord, UserRows, UserRowsMut,
};
use crate::user::{User, UserId as _};

/// Keeps users in a map behind a lock: the bundled [`User`], or a user of the application's own.
///
/// # Examples
///
/// ```
/// use auth_core::store::{UserDatabase, memory::MemoryUserDatabase};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let users = MemoryUserDatabase::new();
/// assert!(users.get(&uuid::Uuid::nil()).await?.is_none());
/// # Ok::<(), auth_core::StoreError>(())
/// # }).unwrap();
/// ```
pub struct MemoryUserDatabase<U: UserRecord = User> {
    id: StoreId,
    rows: Mutex<Rows<U>>,
}

struct Rows<U: UserRecord> {
    /// Shared with the requests of each user.
    users: BTreeMap<U::Id, Arc<U>>,
    /// The greatest key so far: no key is used twice.
    last: Option<U::Id>,
}

impl MemoryUserDatabase {
    /// Creates an empty store of the bundled [`User`]. For users of another type there is `default()`:
    /// `MemoryUserDatabase::<Customer>::default()`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<U: UserRecord> Default for MemoryUserDatabase<U> {
    fn default() -> Self {
        Self {
            id: StoreId::unique(),
            rows: Mutex::new(Rows {
                users: BTreeMap::new(),
                last: None,
            }),
        }
    }
}

impl<U: UserRecord> fmt::Debug for MemoryUserDatabase<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryUserDatabase").finish_non_exhaustive()
    }
}

#[async_trait]
impl<U: UserRecord> UserDatabase for MemoryUserDatabase<U> {
    type User = U;

    async fn get(&self, id: &U::Id) -> Result<Option<U>, StoreError> {
        lock(&self.rows).get(id).map_err(StoreError::new)
    }

    async fn find(&self, login: &LoginIdentifier) -> Result<Option<U>, StoreError> {
        lock(&self.rows).find(login).map_err(StoreError::new)
    }

    async fn insert(&self, new: NewUser<U>) -> Result<InsertOutcome<U>, StoreError> {
        lock(&self.rows).insert(new).map_err(StoreError::new)
    }

    async fn update(
        &self,
        id: &U::Id,
        change: UserChange<U>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<U>, StoreError> {
        let outcome = lock(&self.rows).update(id, change, expect);
        outcome.map_err(StoreError::new)
    }

    async fn delete(
        &self,
        id: &U::Id,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        let outcome = lock(&self.rows).delete(id, expect, owner);
        outcome.map_err(StoreError::new)
    }

    async fn list(&self, page: PageRequest<U::Id>) -> Result<Page<U>, StoreError> {
        lock(&self.rows).list(page).map_err(StoreError::new)
    }

    fn access_lookup(&self) -> Option<&dyn AccessLookup<User = U>> {
        Some(self)
    }

    fn validate(&self, report: &mut ConfigReport) {
        report.process_local("the user database");
    }
}

/// Only users are here, and a request gets one without a copy.
#[async_trait]
impl<U: UserRecord> AccessLookup for MemoryUserDatabase<U> {
    type User = U;

    fn store_id(&self) -> StoreId {
        self.id
    }

    async fn look_up(&self, query: AccessQuery<'_, U::Id>) -> Result<AccessRecord<U>, StoreError> {
        let user = match query.user {
            UserQuery::Key(id) => lock(&self.rows).users.get(id).cloned(),
            UserQuery::OwnerInRealm(_) => None,
        };
        Ok(AccessRecord {
            user,
            ..AccessRecord::missing()
        })
    }
}

impl<U: UserRecord> UserRows<U> for Rows<U> {
    fn get(&self, id: &U::Id) -> Result<Option<U>, BoxError> {
        Ok(self.users.get(id).map(|user| U::clone(user)))
    }

    /// Checks every user: there is no index, and few users.
    fn owner(&self, login: &LoginIdentifier) -> Result<Option<U::Id>, BoxError> {
        let owner = self.users.values().find(|user| match login {
            LoginIdentifier::Email(email) => user.email() == email,
            LoginIdentifier::Username(name) => user.username() == Some(name),
        });
        Ok(owner.map(|user| user.id().clone()))
    }

    fn after(&self, id: Option<&U::Id>) -> Result<UserIter<'_, U>, BoxError> {
        let start = id.map_or(Unbounded, Excluded);
        let users = self.users.range::<U::Id, _>((start, Unbounded));
        Ok(Box::new(users.map(|(_, user)| Ok(U::clone(user)))))
    }

    fn count(&self) -> Result<u64, BoxError> {
        Ok(self.users.len() as u64)
    }
}

impl<U: UserRecord> UserRowsMut<U> for Rows<U> {
    fn create(&mut self, new: NewUser<U>) -> Result<U, BoxError> {
        let id = U::Id::generate(new.created_at, self.last.as_ref());
        let id = id.ok_or("the type of the key makes no keys: implement `UserId::generate`")?;
        self.last = Some(id.clone());
        Ok(U::from_new(id, new))
    }

    fn taken_own_column(&self, user: &U) -> Result<Option<&'static str>, BoxError> {
        let mut others = self.users.values().filter(|other| other.id() != user.id());
        Ok(others.find_map(|other| user.shared_unique_column(other)))
    }

    fn replace(&mut self, before: Option<&U>, after: Option<&U>) -> Result<(), BoxError> {
        match (before, after) {
            (_, Some(user)) => drop(self.users.insert(user.id().clone(), Arc::new(user.clone()))),
            (Some(user), None) => drop(self.users.remove(user.id())),
            (None, None) => {}
        }
        Ok(())
    }
}
