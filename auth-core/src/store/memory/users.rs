//! Users in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use uuid::Uuid;

use super::lock;
use crate::config::Inspection;
use crate::error::StoreError;
use crate::store::{
    DeleteOutcome, Expect, InsertOutcome, LoginIdentifier, NewUser, Page, PageRequest, PageStart,
    UniqueField, UpdateOutcome, UserChange, UserDatabase,
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
    rows: Mutex<BTreeMap<Uuid, User>>,
}

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
        Ok(lock(&self.rows).get(id).cloned())
    }

    async fn find(&self, login: &LoginIdentifier) -> Result<Option<User>, StoreError> {
        let rows = lock(&self.rows);
        let found = rows.values().find(|user| match login {
            LoginIdentifier::Email(email) => user.email == *email,
            LoginIdentifier::Username(name) => user.username.as_ref() == Some(name),
        });
        Ok(found.cloned())
    }

    async fn insert(&self, new: NewUser<User>) -> Result<InsertOutcome<User>, StoreError> {
        let mut rows = lock(&self.rows);
        let user = User::from_new(new);
        if let Some(field) = taken_by_another(&rows, &user) {
            return Ok(InsertOutcome::Taken(field));
        }
        rows.insert(user.id, user.clone());
        Ok(InsertOutcome::Inserted(user))
    }

    async fn update(
        &self,
        id: &Uuid,
        change: UserChange<User>,
        expect: Expect,
    ) -> Result<UpdateOutcome<User>, StoreError> {
        let mut rows = lock(&self.rows);
        let Some(mut user) = rows.get(id).cloned() else {
            return Ok(UpdateOutcome::Missing);
        };
        if expect.epoch.is_some_and(|epoch| epoch != user.epoch) {
            return Ok(UpdateOutcome::Stale);
        }
        let led_before = is_leading(&user);
        user.apply(change);
        let ends_leading = led_before && !is_leading(&user);
        if expect.superuser_remains && ends_leading && !another_leads(&rows, id) {
            return Ok(UpdateOutcome::LastSuperuser);
        }
        if let Some(field) = taken_by_another(&rows, &user) {
            return Ok(UpdateOutcome::Taken(field));
        }
        rows.insert(user.id, user.clone());
        Ok(UpdateOutcome::Updated(user))
    }

    async fn delete(&self, id: &Uuid, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        let mut rows = lock(&self.rows);
        let Some(user) = rows.get(id) else {
            return Ok(DeleteOutcome::Missing);
        };
        if expect.epoch.is_some_and(|epoch| epoch != user.epoch) {
            return Ok(DeleteOutcome::Stale);
        }
        if expect.superuser_remains && is_leading(user) && !another_leads(&rows, id) {
            return Ok(DeleteOutcome::LastSuperuser);
        }
        rows.remove(id);
        Ok(DeleteOutcome::Deleted)
    }

    async fn list(&self, page: PageRequest<Uuid>) -> Result<Page<User>, StoreError> {
        let rows = lock(&self.rows);
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let items = match page.start {
            PageStart::Offset(offset) => {
                let offset = usize::try_from(offset).unwrap_or(usize::MAX);
                rows.values().skip(offset).take(limit).cloned().collect()
            }
            PageStart::After(None) => rows.values().take(limit).cloned().collect(),
            PageStart::After(Some(id)) => rows
                .values()
                .filter(|user| user.id > id)
                .take(limit)
                .cloned()
                .collect(),
        };
        Ok(Page {
            items,
            total: rows.len() as u64,
        })
    }

    fn inspect(&self, inspection: &mut Inspection) {
        inspection.process_local("the user database");
    }
}

fn taken_by_another(rows: &BTreeMap<Uuid, User>, user: &User) -> Option<UniqueField> {
    rows.values()
        .filter(|other| other.id != user.id)
        .find_map(|other| {
            if other.email == user.email {
                Some(UniqueField::Email)
            } else if user.username.is_some() && other.username == user.username {
                Some(UniqueField::Username)
            } else {
                None
            }
        })
}

fn is_leading(user: &User) -> bool {
    user.is_superuser && user.is_active
}

fn another_leads(rows: &BTreeMap<Uuid, User>, id: &Uuid) -> bool {
    rows.values()
        .any(|other| other.id != *id && is_leading(other))
}
