//! What the toolkit keeps of a user, as it stands in a row.

use std::fmt;

use auth_core::{BoxError, EmailAddress, Epoch, PasswordHash, Role, Roles, Username};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use time::OffsetDateTime;

use super::column::{Codec, next};
use super::plan::Optional;
use crate::sql::SqlValue;
use crate::types::AuthTime;

/// The columns of accounts, read and checked: a part of the application's user struct, or the values
/// for its fields.
///
/// What a table has no column for has its default here.
#[derive(Clone)]
pub struct Account {
    /// The address.
    pub email: EmailAddress,
    /// The user name.
    pub username: Option<Username>,
    /// The stored password hash.
    pub password_hash: Option<PasswordHash>,
    /// Whether the account may be used.
    pub is_active: bool,
    /// Whether the address has been proven.
    pub is_verified: bool,
    /// Whether the user may administer others.
    pub is_superuser: bool,
    /// The roles.
    pub roles: Roles,
    /// The counter that ends tokens.
    pub epoch: Epoch,
    /// When the account was made.
    pub created_at: Option<OffsetDateTime>,
}

impl Account {
    /// Reads the columns in the order of [`Plan`](super::Plan). What the toolkit's types refuse, or
    /// would store otherwise, is an error: an address in another spelling would be one that nobody
    /// can look up.
    pub(super) fn read(
        values: &mut impl Iterator<Item = SqlValue>,
        has: &Optional,
    ) -> Result<Self, BoxError> {
        let email = next::<Text>(values, "email")?;
        let password_hash = next::<Nullable<Text>>(values, "password_hash")?;
        let is_active = next::<Bool>(values, "is_active")?;
        let is_verified = next::<Bool>(values, "is_verified")?;
        let epoch = next::<BigInt>(values, "epoch")?;
        let mut optional = |there: bool| there.then(|| values.next()).flatten();
        let username = optional(has.username);
        let is_superuser = optional(has.is_superuser);
        let roles = optional(has.roles);
        let created_at = optional(has.created_at);
        Ok(Self {
            email: email_from_column(&email).ok_or_else(|| bad("email"))?,
            username: match username.and_then(Nullable::<Text>::decode).flatten() {
                Some(name) => Some(username_from_column(&name).ok_or_else(|| bad("username"))?),
                None => None,
            },
            password_hash: password_hash.map(PasswordHash::from_stored),
            is_active,
            is_verified,
            is_superuser: match is_superuser {
                Some(value) => Bool::decode(value).ok_or_else(|| bad("is_superuser"))?,
                None => false,
            },
            roles: match roles {
                Some(value) => Text::decode(value)
                    .and_then(|column| roles_from_column(&column))
                    .ok_or_else(|| bad("roles"))?,
                None => Roles::none(),
            },
            epoch: Epoch::from_i64(epoch),
            created_at: match created_at {
                Some(value) => Some(AuthTime::decode(value).ok_or_else(|| bad("created_at"))?),
                None => None,
            },
        })
    }
}

/// A stored row holds something that the toolkit never wrote. The value is not told.
fn bad(column: &str) -> BoxError {
    format!("column `{column}` holds what is no {column}").into()
}

fn email_from_column(stored: &str) -> Option<EmailAddress> {
    let email = EmailAddress::parse(stored).ok()?;
    (email.as_str() == stored).then_some(email)
}

fn username_from_column(stored: &str) -> Option<Username> {
    let name = Username::parse(stored).ok()?;
    (name.as_str() == stored).then_some(name)
}

/// Roles are stored as a JSON array, sorted.
pub(super) fn roles_to_column(roles: &Roles) -> String {
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

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("email", &self.email)
            .field("is_active", &self.is_active)
            .field("is_verified", &self.is_verified)
            .field("is_superuser", &self.is_superuser)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}
