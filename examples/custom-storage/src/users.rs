//! [`UserDatabase`] on redb: the one trait that a storage must implement.

use std::ops::Bound;

use async_trait::async_trait;
use auth_core::store::{
    DeleteOutcome, Expect, InsertOutcome, LoginIdentifier, NewUser, Page, PageRequest, PageStart,
    UpdateOutcome, UserChange,
};
use auth_core::{StoreError, User, UserDatabase};
use redb::{ReadTransaction, ReadableTableMetadata, WriteTransaction};
use uuid::Uuid;

use crate::rows::{self, LOGINS, USERS};
use crate::store::RedbStore;

#[async_trait]
impl UserDatabase for RedbStore {
    type User = User;

    async fn get(&self, id: &Uuid) -> Result<Option<User>, StoreError> {
        let id = id.as_u128();
        let job = move |db: &ReadTransaction| rows::get(&db.open_table(USERS)?, id);
        self.read(job).await
    }

    async fn find(&self, login: &LoginIdentifier) -> Result<Option<User>, StoreError> {
        let login = rows::login(login);
        let job = move |db: &ReadTransaction| match db.open_table(LOGINS)?.get(&*login)? {
            Some(id) => rows::get(&db.open_table(USERS)?, id.value()),
            None => Ok(None),
        };
        self.read(job).await
    }

    async fn insert(&self, new: NewUser<User>) -> Result<InsertOutcome<User>, StoreError> {
        let job = move |db: &WriteTransaction| {
            let user = User::from_new(new);
            let taken = rows::put(db, None, &user)?;
            Ok(taken.map_or(InsertOutcome::Inserted(user), InsertOutcome::Taken))
        };
        self.write(job).await
    }

    async fn update(
        &self,
        id: &Uuid,
        change: UserChange<User>,
        expect: Expect,
    ) -> Result<UpdateOutcome<User>, StoreError> {
        let id = id.as_u128();
        let job = move |db: &WriteTransaction| {
            let Some(before) = rows::get(&db.open_table(USERS)?, id)? else {
                return Ok(UpdateOutcome::Missing);
            };
            if expect.epoch.is_some_and(|epoch| epoch != before.epoch) {
                return Ok(UpdateOutcome::Stale);
            }
            let mut user = before.clone();
            user.apply(change);
            if expect.superuser_remains
                && !rows::leads(&user)
                && rows::is_last_to_lead(db, &before)?
            {
                return Ok(UpdateOutcome::LastSuperuser);
            }
            let taken = rows::put(db, Some(&before), &user)?;
            Ok(taken.map_or(UpdateOutcome::Updated(user), UpdateOutcome::Taken))
        };
        self.write(job).await
    }

    async fn delete(&self, id: &Uuid, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        let id = id.as_u128();
        let job = move |db: &WriteTransaction| {
            let Some(user) = rows::get(&db.open_table(USERS)?, id)? else {
                return Ok(DeleteOutcome::Missing);
            };
            if expect.epoch.is_some_and(|epoch| epoch != user.epoch) {
                return Ok(DeleteOutcome::Stale);
            }
            if expect.superuser_remains && rows::is_last_to_lead(db, &user)? {
                return Ok(DeleteOutcome::LastSuperuser);
            }
            rows::remove(db, &user)?;
            Ok(DeleteOutcome::Deleted)
        };
        self.write(job).await
    }

    async fn list(&self, page: PageRequest<Uuid>) -> Result<Page<User>, StoreError> {
        let (from, skip) = match page.start {
            PageStart::Offset(offset) => (Bound::Unbounded, offset),
            PageStart::After(None) => (Bound::Unbounded, 0),
            PageStart::After(Some(id)) => (Bound::Excluded(id.as_u128()), 0),
        };
        let job = move |db: &ReadTransaction| {
            let (users, skip) = (db.open_table(USERS)?, usize::try_from(skip)?);
            let rest = rows::from(&users, from)?.skip(skip);
            let items = rest.take(page.limit as usize).collect::<Result<_, _>>()?;
            let total = users.len()?;
            Ok(Page { items, total })
        };
        self.read(job).await
    }
}
