//! The contract of a user store.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use super::{AccessLookup, NewUser, Owner, Page, PageRequest, Precondition, UserChange};
use crate::config::ConfigReport;
use crate::error::StoreError;
use crate::http::{FieldErrorCode, FieldKind, FieldType, TextFormat};
use crate::user::AuthUser;
use crate::user::EmailAddress;
use crate::user::Username;

/// Stores users: the only trait that a custom storage must implement.
///
/// Two rules hold for every method.
///
/// * **Absence is not an error, and an error is not absence.** A missing row is `Ok(None)` or an
///   outcome; a store that cannot answer returns `Err`, and clients get 503.
/// * **A method is one atomic step**, also when its future is dropped. Two calls at the same time
///   behave as if one ran after the other.
///
/// Addresses and names arrive normalised ([`EmailAddress`], [`Username`]): compare them as they
/// are, byte for byte.
///
/// # Examples
///
/// A flow handles the outcomes of a store, and passes its errors on:
///
/// ```
/// use auth_core::store::{Precondition, UpdateOutcome, UserChange, UserDatabase};
/// use auth_core::{AuthUser, StoreError};
///
/// /// Deactivates a user and ends every token, unless the account was changed meanwhile.
/// async fn lock_out<D: UserDatabase>(
///     store: &D,
///     user: &D::User,
/// ) -> Result<&'static str, StoreError> {
///     let change = UserChange {
///         is_active: Some(false),
///         bump_epoch: true,
///         ..UserChange::default()
///     };
///     let expect = Precondition::epoch(user.epoch()).and_keep_last_superuser();
///     Ok(match store.update(user.id(), change, expect).await? {
///         UpdateOutcome::Updated(_) => "locked out",
///         UpdateOutcome::Missing => "there is no such user any more",
///         UpdateOutcome::Stale => "the account was changed: read it again",
///         UpdateOutcome::LastSuperuser => "the last active superuser stays",
///         UpdateOutcome::Taken(_) => "not a change of an address or a name",
///     })
/// }
/// ```
///
/// `auth_core::testing::contract` (feature `contract`) is the guide for implementing this
/// trait, and tests every guarantee of it on the store.
#[async_trait]
pub trait UserDatabase: Send + Sync + 'static {
    /// The application's user.
    type User: AuthUser;

    /// Returns the user with this key. Called once for every authenticated request: make it one look-up by
    /// primary key, and let it see what was written before it was called (no stale replica), or
    /// deactivated users keep their access.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer, or if it holds a row that it did not write.
    async fn get(
        &self,
        id: &<Self::User as AuthUser>::Id,
    ) -> Result<Option<Self::User>, StoreError>;

    /// Returns the user with this address or name. Called at login and by the mail routes.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer, or if it holds a row that it did not write.
    async fn find(&self, login: &LoginIdentifier) -> Result<Option<Self::User>, StoreError>;

    /// Stores a new user and makes its key.
    ///
    /// Of any number of simultaneous calls with one address exactly one returns
    /// [`InsertOutcome::Inserted`], all others [`InsertOutcome::Taken`]: a unique index decides,
    /// not a look-up before. The same holds for user names, where there are some.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer; nothing is stored then.
    async fn insert(
        &self,
        new: NewUser<Self::User>,
    ) -> Result<InsertOutcome<Self::User>, StoreError>;

    /// Changes only the columns that `change` names, if `expect` holds.
    ///
    /// The check of `expect` and the write are one atomic step. An update that does not apply
    /// writes nothing and says why. `keep_last_superuser` must also hold against other such updates
    /// and deletions that run at the same time.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer; nothing is changed then.
    async fn update(
        &self,
        id: &<Self::User as AuthUser>::Id,
        change: UserChange<Self::User>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<Self::User>, StoreError>;

    /// Removes a user for good, if `expect` holds.
    ///
    /// `owner` is the owner of the user's credentials, if the accounts have a
    /// [`CredentialStore`](crate::CredentialStore). A store that holds users and credentials removes
    /// all credentials of that owner in the same step, and none if the user is not removed. A store
    /// of users alone ignores it, and the flow removes the credentials right after.
    ///
    /// Sessions are removed by the flow; without their user they open nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer.
    async fn delete(
        &self,
        id: &<Self::User as AuthUser>::Id,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError>;

    /// Returns a page of users in ascending order of their keys: of all users, or of those whose addresses
    /// begin with [`PageRequest::email`].
    ///
    /// The users of a prefix are found by an index, so that the cost depends on their number and not on the
    /// number of all users.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot answer.
    async fn list(
        &self,
        page: PageRequest<<Self::User as AuthUser>::Id>,
    ) -> Result<Page<Self::User>, StoreError>;

    /// Returns the look-up that answers an authenticated request in one step, if the storage has one: see
    /// [`AccessLookup`]. `None` by default. A store that changes what another one answers must not return
    /// the look-up of that one.
    fn access_lookup(&self) -> Option<&dyn AccessLookup<User = Self::User>> {
        None
    }

    /// Adds problems and warnings to the report of `build()`. A store in the memory of one process
    /// reports that here.
    ///
    /// It has no default: a wrapper that forgets to forward it does not compile.
    fn validate(&self, report: &mut ConfigReport);
}

/// The address or user name of a look-up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LoginIdentifier {
    /// By address.
    Email(EmailAddress),
    /// By user name.
    Username(Username),
}

/// Parses the text as an address if it is declared as one, and as a user name otherwise.
impl FieldType for LoginIdentifier {
    const KIND: FieldKind = FieldKind::text(1..=EmailAddress::MAX_CODE_POINTS);

    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        let format = match kind {
            FieldKind::Text { format, .. } => *format,
            _ => TextFormat::Plain,
        };
        match format {
            TextFormat::Email => kind.parse_text(value, EmailAddress::parse).map(Self::Email),
            _ => kind.parse_text(value, Username::parse).map(Self::Username),
        }
    }
}

/// A column whose values are unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UniqueField {
    /// The address.
    Email,
    /// The user name.
    Username,
    /// A column of the application's own: its name for clients where the user is declared by
    /// [`user!`](crate::user!), and its name in the storage otherwise.
    Column(&'static str),
    /// A column that the store cannot name.
    Other,
}

/// The outcome of an insertion.
#[derive(Debug, Clone)]
pub enum InsertOutcome<U> {
    /// The user is stored.
    Inserted(U),
    /// Another user has the value of this unique column.
    Taken(UniqueField),
}

/// The outcome of an update.
#[derive(Debug, Clone)]
pub enum UpdateOutcome<U> {
    /// The update was applied; the user after it.
    Updated(U),
    /// The user does not exist.
    Missing,
    /// The epoch, or the pending address, is not the expected one.
    Stale,
    /// Another user has the value of this unique column.
    Taken(UniqueField),
    /// No active superuser would remain.
    LastSuperuser,
}

/// The outcome of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteOutcome {
    /// The user was deleted.
    Deleted,
    /// The user did not exist.
    Missing,
    /// The epoch, or the pending address, is not the expected one.
    Stale,
    /// No active superuser would remain.
    LastSuperuser,
}

impl LoginIdentifier {
    /// Returns the identifiers of this user, as an index holds them.
    ///
    /// ```
    /// use auth_core::store::LoginIdentifier;
    ///
    /// # use auth_core::Clock;
    /// # let new = auth_core::store::NewUser {
    /// #     email: auth_core::EmailAddress::parse("ada@example.com").unwrap(),
    /// #     username: Some(auth_core::Username::parse("ada").unwrap()),
    /// #     password_hash: None,
    /// #     is_active: true,
    /// #     is_verified: true,
    /// #     is_superuser: true,
    /// #     roles: auth_core::Roles::none(),
    /// #     created_at: auth_core::SystemClock.now(),
    /// #     columns: auth_core::NoColumns,
    /// # };
    /// # let user = auth_core::User::from_new(new);
    /// let keys: Vec<_> = LoginIdentifier::of(&user).map(|login| login.index_key()).collect();
    /// assert_eq!(keys, ["email:ada@example.com", "username:ada"]);
    /// ```
    pub fn of<U: AuthUser>(user: &U) -> impl Iterator<Item = Self> + use<U> {
        let email = Self::Email(user.email().clone());
        let name = user.username().cloned().map(Self::Username);
        std::iter::once(email).chain(name)
    }

    /// Returns the unique column of this identifier.
    #[must_use]
    pub fn field(&self) -> UniqueField {
        match self {
            Self::Email(_) => UniqueField::Email,
            Self::Username(_) => UniqueField::Username,
        }
    }

    /// A key for an index that holds addresses and user names together. One user's name may be what
    /// another's address is, so each has its kind before it.
    #[must_use]
    pub fn index_key(&self) -> String {
        match self {
            Self::Email(email) => format!("email:{email}"),
            Self::Username(name) => format!("username:{name}"),
        }
    }
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
            Self::Column(name) => name,
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
        expect: Precondition,
    ) -> Result<UpdateOutcome<Self::User>, StoreError> {
        (**self).update(id, change, expect).await
    }
    async fn delete(
        &self,
        id: &<Self::User as AuthUser>::Id,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        (**self).delete(id, expect, owner).await
    }
    async fn list(
        &self,
        page: PageRequest<<Self::User as AuthUser>::Id>,
    ) -> Result<Page<Self::User>, StoreError> {
        (**self).list(page).await
    }
    fn access_lookup(&self) -> Option<&dyn AccessLookup<User = Self::User>> {
        (**self).access_lookup()
    }
    fn validate(&self, report: &mut ConfigReport) {
        (**self).validate(report);
    }
}
