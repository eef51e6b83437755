//! Users in redb: the whole of a storage adapter, in fewer than a hundred lines of code.
//!
//! The engine blocks, and has one writer at a time beside any number of readers, so the rules of
//! accounts come from [`BlockingUserDatabase`]. What is left to say is how a transaction begins and
//! ends, and how users lie in it: as documents by key, with an index that keeps addresses and user
//! names unique.

use std::ops::Bound::{Excluded, Unbounded};
use std::path::Path;
use std::sync::Arc;

use auth_core::store::{
    BlockingUserDatabase, LoginIdentifier, StoredUser, UserIter, UserRows, UserRowsMut,
};
use auth_core::{BoxError, EmailPrefix, User};
use redb::{Database, ReadableDatabase, ReadableTable, Table};
use uuid::Uuid;

// A number of 128 bits sorts like the UUID that it is.
type Definition<K, V> = redb::TableDefinition<'static, K, V>;
const USERS: Definition<u128, &[u8]> = Definition::new("users");
const LOGINS: Definition<&str, u128> = Definition::new("logins");

/// Users, expiring entries and sessions in one file.
#[derive(Debug, Clone)]
pub struct RedbStore {
    pub(crate) database: Arc<Database>,
}

impl RedbStore {
    /// Opens the file, and makes it where there is none.
    ///
    /// # Errors
    ///
    /// Where the file cannot be opened, is open in another process, or is something else.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, redb::Error> {
        let database = Arc::new(Database::create(path)?);
        let db = database.begin_write()?;
        // A table is made by the first writer that opens it.
        db.open_table(USERS)?;
        db.open_table(LOGINS)?;
        db.open_table(crate::entries::ENTRIES)?;
        db.open_table(crate::sessions::SESSIONS)?;
        db.commit()?;
        Ok(Self { database })
    }
}

impl BlockingUserDatabase for RedbStore {
    type User = User;

    fn read(&self) -> Result<impl UserRows<User>, BoxError> {
        let db = self.database.begin_read()?;
        let (users, logins) = (db.open_table(USERS)?, db.open_table(LOGINS)?);
        Ok(Rows { users, logins })
    }

    /// A transaction that is not committed is undone, and a commit is on disk.
    fn write<T>(
        &self,
        job: impl FnOnce(&mut dyn UserRowsMut<User>) -> Result<T, BoxError>,
    ) -> Result<T, BoxError> {
        let db = self.database.begin_write()?;
        let (users, logins) = (db.open_table(USERS)?, db.open_table(LOGINS)?);
        let answer = job(&mut Rows { users, logins })?;
        db.commit()?;
        Ok(answer)
    }
}

/// The tables of a transaction that reads, or of one that writes.
struct Rows<Users, Logins> {
    users: Users,
    logins: Logins,
}

impl<Users, Logins> UserRows<User> for Rows<Users, Logins>
where
    Users: ReadableTable<u128, &'static [u8]>,
    Logins: ReadableTable<&'static str, u128>,
{
    fn get(&self, id: &Uuid) -> Result<Option<User>, BoxError> {
        let row = self.users.get(id.as_u128())?;
        row.map(|row| decode(row.value())).transpose()
    }

    fn owner(&self, login: &LoginIdentifier) -> Result<Option<Uuid>, BoxError> {
        let owner = self.logins.get(&*login.index_key())?;
        Ok(owner.map(|id| Uuid::from_u128(id.value())))
    }

    fn after(&self, id: Option<&Uuid>) -> Result<UserIter<'_, User>, BoxError> {
        let start = id.map_or(Unbounded, |id| Excluded(id.as_u128()));
        let rows = self.users.range((start, Unbounded))?;
        Ok(Box::new(rows.map(|row| decode(row?.1.value()))))
    }

    fn count(&self) -> Result<u64, BoxError> {
        Ok(self.users.len()?)
    }

    /// Reads the part of the index with these addresses.
    fn with_email_prefix(&self, prefix: &EmailPrefix) -> Result<Vec<Uuid>, BoxError> {
        let keys = prefix.index_keys();
        let ids = self.logins.range(&*keys.start..&*keys.end)?;
        ids.map(|id| Ok(Uuid::from_u128(id?.1.value()))).collect()
    }
}

impl UserRowsMut<User> for Rows<Table<'_, u128, &'static [u8]>, Table<'_, &'static str, u128>> {
    fn replace(&mut self, before: Option<&User>, after: Option<&User>) -> Result<(), BoxError> {
        if let Some(user) = before {
            self.users.remove(user.id.as_u128())?;
            for login in LoginIdentifier::of(user) {
                self.logins.remove(&*login.index_key())?;
            }
        }
        if let Some(user) = after {
            let document = serde_json::to_vec(&StoredUser::from(user))?;
            self.users.insert(user.id.as_u128(), &*document)?;
            for login in LoginIdentifier::of(user) {
                self.logins.insert(&*login.index_key(), user.id.as_u128())?;
            }
        }
        Ok(())
    }
}

fn decode(document: &[u8]) -> Result<User, BoxError> {
    let stored: StoredUser = serde_json::from_slice(document)?;
    Ok(stored.into_user()?)
}
