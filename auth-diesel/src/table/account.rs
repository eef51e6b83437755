//! The account of a user, as it stands in a row.

use auth_core::user::StoredAccount;
use auth_core::{Account, BoxError, PasswordHash, Roles};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::column::{Codec, next};
use super::plan::Optional;
use crate::sql::SqlValue;
use crate::types::AuthTime;

/// Reads the columns of an account in the order of [`Plan`](super::Plan).
pub(super) fn read(
    values: &mut impl Iterator<Item = SqlValue>,
    has: &Optional,
) -> Result<Account, BoxError> {
    let email = next::<Text>(values, "email")?;
    let password_hash = next::<Nullable<Text>>(values, "password_hash")?;
    let is_active = next::<Bool>(values, "is_active")?;
    let is_verified = next::<Bool>(values, "is_verified")?;
    let epoch = next::<BigInt>(values, "epoch")?;
    let username = optional::<Nullable<Text>>(values, has.username, "username")?;
    let pending_email = optional::<Nullable<Text>>(values, has.pending_email, "pending_email")?;
    let is_superuser = optional::<Bool>(values, has.is_superuser, "is_superuser")?;
    let roles = optional::<Text>(values, has.roles, "roles")?;
    let created_at = optional::<AuthTime>(values, has.created_at, "created_at")?;
    let stored = StoredAccount {
        email,
        pending_email: pending_email.flatten(),
        username: username.flatten(),
        password_hash: password_hash.map(PasswordHash::from_stored),
        is_active,
        is_verified,
        is_superuser: is_superuser.unwrap_or_default(),
        roles: match roles {
            Some(column) => roles_from_column(&column)?,
            None => Vec::new(),
        },
        epoch,
        created_at,
    };
    Ok(Account::from_stored(stored)?)
}

/// Reads the value of a column that the table may not have.
fn optional<T: Codec>(
    values: &mut impl Iterator<Item = SqlValue>,
    is_there: bool,
    column: &str,
) -> Result<Option<T::Value>, BoxError> {
    is_there.then(|| next::<T>(values, column)).transpose()
}

/// Roles are stored as a JSON array, sorted.
pub(super) fn roles_to_column(roles: &Roles) -> String {
    let names = roles.iter().map(|role| role.as_str().into());
    serde_json::Value::Array(names.collect()).to_string()
}

/// The parser's message is not repeated: it may quote the value.
fn roles_from_column(column: &str) -> Result<Vec<String>, BoxError> {
    serde_json::from_str(column).map_err(|_| "column `roles` is not a JSON array of names".into())
}
