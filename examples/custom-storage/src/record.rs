//! How a user lies in the file: JSON, of a private struct, so that nothing else can serialise a user.

use auth_core::{BoxError, EmailAddress, Epoch, PasswordHash, Role, Roles, User, Username};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
struct Record {
    id: Uuid,
    email: String,
    username: Option<String>,
    password_hash: Option<String>,
    is_active: bool,
    is_verified: bool,
    is_superuser: bool,
    roles: Vec<String>,
    epoch: i64,
    /// Seconds since 1970, and nanoseconds of the next one.
    created_at: (i64, u32),
}

pub(crate) fn write(user: &User) -> Result<Vec<u8>, BoxError> {
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
    let record = Record {
        id: *id,
        email: email.to_string(),
        username: username.as_ref().map(Username::to_string),
        password_hash: password_hash
            .as_ref()
            .map(|hash| hash.as_stored_str().to_owned()),
        is_active: *is_active,
        is_verified: *is_verified,
        is_superuser: *is_superuser,
        roles: roles
            .iter()
            .map(|role| Role::as_str(role).to_owned())
            .collect(),
        epoch: epoch.as_i64(),
        created_at: (created_at.unix_timestamp(), created_at.nanosecond()),
    };
    Ok(serde_json::to_vec(&record)?)
}

pub(crate) fn read(bytes: &[u8]) -> Result<User, BoxError> {
    let record: Record = serde_json::from_slice(bytes)?;
    let (seconds, nanoseconds) = record.created_at;
    let second = OffsetDateTime::from_unix_timestamp(seconds)?;
    Ok(User {
        id: record.id,
        email: EmailAddress::parse(&record.email)?,
        username: record
            .username
            .as_deref()
            .map(Username::parse)
            .transpose()?,
        password_hash: record.password_hash.map(PasswordHash::from_stored),
        is_active: record.is_active,
        is_verified: record.is_verified,
        is_superuser: record.is_superuser,
        roles: Roles::parse(record.roles.iter().map(String::as_str))?,
        epoch: Epoch::from_i64(record.epoch),
        created_at: second + Duration::nanoseconds(nanoseconds.into()),
    })
}
