//! The rules of a user store, over rows without concurrent writers.

use uuid::Uuid;

use crate::error::BoxError;
use crate::store::{
    DeleteOutcome, InsertOutcome, LoginIdentifier, NewUser, Owner, Page, PageRequest, PageStart,
    Precondition, UniqueField, UpdateOutcome, UserChange,
};
use crate::user::{
    Account, AuthUser, ColumnChange, EmailPrefix, NewColumns, NoColumns, User, UserId,
};

/// A user struct that a store keeps as a whole.
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
    /// Creates the user from these parts.
    fn from_parts(id: Self::Id, account: Account, columns: NewColumns<Self>) -> Self;

    /// Returns the account for changes.
    fn account_mut(&mut self) -> &mut Account;

    /// Applies a change of the application's own columns.
    fn apply_columns(&mut self, change: ColumnChange<Self>);

    /// Returns the name of an own column that must be unique and in which both users have the same
    /// value.
    fn shared_unique_column(&self, other: &Self) -> Option<&'static str> {
        let _ = other;
        None
    }

    /// Creates the user to store under this key, at [`Epoch::FIRST`](crate::Epoch::FIRST).
    fn from_new(id: Self::Id, new: NewUser<Self>) -> Self {
        let (account, columns) = new.into_parts();
        Self::from_parts(id, account, columns)
    }

    /// Applies a change: `None` leaves a value unchanged, and `bump_epoch` adds one to the epoch.
    fn apply(&mut self, change: UserChange<Self>) {
        let columns = change.apply_to(self.account_mut());
        self.apply_columns(columns);
    }
}

/// The users in one consistent state of a storage.
///
/// Four methods read from the engine; the methods of [`UserDatabase`] are provided. A method may
/// block.
///
/// [`UserDatabase`]: crate::UserDatabase
pub trait UserRows<U: AuthUser> {
    /// Returns the user with this key.
    ///
    /// # Errors
    ///
    /// An error of the engine, or an invalid row.
    fn get(&self, id: &U::Id) -> Result<Option<U>, BoxError>;

    /// Returns the key of the user with this address or user name, from an index. An index may use
    /// [`LoginIdentifier::index_key`].
    ///
    /// # Errors
    ///
    /// An error of the engine.
    fn owner(&self, login: &LoginIdentifier) -> Result<Option<U::Id>, BoxError>;

    /// Returns the users whose keys are greater than `id`, or all for `None`, in ascending order of their
    /// keys; the iterator reads them one by one.
    ///
    /// # Errors
    ///
    /// An error of the engine.
    fn after(&self, id: Option<&U::Id>) -> Result<UserIter<'_, U>, BoxError>;

    /// Returns the number of users.
    ///
    /// # Errors
    ///
    /// An error of the engine.
    fn count(&self) -> Result<u64, BoxError>;

    /// Returns the keys of the users whose addresses begin with `prefix`, in any order.
    ///
    /// The default reads every user. Override it if an index of the addresses is in the order of bytes:
    /// [`EmailPrefix::index_keys`] is the range of keys.
    ///
    /// # Errors
    ///
    /// An error of the engine.
    fn with_email_prefix(&self, prefix: &EmailPrefix) -> Result<Vec<U::Id>, BoxError> {
        let mut ids = Vec::new();
        for user in self.after(None)? {
            let user = user?;
            if prefix.matches(user.email()) {
                ids.push(user.id().clone());
            }
        }
        Ok(ids)
    }

    /// Implements [`UserDatabase::find`](crate::UserDatabase::find).
    ///
    /// # Errors
    ///
    /// An error of another method.
    fn find(&self, login: &LoginIdentifier) -> Result<Option<U>, BoxError> {
        let owner = self.owner(login)?;
        owner.map_or(Ok(None), |id| self.get(&id))
    }

    /// Implements [`UserDatabase::list`](crate::UserDatabase::list).
    ///
    /// # Errors
    ///
    /// An error of another method.
    fn list(&self, page: PageRequest<U::Id>) -> Result<Page<U>, BoxError> {
        let PageRequest {
            limit,
            start,
            email,
        } = page;
        let limit = usize::try_from(limit)?;
        if let Some(prefix) = email {
            return page_of(self, self.with_email_prefix(&prefix)?, limit, &start);
        }
        let (users, skipped) = match &start {
            PageStart::Offset(offset) => (self.after(None)?, usize::try_from(*offset)?),
            PageStart::After(id) => (self.after(id.as_ref())?, 0),
        };
        let items = users.skip(skipped).take(limit).collect::<Result<_, _>>()?;
        let total = self.count()?;
        Ok(Page { items, total })
    }
}

/// Returns the page of a list of these keys.
fn page_of<U: AuthUser>(
    rows: &(impl UserRows<U> + ?Sized),
    mut ids: Vec<U::Id>,
    limit: usize,
    start: &PageStart<U::Id>,
) -> Result<Page<U>, BoxError> {
    ids.sort_unstable();
    let total = ids.len() as u64;
    let skipped = match start {
        PageStart::Offset(offset) => usize::try_from(*offset)?,
        PageStart::After(None) => 0,
        PageStart::After(Some(key)) => ids.partition_point(|id| id <= key),
    };
    let users = ids.iter().skip(skipped).take(limit).map(|id| rows.get(id));
    // The index and the users are of one state: each key has its user.
    let items = users
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?;
    Ok(Page { items, total })
}

/// An iterator that reads users from a storage.
pub type UserIter<'r, U> = Box<dyn Iterator<Item = Result<U, BoxError>> + 'r>;

/// The users without concurrent writers: in a transaction that excludes other writers, or
/// behind a lock.
///
/// [`replace`](Self::replace) writes; `insert`, `update` and `delete` are provided, with the order of
/// their checks. They read before they write, so there must be no other writer. Each writes once, as
/// its last step, or not at all, so that a store without transactions has nothing to undo.
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
    /// Replaces `before` by `after`, with their entries in the index. Without `before` it inserts, and
    /// without `after` it removes. Both have the same key.
    ///
    /// # Errors
    ///
    /// An error of the engine; the whole transaction then writes nothing.
    fn replace(&mut self, before: Option<&U>, after: Option<&U>) -> Result<(), BoxError>;

    /// Creates the user to insert, with the key of [`UserId::generate`]. Override it if the engine makes
    /// the keys.
    ///
    /// # Errors
    ///
    /// An error of the engine, or the type of the key makes no keys.
    fn create(&mut self, new: NewUser<U>) -> Result<U, BoxError> {
        let id = U::Id::generate(new.created_at, None);
        let id = id.ok_or("the type of the key makes no keys: implement `UserId::generate`")?;
        Ok(U::from_new(id, new))
    }

    /// Returns the name of a unique own column in which another user has the same value. Override it if
    /// there are such columns.
    ///
    /// # Errors
    ///
    /// An error of the engine.
    fn taken_own_column(&self, user: &U) -> Result<Option<&'static str>, BoxError> {
        let _ = user;
        Ok(None)
    }

    /// Removes the credentials of an owner whose user is removed in this transaction. Override it in a
    /// store that holds credentials; one of users alone has nothing to remove.
    ///
    /// # Errors
    ///
    /// An error of the engine.
    fn remove_credentials(&mut self, owner: &Owner) -> Result<(), BoxError> {
        let _ = owner;
        Ok(())
    }

    /// Implements [`UserDatabase::insert`](crate::UserDatabase::insert).
    ///
    /// # Errors
    ///
    /// An error of another method; nothing must be kept then.
    fn insert(&mut self, new: NewUser<U>) -> Result<InsertOutcome<U>, BoxError> {
        let user = self.create(new)?;
        if let Some(field) = taken(self, &user)? {
            return Ok(InsertOutcome::Taken(field));
        }
        self.replace(None, Some(&user))?;
        Ok(InsertOutcome::Inserted(user))
    }

    /// Implements [`UserDatabase::update`](crate::UserDatabase::update).
    ///
    /// # Errors
    ///
    /// An error of another method; nothing must be kept then.
    fn update(
        &mut self,
        id: &U::Id,
        change: UserChange<U>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<U>, BoxError> {
        let Some(before) = self.get(id)? else {
            return Ok(UpdateOutcome::Missing);
        };
        if !expect.holds_for(before.account()) {
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

    /// Implements [`UserDatabase::delete`](crate::UserDatabase::delete).
    ///
    /// # Errors
    ///
    /// An error of another method; nothing must be kept then.
    fn delete(
        &mut self,
        id: &U::Id,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, BoxError> {
        let Some(user) = self.get(id)? else {
            return Ok(DeleteOutcome::Missing);
        };
        if !expect.holds_for(user.account()) {
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

/// Returns the unique value of this user that another user has.
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

/// Reads one user after the other; called only before the removal of an active superuser.
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
