//! Users in memory.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Mutex;

use async_trait::async_trait;
use uuid::Uuid;

use super::lock;
use crate::config::ConfigReport;
use crate::error::{BoxError, StoreError};
use crate::store::{
    DeleteOutcome, InsertOutcome, LoginIdentifier, NewUser, Owner, Page, PageRequest, Precondition,
    UpdateOutcome, UserChange, UserDatabase, UserIter, UserRows, UserRowsMut,
};
use crate::user::User;

/// Keeps the bundled [`User`] in a map behind a lock.
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
#[derive(Debug, Default)]
pub struct MemoryUserDatabase {
    rows: Mutex<Rows>,
}

#[derive(Debug, Default)]
struct Rows(BTreeMap<Uuid, User>);

impl MemoryUserDatabase {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl UserDatabase for MemoryUserDatabase {
    type User = User;

    async fn get(&self, id: &Uuid) -> Result<Option<User>, StoreError> {
        lock(&self.rows).get(id).map_err(StoreError::new)
    }

    async fn find(&self, login: &LoginIdentifier) -> Result<Option<User>, StoreError> {
        lock(&self.rows).find(login).map_err(StoreError::new)
    }

    async fn insert(&self, new: NewUser<User>) -> Result<InsertOutcome<User>, StoreError> {
        lock(&self.rows).insert(new).map_err(StoreError::new)
    }

    async fn update(
        &self,
        id: &Uuid,
        change: UserChange<User>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<User>, StoreError> {
        let outcome = lock(&self.rows).update(id, change, expect);
        outcome.map_err(StoreError::new)
    }

    async fn delete(
        &self,
        id: &Uuid,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        let outcome = lock(&self.rows).delete(id, expect, owner);
        outcome.map_err(StoreError::new)
    }

    async fn list(&self, page: PageRequest<Uuid>) -> Result<Page<User>, StoreError> {
        lock(&self.rows).list(page).map_err(StoreError::new)
    }

    fn validate(&self, report: &mut ConfigReport) {
        report.process_local("the user database");
    }
}

impl UserRows<User> for Rows {
    fn get(&self, id: &Uuid) -> Result<Option<User>, BoxError> {
        Ok(self.0.get(id).cloned())
    }

    /// Looks at every user: there is no index, and few users.
    fn owner(&self, login: &LoginIdentifier) -> Result<Option<Uuid>, BoxError> {
        let owner = self.0.values().find(|user| match login {
            LoginIdentifier::Email(email) => user.account.email == *email,
            LoginIdentifier::Username(name) => user.account.username.as_ref() == Some(name),
        });
        Ok(owner.map(|user| user.id))
    }

    fn after(&self, id: Option<&Uuid>) -> Result<UserIter<'_, User>, BoxError> {
        let start = id.map_or(Unbounded, Excluded);
        let users = self.0.range::<Uuid, _>((start, Unbounded));
        Ok(Box::new(users.map(|(_, user)| Ok(user.clone()))))
    }

    fn count(&self) -> Result<u64, BoxError> {
        Ok(self.0.len() as u64)
    }
}

impl UserRowsMut<User> for Rows {
    fn replace(&mut self, before: Option<&User>, after: Option<&User>) -> Result<(), BoxError> {
        match (before, after) {
            (_, Some(user)) => drop(self.0.insert(user.id, user.clone())),
            (Some(user), None) => drop(self.0.remove(&user.id)),
            (None, None) => {}
        }
        Ok(())
    }
}
