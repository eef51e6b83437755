//! A user as text, column by column, so that two can be compared and the difference named.

use time::OffsetDateTime;

use super::{New, UserOf};
use crate::password::PasswordHash;
use crate::testing::contract::fixture::UserFixture;
use crate::user::Role;
use crate::user::{AuthUser, Epoch};

/// The columns that the toolkit knows, each under its name. The key is not among them.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Columns(Vec<(&'static str, String)>);

impl Columns {
    pub(super) fn of_user<F: UserFixture>(user: &UserOf<F>) -> Self {
        let mut columns = vec![
            ("email", user.email().to_string()),
            ("pending_email", format!("{:?}", user.pending_email())),
            ("password_hash", hash_text(user.password_hash())),
            ("is_active", user.is_active().to_string()),
            ("is_verified", user.is_verified().to_string()),
            ("is_superuser", user.is_superuser().to_string()),
            ("username", format!("{:?}", user.username())),
            ("roles", list(user.roles().iter())),
            ("epoch", user.epoch().as_i64().to_string()),
        ];
        if UserOf::<F>::FIELDS.created_at {
            columns.push(("created_at", time_text(user.account().created_at)));
        }
        Self(columns)
    }

    /// Returns the columns that a new user must be found with.
    pub(super) fn of_new<F: UserFixture>(new: &New<F>) -> Self {
        let mut columns = vec![
            ("email", new.email.to_string()),
            ("pending_email", "None".to_owned()),
            ("password_hash", hash_text(new.password_hash.as_ref())),
            ("is_active", new.is_active.to_string()),
            ("is_verified", new.is_verified.to_string()),
            ("is_superuser", new.is_superuser.to_string()),
            ("username", format!("{:?}", new.username.as_ref())),
            ("roles", list(new.roles.iter())),
            ("epoch", Epoch::FIRST.as_i64().to_string()),
        ];
        if UserOf::<F>::FIELDS.created_at {
            columns.push(("created_at", time_text(Some(new.created_at))));
        }
        Self(columns)
    }

    /// The same with another value in one column.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let mut columns = self.0.clone();
        for column in &mut columns {
            if column.0 == name {
                value.clone_into(&mut column.1);
            }
        }
        Self(columns)
    }

    /// Where `actual` is not as these, in words.
    pub(super) fn difference(&self, actual: &Self) -> String {
        let pairs = self.0.iter().zip(&actual.0);
        let mut found = pairs.filter(|(expected, actual)| expected != actual);
        match found.next() {
            Some((expected, actual)) => format!(
                "{} is {:?} and should be {:?}",
                actual.0, actual.1, expected.1
            ),
            None => "all columns are the same".to_owned(),
        }
    }
}

fn time_text(at: Option<OffsetDateTime>) -> String {
    format!("{:?}", at.map(OffsetDateTime::unix_timestamp_nanos))
}

fn hash_text(hash: Option<&PasswordHash>) -> String {
    format!("{:?}", hash.map(PasswordHash::as_stored_str))
}

fn list<'r>(roles: impl Iterator<Item = &'r Role>) -> String {
    let names: Vec<_> = roles.map(Role::as_str).collect();
    format!("{names:?}")
}
