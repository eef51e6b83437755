//! The rules of a user store, over rows without concurrent writers.

use uuid::Uuid;

use crate::error::BoxError;
use crate::store::{
    DeleteOutcome, InsertOutcome, LoginIdentifier, NewUser, Owner, Page, PageRequest, PageStart,
    Precondition, UniqueField, UpdateOutcome, UserChange,
};
use crate::user::{Account, AuthUser, ColumnChange, NewColumns, NoColumns, User, UserId};

/// A user struct that a store keeps as a whole: it is built of its parts and changed in place.
///
/// `user!` implements it; so does the bundled [`User`].
///
/// # Examples
///
/// ```
/// use auth_core::store::UserRecord;
/// use auth_core::{Account, AuthUser, NoColumns};
///
/// #[derive(Clone)]
/// struct Customer {
///     number: i64,
///     account: Account,
/// }
/// # impl AuthUser for Customer {
/// #     type Id = i64;
/// #     type Columns = NoColumns;
/// #     fn id(&self) -> &i64 { &self.number }
/// #     fn account(&self) -> &Account { &self.account }
/// # }
///
/// impl UserRecord for Customer {
///     fn from_parts(number: i64, account: Account, _: NoColumns) -> Self {
///         Self { number, account }
///     }
///     fn account_mut(&mut self) -> &mut Account {
///         &mut self.account
///     }
///     fn apply_columns(&mut self, _: NoColumns) {}
/// }
/// ```
pub trait UserRecord: AuthUser {
    /// Returns the user of these parts.
    fn from_parts(id: Self::Id, account: Account, columns: NewColumns<Self>) -> Self;

    /// Returns the account, to change it.
    fn account_mut(&mut self) -> &mut Account;

    /// Applies a change of the own columns.
    fn apply_columns(&mut self, change: ColumnChange<Self>);

    /// Returns the name of an own column that must be unique and in which both users have the same
    /// value.
    fn shared_unique_column(&self, other: &Self) -> Option<&'static str> {
        let _ = other;
        None
    }

    /// Returns the user that is about to be stored under this key, at
    /// [`Epoch::FIRST`](crate::Epoch::FIRST).
    fn from_new(id: Self::Id, new: NewUser<Self>) -> Self {
        let (account, columns) = new.into_parts();
        Self::from_parts(id, account, columns)
    }

    /// Applies a change: what is `None` stays as it is, and `bump_epoch` adds one to the epoch.
    fn apply(&mut self, change: UserChange<Self>) {
        let columns = change.apply_to(self.account_mut());
        self.apply_columns(columns);
    }
}

/// The users in one consistent state of a storage.
///
/// Four steps that know the engine; what the methods of [`UserDatabase`] do with them follows.
/// A step may block.
///
/// [`UserDatabase`]: crate::UserDatabase
pub trait UserRows<U: AuthUser> {
    /// The user with this key.
    ///
    /// # Errors
    ///
    /// Where the engine fails, or a row is nothing that was written.
    fn get(&self, id: &U::Id) -> Result<Option<U>, BoxError>;

    /// Whose this address or user name is, by an index. One way to keep it is under
    /// [`LoginIdentifier::index_key`].
    ///
    /// # Errors
    ///
    /// Where the engine fails.
    fn owner(&self, login: &LoginIdentifier) -> Result<Option<U::Id>, BoxError>;

    /// The users whose keys are greater than `id`, or all, in ascending order of their keys; read
    /// one by one on demand.
    ///
    /// # Errors
    ///
    /// Where the engine fails.
    fn after(&self, id: Option<&U::Id>) -> Result<UserIter<'_, U>, BoxError>;

    /// How many users there are.
    ///
    /// # Errors
    ///
    /// Where the engine fails.
    fn count(&self) -> Result<u64, BoxError>;

    /// Follows from the others: [`UserDatabase::find`](crate::UserDatabase::find).
    ///
    /// # Errors
    ///
    /// Where a step fails.
    fn find(&self, login: &LoginIdentifier) -> Result<Option<U>, BoxError> {
        let owner = self.owner(login)?;
        owner.map_or(Ok(None), |id| self.get(&id))
    }

    /// Follows from the others: [`UserDatabase::list`](crate::UserDatabase::list).
    ///
    /// # Errors
    ///
    /// Where a step fails.
    fn list(&self, page: PageRequest<U::Id>) -> Result<Page<U>, BoxError> {
        let (users, skipped) = match &page.start {
            PageStart::Offset(offset) => (self.after(None)?, usize::try_from(*offset)?),
            PageStart::After(id) => (self.after(id.as_ref())?, 0),
        };
        let limit = usize::try_from(page.limit)?;
        let items = users.skip(skipped).take(limit).collect::<Result<_, _>>()?;
        let total = self.count()?;
        Ok(Page { items, total })
    }
}

/// Users on their way out of a storage.
pub type UserIter<'r, U> = Box<dyn Iterator<Item = Result<U, BoxError>> + 'r>;

/// The users without concurrent writers: in a transaction that excludes other writers, or
/// behind a lock.
///
/// One step more, [`replace`](Self::replace), and the three that change something follow, with the
/// order of their checks: what was read before is still true when it is acted upon, which is why no
/// other writer may be there. Every one of them writes once and last, or not at all, so that a store
/// without transactions, too, has nothing to undo.
///
/// # Examples
///
/// A transaction of a store in memory:
///
/// ```
/// use auth_core::store::{
///     Precondition, InsertOutcome, LoginIdentifier, NewUser, UpdateOutcome, UserChange, UserIter,
///     UserRows, UserRowsMut,
/// };
/// use auth_core::{BoxError, Clock, EmailAddress, NoColumns, Roles, SystemClock, User};
/// use std::collections::BTreeMap;
/// use std::ops::Bound::{Excluded, Unbounded};
/// use uuid::Uuid;
///
/// #[derive(Default)]
/// struct Users {
///     rows: BTreeMap<Uuid, User>,
///     index: BTreeMap<String, Uuid>,
/// }
///
/// impl UserRows<User> for Users {
///     fn get(&self, id: &Uuid) -> Result<Option<User>, BoxError> {
///         Ok(self.rows.get(id).cloned())
///     }
///     fn owner(&self, login: &LoginIdentifier) -> Result<Option<Uuid>, BoxError> {
///         Ok(self.index.get(&login.index_key()).copied())
///     }
///     fn after(&self, id: Option<&Uuid>) -> Result<UserIter<'_, User>, BoxError> {
///         let start = id.map_or(Unbounded, Excluded);
///         let users = self.rows.range::<Uuid, _>((start, Unbounded));
///         Ok(Box::new(users.map(|(_, user)| Ok(user.clone()))))
///     }
///     fn count(&self) -> Result<u64, BoxError> {
///         Ok(self.rows.len() as u64)
///     }
/// }
///
/// impl UserRowsMut<User> for Users {
///     fn replace(&mut self, before: Option<&User>, after: Option<&User>) -> Result<(), BoxError> {
///         if let Some(user) = before {
///             self.rows.remove(&user.id);
///             self.index.retain(|_, owner| *owner != user.id);
///         }
///         if let Some(user) = after {
///             self.rows.insert(user.id, user.clone());
///             let logins = LoginIdentifier::of(user);
///             self.index.extend(logins.map(|login| (login.index_key(), user.id)));
///         }
///         Ok(())
///     }
/// }
///
/// let mut users = Users::default();
/// let ada = NewUser {
///     email: EmailAddress::parse("ada@example.com")?,
///     username: None,
///     password_hash: None,
///     is_active: true,
///     is_verified: true,
///     is_superuser: true,
///     roles: Roles::none(),
///     created_at: SystemClock.now(),
///     columns: NoColumns,
/// };
/// let InsertOutcome::Inserted(ada) = users.insert(ada)? else { panic!("the store was empty") };
/// let resigns = UserChange { is_superuser: Some(false), ..UserChange::default() };
/// let expect = Precondition::anything().and_keep_last_superuser();
/// let outcome = users.update(&ada.id, resigns, expect)?;
/// assert!(matches!(outcome, UpdateOutcome::LastSuperuser));
/// # Ok::<(), BoxError>(())
/// ```
pub trait UserRowsMut<U: UserRecord>: UserRows<U> {
    /// Puts `after` in the place of `before`, with everything of theirs in the index: a new user
    /// where there is no `before`, a removal where there is no `after`. Both have the same key.
    ///
    /// # Errors
    ///
    /// Where the engine fails; the whole transaction then writes nothing.
    fn replace(&mut self, before: Option<&U>, after: Option<&U>) -> Result<(), BoxError>;

    /// Makes the user that is inserted, with the key of [`UserId::generate`]. Override it where the
    /// engine makes the keys.
    ///
    /// # Errors
    ///
    /// Where the engine fails, or the type of the key cannot make keys.
    fn create(&mut self, new: NewUser<U>) -> Result<U, BoxError> {
        let id = U::Id::generate(new.created_at, None);
        let id = id.ok_or("the type of the key makes no keys: implement `UserId::generate`")?;
        Ok(U::from_new(id, new))
    }

    /// Returns the name of an own column that must be unique and in which another user has the value
    /// of this one. Override it where there are such columns.
    ///
    /// # Errors
    ///
    /// Where the engine fails.
    fn taken_own_column(&self, user: &U) -> Result<Option<&'static str>, BoxError> {
        let _ = user;
        Ok(None)
    }

    /// Removes the credentials of an owner whose user is removed in this transaction. Override it in a
    /// store that holds credentials; one of users alone has nothing to remove.
    ///
    /// # Errors
    ///
    /// Where the engine fails.
    fn remove_credentials(&mut self, owner: &Owner) -> Result<(), BoxError> {
        let _ = owner;
        Ok(())
    }

    /// Follows from the others: [`UserDatabase::insert`](crate::UserDatabase::insert).
    ///
    /// # Errors
    ///
    /// Where a step fails; nothing must be kept then.
    fn insert(&mut self, new: NewUser<U>) -> Result<InsertOutcome<U>, BoxError> {
        let user = self.create(new)?;
        if let Some(field) = taken(self, &user)? {
            return Ok(InsertOutcome::Taken(field));
        }
        self.replace(None, Some(&user))?;
        Ok(InsertOutcome::Inserted(user))
    }

    /// Follows from the others: [`UserDatabase::update`](crate::UserDatabase::update).
    ///
    /// # Errors
    ///
    /// Where a step fails; nothing must be kept then.
    fn update(
        &mut self,
        id: &U::Id,
        change: UserChange<U>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<U>, BoxError> {
        let Some(before) = self.get(id)? else {
            return Ok(UpdateOutcome::Missing);
        };
        if expect.epoch.is_some_and(|epoch| epoch != before.epoch()) {
            return Ok(UpdateOutcome::Stale);
        }
        let mut user = before.clone();
        user.apply(change);
        if expect.keep_last_superuser
            && !is_active_superuser(&user)
            && is_last_to_lead(self, &before)?
        {
            return Ok(UpdateOutcome::LastSuperuser);
        }
        if let Some(field) = taken(self, &user)? {
            return Ok(UpdateOutcome::Taken(field));
        }
        self.replace(Some(&before), Some(&user))?;
        Ok(UpdateOutcome::Updated(user))
    }

    /// Follows from the others: [`UserDatabase::delete`](crate::UserDatabase::delete).
    ///
    /// # Errors
    ///
    /// Where a step fails; nothing must be kept then.
    fn delete(
        &mut self,
        id: &U::Id,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, BoxError> {
        let Some(user) = self.get(id)? else {
            return Ok(DeleteOutcome::Missing);
        };
        if expect.epoch.is_some_and(|epoch| epoch != user.epoch()) {
            return Ok(DeleteOutcome::Stale);
        }
        if expect.keep_last_superuser && is_last_to_lead(self, &user)? {
            return Ok(DeleteOutcome::LastSuperuser);
        }
        if let Some(owner) = owner {
            self.remove_credentials(owner)?;
        }
        self.replace(Some(&user), None)?;
        Ok(DeleteOutcome::Deleted)
    }
}

impl UserRecord for User {
    fn from_parts(id: Uuid, account: Account, _: NoColumns) -> Self {
        Self { id, account }
    }
    fn account_mut(&mut self) -> &mut Account {
        &mut self.account
    }
    fn apply_columns(&mut self, _: NoColumns) {}
}

/// What of this user is another's.
fn taken<U: UserRecord>(
    rows: &(impl UserRowsMut<U> + ?Sized),
    user: &U,
) -> Result<Option<UniqueField>, BoxError> {
    for login in LoginIdentifier::of(user) {
        if rows.owner(&login)?.is_some_and(|owner| owner != *user.id()) {
            return Ok(Some(login.field()));
        }
    }
    Ok(rows.taken_own_column(user)?.map(UniqueField::Column))
}

fn is_active_superuser(user: &impl AuthUser) -> bool {
    user.is_superuser() && user.is_active()
}

/// Looks at one user after the other, which happens only when an active superuser is about to go.
fn is_last_to_lead<U: AuthUser>(
    rows: &(impl UserRows<U> + ?Sized),
    user: &U,
) -> Result<bool, BoxError> {
    if !is_active_superuser(user) {
        return Ok(false);
    }
    for other in rows.after(None)? {
        let other = other?;
        if other.id() != user.id() && is_active_superuser(&other) {
            return Ok(false);
        }
    }
    Ok(true)
}
