//! [`UserDatabase`] on redb: users by key, and an index each for addresses and user names.

use std::ops::Bound;

use async_trait::async_trait;
use auth_core::store::{
    DeleteOutcome, Expect, InsertOutcome, LoginIdentifier, NewUser, Page, PageRequest, PageStart,
    UniqueField, UpdateOutcome, UserChange,
};
use auth_core::{BoxError, StoreError, User, UserDatabase};
use redb::{ReadableTable, ReadableTableMetadata, TableDefinition, WriteTransaction};
use uuid::Uuid;

use crate::{record, store::RedbStore};

// A number of 128 bits sorts like the UUID that it is.
const USERS: TableDefinition<'_, u128, &[u8]> = TableDefinition::new("users");
const EMAILS: TableDefinition<'_, &str, u128> = TableDefinition::new("users_by_email");
const NAMES: TableDefinition<'_, &str, u128> = TableDefinition::new("users_by_name");

#[async_trait]
impl UserDatabase for RedbStore {
    type User = User;

    async fn get(&self, id: &Uuid) -> Result<Option<User>, StoreError> {
        let id = id.as_u128();
        self.read(move |db| row(&db.open_table(USERS)?, id)).await
    }

    async fn find(&self, login: &LoginIdentifier) -> Result<Option<User>, StoreError> {
        let (index, text) = match login {
            LoginIdentifier::Email(email) => (EMAILS, email.to_string()),
            LoginIdentifier::Username(name) => (NAMES, name.to_string()),
        };
        self.read(move |db| match db.open_table(index)?.get(&*text)? {
            Some(id) => row(&db.open_table(USERS)?, id.value()),
            None => Ok(None),
        })
        .await
    }

    async fn insert(&self, new: NewUser<User>) -> Result<InsertOutcome<User>, StoreError> {
        self.write(move |db| {
            let user = User::from_new(new);
            if let Some(field) = taken_by_another(db, &user)? {
                return Ok(InsertOutcome::Taken(field));
            }
            put(db, &user)?;
            Ok(InsertOutcome::Inserted(user))
        })
        .await
    }

    async fn update(
        &self,
        id: &Uuid,
        change: UserChange<User>,
        expect: Expect,
    ) -> Result<UpdateOutcome<User>, StoreError> {
        let id = id.as_u128();
        self.write(move |db| {
            let Some(before) = row(&db.open_table(USERS)?, id)? else {
                return Ok(UpdateOutcome::Missing);
            };
            if expect.epoch.is_some_and(|epoch| epoch != before.epoch) {
                return Ok(UpdateOutcome::Stale);
            }
            let mut user = before.clone();
            user.apply(change);
            if expect.superuser_remains && !leads(&user) && is_last_to_lead(db, &before)? {
                return Ok(UpdateOutcome::LastSuperuser);
            }
            if let Some(field) = taken_by_another(db, &user)? {
                return Ok(UpdateOutcome::Taken(field));
            }
            remove(db, &before)?;
            put(db, &user)?;
            Ok(UpdateOutcome::Updated(user))
        })
        .await
    }

    async fn delete(&self, id: &Uuid, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        let id = id.as_u128();
        self.write(move |db| {
            let Some(user) = row(&db.open_table(USERS)?, id)? else {
                return Ok(DeleteOutcome::Missing);
            };
            if expect.epoch.is_some_and(|epoch| epoch != user.epoch) {
                return Ok(DeleteOutcome::Stale);
            }
            if expect.superuser_remains && is_last_to_lead(db, &user)? {
                return Ok(DeleteOutcome::LastSuperuser);
            }
            remove(db, &user)?;
            Ok(DeleteOutcome::Deleted)
        })
        .await
    }

    async fn list(&self, page: PageRequest<Uuid>) -> Result<Page<User>, StoreError> {
        self.read(move |db| {
            let users = db.open_table(USERS)?;
            let (from, skip) = match page.start {
                PageStart::Offset(offset) => (Bound::Unbounded, offset),
                PageStart::After(None) => (Bound::Unbounded, 0),
                PageStart::After(Some(id)) => (Bound::Excluded(id.as_u128()), 0),
            };
            let rows = users.range::<u128>((from, Bound::Unbounded))?;
            let rows = rows.skip(usize::try_from(skip)?).take(page.limit as usize);
            let items = rows.map(|row| record::read(row?.1.value()));
            let (items, total) = (items.collect::<Result<_, _>>()?, users.len()?);
            Ok(Page { items, total })
        })
        .await
    }
}

pub(crate) fn create_tables(db: &WriteTransaction) -> Result<(), BoxError> {
    (
        db.open_table(USERS)?,
        db.open_table(EMAILS)?,
        db.open_table(NAMES)?,
    );
    Ok(())
}

fn row(
    users: &impl ReadableTable<u128, &'static [u8]>,
    id: u128,
) -> Result<Option<User>, BoxError> {
    users
        .get(id)?
        .map(|row| record::read(row.value()))
        .transpose()
}

fn put(db: &WriteTransaction, user: &User) -> Result<(), BoxError> {
    let id = user.id.as_u128();
    db.open_table(USERS)?.insert(id, &*record::write(user)?)?;
    db.open_table(EMAILS)?.insert(user.email.as_str(), id)?;
    if let Some(name) = &user.username {
        db.open_table(NAMES)?.insert(name.as_str(), id)?;
    }
    Ok(())
}

fn remove(db: &WriteTransaction, user: &User) -> Result<(), BoxError> {
    db.open_table(USERS)?.remove(user.id.as_u128())?;
    db.open_table(EMAILS)?.remove(user.email.as_str())?;
    if let Some(name) = &user.username {
        db.open_table(NAMES)?.remove(name.as_str())?;
    }
    Ok(())
}

fn taken_by_another(db: &WriteTransaction, user: &User) -> Result<Option<UniqueField>, BoxError> {
    let (emails, names) = (db.open_table(EMAILS)?, db.open_table(NAMES)?);
    let is_other = |id: redb::AccessGuard<'_, u128>| id.value() != user.id.as_u128();
    if emails.get(user.email.as_str())?.is_some_and(is_other) {
        return Ok(Some(UniqueField::Email));
    }
    let Some(name) = &user.username else {
        return Ok(None);
    };
    let is_taken = names.get(name.as_str())?.is_some_and(is_other);
    Ok(is_taken.then_some(UniqueField::Username))
}

fn leads(user: &User) -> bool {
    user.is_superuser && user.is_active
}

/// Looks at every user, which happens only when a superuser is about to go.
fn is_last_to_lead(db: &WriteTransaction, user: &User) -> Result<bool, BoxError> {
    if !leads(user) {
        return Ok(false);
    }
    for row in db.open_table(USERS)?.iter()? {
        let other = record::read(row?.1.value())?;
        if leads(&other) && other.id != user.id {
            return Ok(false);
        }
    }
    Ok(true)
}
