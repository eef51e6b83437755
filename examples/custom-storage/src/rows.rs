//! How users lie in the file: rows by key, and an index that keeps addresses and user names unique.

use std::ops::Bound;

use auth_core::store::{LoginIdentifier, UniqueField};
use auth_core::{BoxError, EmailAddress, Epoch, PasswordHash, Role, Roles, User, Username};
use redb::{ReadableTable, TableDefinition, WriteTransaction};
use time::OffsetDateTime;
use uuid::Uuid;

/// Address, user name, password hash; active, verified, superuser; roles, epoch, and the time of
/// creation in nanoseconds since 1970.
pub(crate) type Row<'a> = (
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    Flags,
    Vec<&'a str>,
    i64,
    i128,
);
type Flags = (bool, bool, bool);

// A number of 128 bits sorts like the UUID that it is.
pub(crate) const USERS: TableDefinition<'_, u128, Row<'static>> = TableDefinition::new("users");
pub(crate) const LOGINS: TableDefinition<'_, &str, u128> = TableDefinition::new("logins");

/// The name of an address or of a user name in the index.
pub(crate) fn login(login: &LoginIdentifier) -> String {
    match login {
        LoginIdentifier::Email(email) => format!("email:{email}"),
        LoginIdentifier::Username(name) => format!("name:{name}"),
    }
}

pub(crate) fn get(
    users: &impl ReadableTable<u128, Row<'static>>,
    id: u128,
) -> Result<Option<User>, BoxError> {
    users.get(id)?.map(|row| read(id, row.value())).transpose()
}

/// The users whose keys are beyond `start`, in the order of their keys.
pub(crate) fn from(
    users: &impl ReadableTable<u128, Row<'static>>,
    start: Bound<u128>,
) -> Result<impl Iterator<Item = Result<User, BoxError>>, BoxError> {
    let rows = users.range((start, Bound::Unbounded))?;
    Ok(rows.map(|row| {
        let (id, row) = row?;
        read(id.value(), row.value())
    }))
}

/// Writes a user in the place of `before`, unless something of it is another user's.
pub(crate) fn put(
    db: &WriteTransaction,
    before: Option<&User>,
    user: &User,
) -> Result<Option<UniqueField>, BoxError> {
    let mut index = db.open_table(LOGINS)?;
    for (field, login) in logins(user) {
        let owner = index.get(&*login)?.map(|id| id.value());
        if owner.is_some_and(|owner| owner != user.id.as_u128()) {
            return Ok(Some(field));
        }
    }
    for (_, login) in before.into_iter().flat_map(logins) {
        index.remove(&*login)?;
    }
    for (_, login) in logins(user) {
        index.insert(&*login, user.id.as_u128())?;
    }
    write(db, user)?;
    Ok(None)
}

pub(crate) fn remove(db: &WriteTransaction, user: &User) -> Result<(), BoxError> {
    for (_, login) in logins(user) {
        db.open_table(LOGINS)?.remove(&*login)?;
    }
    db.open_table(USERS)?.remove(user.id.as_u128())?;
    Ok(())
}

pub(crate) fn leads(user: &User) -> bool {
    user.is_superuser && user.is_active
}

/// Looks at every user, which happens only when a superuser is about to go.
pub(crate) fn is_last_to_lead(db: &WriteTransaction, user: &User) -> Result<bool, BoxError> {
    let users = db.open_table(USERS)?;
    let all = from(&users, Bound::Unbounded)?.collect::<Result<Vec<_>, _>>()?;
    let mut leaders = all.iter().filter(|other| leads(other));
    Ok(leaders.all(|leader| leader.id == user.id) && leads(user))
}

fn logins(user: &User) -> Vec<(UniqueField, String)> {
    let mut logins = vec![(UniqueField::Email, login(&user.email.clone().into()))];
    if let Some(name) = user.username.clone() {
        logins.push((UniqueField::Username, login(&name.into())));
    }
    logins
}

fn write(db: &WriteTransaction, user: &User) -> Result<(), BoxError> {
    // Completely, so that a column added later is a compile error here and not a lost value.
    let User {
        id,
        email,
        username,
        password_hash,
        is_active,
        is_verified,
        is_superuser,
        roles,
        epoch,
        created_at,
    } = user;
    let row = (
        email.as_str(),
        username.as_ref().map(Username::as_str),
        password_hash.as_ref().map(PasswordHash::as_stored_str),
        (*is_active, *is_verified, *is_superuser),
        roles.iter().map(Role::as_str).collect(),
        epoch.as_i64(),
        created_at.unix_timestamp_nanos(),
    );
    db.open_table(USERS)?.insert(id.as_u128(), row)?;
    Ok(())
}

fn read(id: u128, row: Row<'_>) -> Result<User, BoxError> {
    let (email, username, hash, flags, roles, epoch, created_at) = row;
    let (is_active, is_verified, is_superuser) = flags;
    Ok(User {
        id: Uuid::from_u128(id),
        email: EmailAddress::parse(email)?,
        username: username.map(Username::parse).transpose()?,
        password_hash: hash.map(|hash| PasswordHash::from_stored(hash.to_owned())),
        is_active,
        is_verified,
        is_superuser,
        roles: Roles::parse(roles)?,
        epoch: Epoch::from_i64(epoch),
        created_at: OffsetDateTime::from_unix_timestamp_nanos(created_at)?,
    })
}
