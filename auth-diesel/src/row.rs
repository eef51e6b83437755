//! A user as a row, and back.

use std::fmt;

use auth_core::store::{NewUser, UserChange};
use auth_core::{
    EmailAddress, Epoch, NoColumns, PasswordHash, Role, Roles, StoreError, User, Username,
};
use diesel::prelude::*;
use thiserror::Error;
use uuid::Uuid;

use crate::schema::auth_users;
use crate::types::{DbTime, DbUuid};

/// One row of `auth_users`.
///
/// Its `Debug` shows the key alone: the row holds a password hash.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = auth_users)]
pub struct UserRow {
    id: DbUuid,
    email: String,
    username: Option<String>,
    password_hash: Option<String>,
    is_active: bool,
    is_verified: bool,
    is_superuser: bool,
    roles: String,
    epoch: i64,
    created_at: DbTime,
}

/// What an update writes beside the epoch. `None` leaves a column as it is. Its `Debug` shows
/// nothing, for it may hold a password hash.
#[derive(AsChangeset)]
#[diesel(table_name = auth_users)]
pub struct ChangeRow {
    email: Option<String>,
    password_hash: Option<String>,
    is_active: Option<bool>,
    is_verified: Option<bool>,
    is_superuser: Option<bool>,
    roles: Option<String>,
    #[diesel(skip_update)]
    bump_epoch: bool,
}

/// A stored row holds something that the toolkit never wrote. The value is not told.
#[derive(Debug, Error)]
#[error("column `{column}` of user {id} holds what is no {column}")]
struct BadRow {
    id: Uuid,
    column: &'static str,
}

impl UserRow {
    /// The row of a new user.
    pub(crate) fn new(new: NewUser<User>) -> Self {
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
        } = User::from_new(new);
        Self {
            id: DbUuid(id),
            email: email.as_str().to_owned(),
            username: username.map(|name| name.as_str().to_owned()),
            password_hash: password_hash.as_ref().map(hash_to_column),
            is_active,
            is_verified,
            is_superuser,
            roles: roles_to_column(&roles),
            epoch: epoch.as_i64(),
            created_at: DbTime::floor(created_at),
        }
    }

    /// The counter that ends tokens.
    pub(crate) fn epoch(&self) -> Epoch {
        Epoch::from_i64(self.epoch)
    }

    /// The user of a row. What the toolkit's types refuse, or would store otherwise, is an error:
    /// an address in another spelling would be one that nobody can look up.
    pub(crate) fn into_user(self) -> Result<User, StoreError> {
        let id = self.id.0;
        let bad = |column| StoreError::new(BadRow { id, column });

        let email = EmailAddress::parse(&self.email)
            .ok()
            .filter(|email| email.as_str() == self.email)
            .ok_or_else(|| bad("email"))?;
        let username = self
            .username
            .map(|stored| {
                Username::parse(&stored)
                    .ok()
                    .filter(|name| name.as_str() == stored)
                    .ok_or_else(|| bad("username"))
            })
            .transpose()?;
        Ok(User {
            id,
            email,
            username,
            password_hash: self.password_hash.map(PasswordHash::from_stored),
            is_active: self.is_active,
            is_verified: self.is_verified,
            is_superuser: self.is_superuser,
            roles: roles_from_column(&self.roles).ok_or_else(|| bad("roles"))?,
            epoch: Epoch::from_i64(self.epoch),
            created_at: self.created_at.to_time().ok_or_else(|| bad("created_at"))?,
        })
    }
}

impl ChangeRow {
    /// Whether the epoch grows by one.
    pub(crate) fn bumps_epoch(&self) -> bool {
        self.bump_epoch
    }

    /// Whether the user is certainly no active superuser after it.
    pub(crate) fn demotes(&self) -> bool {
        self.is_active == Some(false) || self.is_superuser == Some(false)
    }
}

impl From<UserChange<User>> for ChangeRow {
    fn from(change: UserChange<User>) -> Self {
        let UserChange {
            email,
            password_hash,
            is_active,
            is_verified,
            is_superuser,
            roles,
            bump_epoch,
            columns: NoColumns,
        } = change;
        Self {
            email: email.map(|email| email.as_str().to_owned()),
            password_hash: password_hash.as_ref().map(hash_to_column),
            is_active,
            is_verified,
            is_superuser,
            roles: roles.as_ref().map(roles_to_column),
            bump_epoch,
        }
    }
}

impl fmt::Debug for UserRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRow")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ChangeRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeRow").finish_non_exhaustive()
    }
}

fn hash_to_column(hash: &PasswordHash) -> String {
    hash.as_stored_str().to_owned()
}

fn roles_to_column(roles: &Roles) -> String {
    let names = roles.iter().map(|role| role.as_str().into());
    serde_json::Value::Array(names.collect()).to_string()
}

fn roles_from_column(column: &str) -> Option<Roles> {
    let names: Vec<String> = serde_json::from_str(column).ok()?;
    let roles = Roles::parse(names.iter().map(String::as_str)).ok()?;
    // The same names, not only names that become the same: a guard compares what is stored.
    let stored_as_written = names
        .iter()
        .all(|name| roles.iter().map(Role::as_str).any(|role| role == name));
    stored_as_written.then_some(roles)
}
