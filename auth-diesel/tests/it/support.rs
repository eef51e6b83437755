//! Users and times.

use auth_core::store::{InsertOutcome, NewUser, UserDatabase};
use auth_core::{EmailAddress, NoColumns, PasswordHash, Roles, User};
use time::{Duration, OffsetDateTime};

/// A moment with a fraction of a second that every engine can hold.
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap() + Duration::microseconds(123_456)
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn hash(text: &str) -> PasswordHash {
    PasswordHash::from_stored(text.to_owned())
}

pub(crate) fn new_user(address: &str) -> NewUser<User> {
    NewUser {
        email: email(address),
        username: None,
        password_hash: Some(hash("$argon2id$one")),
        is_active: true,
        is_verified: false,
        is_superuser: false,
        roles: Roles::none(),
        created_at: now(),
        columns: NoColumns,
    }
}

pub(crate) fn admin(address: &str) -> NewUser<User> {
    NewUser {
        is_superuser: true,
        ..new_user(address)
    }
}

pub(crate) async fn inserted<D: UserDatabase<User = User>>(store: &D, new: NewUser<User>) -> User {
    match store.insert(new).await.unwrap() {
        InsertOutcome::Inserted(user) => user,
        InsertOutcome::Taken(field) => panic!("{field} is taken"),
    }
}

/// All of a user as text, so that two can be compared byte for byte.
pub(crate) fn columns(user: &User) -> [(&'static str, String); 10] {
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
    [
        ("id", id.to_string()),
        ("email", email.to_string()),
        ("username", format!("{username:?}")),
        (
            "password_hash",
            format!(
                "{:?}",
                password_hash.as_ref().map(PasswordHash::as_stored_str)
            ),
        ),
        ("is_active", is_active.to_string()),
        ("is_verified", is_verified.to_string()),
        ("is_superuser", is_superuser.to_string()),
        ("roles", format!("{roles:?}")),
        ("epoch", epoch.as_i64().to_string()),
        ("created_at", created_at.to_string()),
    ]
}
