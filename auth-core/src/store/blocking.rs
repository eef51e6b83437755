//! A user store on an engine that blocks and has one writer at a time.

use std::sync::{MutexGuard, RwLockReadGuard};

use async_trait::async_trait;

use super::{UserIter, UserRecord, UserRows, UserRowsMut};
use crate::config::ConfigReport;
use crate::error::{BoxError, StoreError};
use crate::store::{
    DeleteOutcome, InsertOutcome, LoginIdentifier, NewUser, Owner, Page, PageRequest, Precondition,
    UpdateOutcome, UserChange, UserDatabase,
};
use crate::user::{AuthUser, EmailPrefix};

/// A user store on an engine that blocks its caller and runs one write transaction at a time: an
/// embedded key-value or document store, a file behind a lock.
///
/// Implement this trait for the transactions of the engine, and [`UserRows`] and [`UserRowsMut`] for
/// one transaction; the store is then a [`UserDatabase`]. Its work runs on threads that may block, and
/// completes if the caller's future is dropped. `examples/custom-storage` is an example.
///
/// A store with asynchronous calls, or with concurrent writers, implements [`UserDatabase`] itself.
///
/// # Examples
///
/// ```
/// use auth_core::BoxError;
/// use auth_core::store::{BlockingUserDatabase, UserRows, UserRowsMut};
/// use auth_core::User;
/// use std::sync::{Arc, PoisonError, RwLock};
/// # use auth_core::store::{LoginIdentifier, UserIter};
/// # use std::collections::BTreeMap;
/// # use std::ops::Bound::{Excluded, Unbounded};
/// # use uuid::Uuid;
///
/// // With its `UserRows` and `UserRowsMut`.
/// #[derive(Clone, Default)]
/// struct Users {
///     // …
/// #     rows: BTreeMap<Uuid, User>,
/// }
/// # impl UserRows<User> for Users {
/// #     fn get(&self, id: &Uuid) -> Result<Option<User>, BoxError> {
/// #         Ok(self.rows.get(id).cloned())
/// #     }
/// #     fn owner(&self, login: &LoginIdentifier) -> Result<Option<Uuid>, BoxError> {
/// #         let mut users = self.rows.values();
/// #         let owner = users.find(|user| LoginIdentifier::of(*user).any(|one| one == *login));
/// #         Ok(owner.map(|user| user.id))
/// #     }
/// #     fn after(&self, id: Option<&Uuid>) -> Result<UserIter<'_, User>, BoxError> {
/// #         let users = self.rows.range::<Uuid, _>((id.map_or(Unbounded, Excluded), Unbounded));
/// #         Ok(Box::new(users.map(|(_, user)| Ok(user.clone()))))
/// #     }
/// #     fn count(&self) -> Result<u64, BoxError> {
/// #         Ok(self.rows.len() as u64)
/// #     }
/// # }
/// # impl UserRowsMut<User> for Users {
/// #     fn replace(&mut self, before: Option<&User>, after: Option<&User>) -> Result<(), BoxError> {
/// #         if let Some(user) = before {
/// #             self.rows.remove(&user.id);
/// #         }
/// #         self.rows.extend(after.map(|user| (user.id, user.clone())));
/// #         Ok(())
/// #     }
/// # }
///
/// #[derive(Clone, Default)]
/// struct Store {
///     users: Arc<RwLock<Users>>,
/// }
///
/// impl BlockingUserDatabase for Store {
///     type User = User;
///
///     fn read(&self) -> Result<impl UserRows<User>, BoxError> {
///         Ok(self.users.read().unwrap_or_else(PoisonError::into_inner))
///     }
///
///     fn write<T>(
///         &self,
///         job: impl FnOnce(&mut dyn UserRowsMut<User>) -> Result<T, BoxError>,
///     ) -> Result<T, BoxError> {
///         job(&mut *self.users.write().unwrap_or_else(PoisonError::into_inner))
///     }
/// }
///
/// fn is_a_user_database(_: impl auth_core::UserDatabase<User = User>) {}
/// is_a_user_database(Store::default());
/// ```
pub trait BlockingUserDatabase: Clone + Send + Sync + 'static {
    /// The application's user.
    type User: UserRecord;

    /// Begins a read of one consistent state, which includes every earlier write. It does not wait for
    /// writers, if the engine supports that.
    ///
    /// # Errors
    ///
    /// An error of the engine.
    fn read(&self) -> Result<impl UserRows<Self::User>, BoxError>;

    /// Runs `job` without concurrent writers, and commits what it wrote: as a whole, durably, before it
    /// returns. After an error of `job` nothing is committed.
    ///
    /// # Errors
    ///
    /// An error of `job` or of the engine.
    fn write<T>(
        &self,
        job: impl FnOnce(&mut dyn UserRowsMut<Self::User>) -> Result<T, BoxError>,
    ) -> Result<T, BoxError>;

    /// Adds problems and warnings to the report, like [`UserDatabase::validate`].
    fn validate(&self, report: &mut ConfigReport) {
        let _ = report;
    }
}

/// A guard of a lock is what it guards, so that [`BlockingUserDatabase::read`] can return it.
macro_rules! forward_rows {
    ($($guard:ident),+) => {$(
        impl<U: AuthUser, R: UserRows<U> + ?Sized> UserRows<U> for $guard<'_, R> {
            fn get(&self, id: &U::Id) -> Result<Option<U>, BoxError> {
                (**self).get(id)
            }
            fn owner(&self, login: &LoginIdentifier) -> Result<Option<U::Id>, BoxError> {
                (**self).owner(login)
            }
            fn after(&self, id: Option<&U::Id>) -> Result<UserIter<'_, U>, BoxError> {
                (**self).after(id)
            }
            fn count(&self) -> Result<u64, BoxError> {
                (**self).count()
            }
            fn find(&self, login: &LoginIdentifier) -> Result<Option<U>, BoxError> {
                (**self).find(login)
            }
            fn with_email_prefix(&self, prefix: &EmailPrefix) -> Result<Vec<U::Id>, BoxError> {
                (**self).with_email_prefix(prefix)
            }
            fn list(&self, page: PageRequest<U::Id>) -> Result<Page<U>, BoxError> {
                (**self).list(page)
            }
        }
    )+};
}

forward_rows!(MutexGuard, RwLockReadGuard);

/// Runs blocking work on a thread that may block. If the future is dropped, the work still
/// completes.
///
/// Needs a Tokio runtime, as accounts do.
///
/// # Errors
///
/// The error of `job`, or that it panicked.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let answer = auth_core::store::blocking(|| Ok("42".parse::<u64>()?)).await?;
/// assert_eq!(answer, 42);
/// # Ok::<(), auth_core::StoreError>(())
/// # }).unwrap();
/// ```
pub async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, BoxError> + Send + 'static,
) -> Result<T, StoreError> {
    let answer = tokio::task::spawn_blocking(job).await;
    answer.map_err(StoreError::new)?.map_err(StoreError::new)
}

type Id<D> = <<D as BlockingUserDatabase>::User as AuthUser>::Id;

#[async_trait]
impl<D: BlockingUserDatabase> UserDatabase for D {
    type User = D::User;

    async fn get(&self, id: &Id<D>) -> Result<Option<D::User>, StoreError> {
        let (store, id) = (self.clone(), id.clone());
        blocking(move || store.read()?.get(&id)).await
    }

    async fn find(&self, login: &LoginIdentifier) -> Result<Option<D::User>, StoreError> {
        let (store, login) = (self.clone(), login.clone());
        blocking(move || store.read()?.find(&login)).await
    }

    async fn insert(&self, new: NewUser<D::User>) -> Result<InsertOutcome<D::User>, StoreError> {
        let store = self.clone();
        blocking(move || store.write(|rows| rows.insert(new))).await
    }

    async fn update(
        &self,
        id: &Id<D>,
        change: UserChange<D::User>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<D::User>, StoreError> {
        let (store, id) = (self.clone(), id.clone());
        blocking(move || store.write(|rows| rows.update(&id, change, expect))).await
    }

    async fn delete(
        &self,
        id: &Id<D>,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        let (store, id, owner) = (self.clone(), id.clone(), owner.cloned());
        blocking(move || store.write(|rows| rows.delete(&id, expect, owner.as_ref()))).await
    }

    async fn list(&self, page: PageRequest<Id<D>>) -> Result<Page<D::User>, StoreError> {
        let store = self.clone();
        blocking(move || store.read()?.list(page)).await
    }

    fn validate(&self, report: &mut ConfigReport) {
        BlockingUserDatabase::validate(self, report);
    }
}
