//! The contract of a user store.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Expect, NewUser, Page, PageRequest, UserChange};
use crate::config::Inspection;
use crate::email::EmailAddress;
use crate::error::StoreError;
use crate::user::AuthUser;
use crate::username::Username;

/// Where users live: the only trait that a custom storage must implement.
///
/// Two rules hold for every method.
///
/// * **Absent is not an error, and an error is not absence.** A row that is not there is
///   `Ok(None)` or an outcome; a store that cannot answer is `Err`, and clients see 503.
/// * **A method is atomic.** It happens as a whole or not at all, also when its future is dropped
///   in the middle, and two that run at once behave as if one ran after the other.
///
/// Addresses and names arrive normalised ([`EmailAddress`], [`Username`]): compare them as they
/// are, byte for byte.
///
/// `auth_core::testing::contract` (feature `testing`) is the guide for somebody who implements this
/// trait, and tries every guarantee of it on the store.
#[async_trait]
pub trait UserDatabase: Send + Sync + 'static {
    /// The application's user.
    type User: AuthUser;

    /// The user with this key. Called once for every authenticated request: make it one look-up by
    /// primary key, and let it see what was written before it was called (no stale replica), or
    /// deactivated users keep their access.
    async fn get(
        &self,
        id: &<Self::User as AuthUser>::Id,
    ) -> Result<Option<Self::User>, StoreError>;

    /// The user with this address or name. Called at login and by the mail routes.
    async fn find(&self, login: &LoginIdentifier) -> Result<Option<Self::User>, StoreError>;

    /// Stores a new user and makes its key.
    ///
    /// Of any number of simultaneous calls with one address exactly one answers
    /// [`InsertOutcome::Inserted`], all others [`InsertOutcome::Taken`]: a unique index decides,
    /// not a look-up before. The same holds for user names, where there are some.
    async fn insert(
        &self,
        new: NewUser<Self::User>,
    ) -> Result<InsertOutcome<Self::User>, StoreError>;

    /// Changes the columns that `change` names and no other, if `expect` holds.
    ///
    /// The check of `expect` and the write are one atomic step. An update that does not apply
    /// writes nothing and says why. `superuser_remains` must also hold against other such updates
    /// and deletions that run at the same time.
    async fn update(
        &self,
        id: &<Self::User as AuthUser>::Id,
        change: UserChange<Self::User>,
        expect: Expect,
    ) -> Result<UpdateOutcome<Self::User>, StoreError>;

    /// Removes a user for good, if `expect` holds, together with everything that refers to it in
    /// the toolkit's own tables.
    async fn delete(
        &self,
        id: &<Self::User as AuthUser>::Id,
        expect: Expect,
    ) -> Result<DeleteOutcome, StoreError>;

    /// A page of users in ascending order of their keys.
    async fn list(
        &self,
        page: PageRequest<<Self::User as AuthUser>::Id>,
    ) -> Result<Page<Self::User>, StoreError>;

    /// Takes part in the check of the configuration at `build()`: a store that keeps its users in
    /// the memory of one process says so here.
    fn inspect(&self, inspection: &mut Inspection) {
        let _ = inspection;
    }
}

/// By what a person is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LoginIdentifier {
    /// By address.
    Email(EmailAddress),
    /// By user name.
    Username(Username),
}

/// A column whose values are unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UniqueField {
    /// The address.
    Email,
    /// The user name.
    Username,
    /// A column of the application's own.
    Other,
}

/// How an insertion ended.
#[derive(Debug, Clone)]
pub enum InsertOutcome<U> {
    /// The user is stored.
    Inserted(U),
    /// Another user has the value of this unique column.
    Taken(UniqueField),
}

/// How an update ended.
#[derive(Debug, Clone)]
pub enum UpdateOutcome<U> {
    /// Applied; the user as it is now.
    Updated(U),
    /// There is no such user.
    Missing,
    /// The epoch is no longer the expected one.
    Stale,
    /// Another user has the value of this unique column.
    Taken(UniqueField),
    /// It would have left no active superuser.
    LastSuperuser,
}

/// How a deletion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteOutcome {
    /// The user is gone.
    Deleted,
    /// There was no such user.
    Missing,
    /// The epoch is no longer the expected one.
    Stale,
    /// It would have left no active superuser.
    LastSuperuser,
}

impl From<EmailAddress> for LoginIdentifier {
    fn from(email: EmailAddress) -> Self {
        Self::Email(email)
    }
}

impl From<Username> for LoginIdentifier {
    fn from(username: Username) -> Self {
        Self::Username(username)
    }
}

impl fmt::Display for UniqueField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email => "email",
            Self::Username => "username",
            Self::Other => "a column of the application",
        })
    }
}

#[async_trait]
impl<D: UserDatabase + ?Sized> UserDatabase for Arc<D> {
    type User = D::User;

    async fn get(
        &self,
        id: &<Self::User as AuthUser>::Id,
    ) -> Result<Option<Self::User>, StoreError> {
        (**self).get(id).await
    }
    async fn find(&self, login: &LoginIdentifier) -> Result<Option<Self::User>, StoreError> {
        (**self).find(login).await
    }
    async fn insert(
        &self,
        new: NewUser<Self::User>,
    ) -> Result<InsertOutcome<Self::User>, StoreError> {
        (**self).insert(new).await
    }
    async fn update(
        &self,
        id: &<Self::User as AuthUser>::Id,
        change: UserChange<Self::User>,
        expect: Expect,
    ) -> Result<UpdateOutcome<Self::User>, StoreError> {
        (**self).update(id, change, expect).await
    }
    async fn delete(
        &self,
        id: &<Self::User as AuthUser>::Id,
        expect: Expect,
    ) -> Result<DeleteOutcome, StoreError> {
        (**self).delete(id, expect).await
    }
    async fn list(
        &self,
        page: PageRequest<<Self::User as AuthUser>::Id>,
    ) -> Result<Page<Self::User>, StoreError> {
        (**self).list(page).await
    }
    fn inspect(&self, inspection: &mut Inspection) {
        (**self).inspect(inspection);
    }
}
