//! Changes of accounts in a transaction of the application.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use auth_core::StoreError;
use auth_core::store::{
    DeleteOutcome, InsertOutcome, LoginIdentifier, NewUser, Owner, Precondition, UpdateOutcome,
    UserChange,
};

use diesel_async::TransactionManager as _;

use super::DieselStore;
use super::changes::{NoteAtEnd, Written, announce};
use super::lease::{Lease, Limited};
use super::users::or_taken;
use crate::engine::{Consequence, Engine, SqlBackend};
use crate::error::{Failure, StepError};
use crate::statements::users::{Users, taken_field};
use crate::table::{Plan, SqlUser};

/// A transaction in which the application and its accounts write together: all changes are committed at
/// the end, or none.
///
/// [`DieselStore::transaction`] begins one. In a transaction that the application has begun, use
/// [`UsersIn`].
pub struct Transaction<C: SqlBackend, U: SqlUser> {
    connection: Lease<C>,
    plan: Arc<Plan<U>>,
    limit: Duration,
    /// Whether an error of the accounts says that the connection must not be used again.
    is_spent: bool,
}

/// The users of a mapped table inside of a transaction that the caller begins and ends.
///
/// Each change is a savepoint: a taken address is an outcome, and leaves the transaction as
/// it was.
///
/// # Examples
///
/// ```
/// # use auth_core::{StoreError, User};
/// # use auth_core::store::{InsertOutcome, NewUser};
/// use auth_diesel::{SqliteConnection, UsersIn};
///
/// async fn import(
///     connection: &mut SqliteConnection,
///     users: Vec<NewUser<User>>,
/// ) -> Result<usize, StoreError> {
///     let mut stored = 0;
///     for user in users {
///         let outcome = UsersIn::new(connection).insert(user).await?;
///         stored += usize::from(matches!(outcome, InsertOutcome::Inserted(_)));
///     }
///     Ok(stored)
/// }
/// ```
pub struct UsersIn<'c, C: SqlBackend, U: SqlUser> {
    connection: &'c mut C,
    plan: Arc<Plan<U>>,
    limit: Duration,
    is_spent: Option<&'c mut bool>,
}

/// The future that the closure of [`DieselStore::transaction`] returns.
type Work<'t, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>>;

impl<C: SqlBackend, U: SqlUser> DieselStore<C, U> {
    /// Runs `work` in a transaction: committed if it returns `Ok`, rolled back if it returns `Err`.
    ///
    /// There are no retries: if the engine ends the transaction because of a conflict with another one,
    /// that is an error. The work runs in a separate task, so that a client that hangs
    /// up does not interrupt it. Hash passwords before it
    /// ([`Accounts::begin_registration`](auth_core::Accounts::begin_registration)) and send mail after it
    /// ([`Accounts::finish_registration`](auth_core::Accounts::finish_registration)): do not wait inside of a transaction.
    ///
    /// # Examples
    ///
    /// A user and a company of the application, both or neither:
    ///
    /// ```
    /// use auth_core::accounts::{NoHooks, Registration};
    /// use auth_core::secret::{MasterSecret, Secret};
    /// use auth_core::store::InsertOutcome;
    /// use auth_core::{Accounts, StoreError, User};
    /// use auth_diesel::SqliteStore;
    /// use auth_diesel::diesel_async::RunQueryDsl;
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// # let folder = tempfile::tempdir()?;
    /// # let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
    /// let store: SqliteStore = SqliteStore::open(&url).await?;
    /// # {
    /// #     let mut connection = store.pool().get().await?;
    /// #     diesel::sql_query("CREATE TABLE companies (owner BLOB NOT NULL, name TEXT NOT NULL)")
    /// #         .execute(&mut *connection).await?;
    /// # }
    /// let secret = MasterSecret::new(Secret::generate()?);
    /// let accounts = Accounts::builder(store.clone(), &secret)
    ///     .expiring_store(store.clone())
    ///     .hooks(NoHooks::new())
    ///     .build()?;
    ///
    /// let registration = Registration::new("ada@example.com", "a mill that weaves algebra")?;
    /// let new = accounts.begin_registration(registration, &accounts.context()).await?;
    /// let user: User = store
    ///     .transaction(|transaction| {
    ///         Box::pin(async move {
    ///             let InsertOutcome::Inserted(user) = transaction.users().insert(new).await? else {
    ///                 return Err(StoreError::new("the address is taken"));
    ///             };
    ///             diesel::sql_query("INSERT INTO companies (owner, name) VALUES (?, 'Engines & Co')")
    ///                 .bind::<diesel::sql_types::Binary, _>(user.id.as_bytes().to_vec())
    ///                 .execute(transaction.connection())
    ///                 .await
    ///                 .map_err(StoreError::new)?;
    ///             Ok(user)
    ///         })
    ///     })
    ///     .await?;
    /// // Mails are sent after the commit.
    /// accounts.finish_registration(&user, &accounts.context()).await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The error of `work`; [`StoreError`] as `E` if the transaction cannot begin or be committed.
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Transaction<C, U>) -> Work<'t, T, E> + Send + 'static,
    {
        let permit = self.write_permit().await?;
        let connection = Lease::of_pool(&self.pool).await?;
        let plan = Arc::clone(&self.plan);
        let limit = self.statement_timeout;
        // The application's own statements may write anything.
        let written = Written::Anything;
        let (changes, announces) = (self.changes.clone(), self.feed.is_some());
        let (pool, session) = (self.pool.clone(), self.session);
        let task = tokio::spawn(async move {
            let note = NoteAtEnd { changes, written };
            let mut transaction: Transaction<C, U> = Transaction {
                connection,
                plan,
                limit,
                is_spent: false,
            };
            transaction.begin().await?;
            let outcome = work(&mut transaction).await;
            let ended = match outcome {
                Ok(value) => match transaction.end(true).await {
                    Ok(()) => Ok(value),
                    Err(error) => Err(error.into()),
                },
                Err(error) => {
                    // If this fails too, the pool closes the connection, which rolls the transaction back.
                    let _ = transaction.end(false).await;
                    Err(error)
                }
            };
            drop(transaction);
            drop(permit);
            drop(note);
            if announces {
                announce::<C>(&pool, session, written).await;
            }
            ended
        });
        task.await
            .unwrap_or_else(|_| Err(StoreError::from(Failure::Interrupted).into()))
    }
}

impl<C: SqlBackend, U: SqlUser> Transaction<C, U> {
    /// Returns the users within this transaction.
    #[must_use]
    pub fn users(&mut self) -> UsersIn<'_, C, U> {
        UsersIn {
            connection: &mut self.connection,
            plan: Arc::clone(&self.plan),
            limit: self.limit,
            is_spent: Some(&mut self.is_spent),
        }
    }

    /// Returns the connection, for the application's own statements.
    #[must_use]
    pub fn connection(&mut self) -> &mut C {
        &mut self.connection
    }

    async fn begin(&mut self) -> Result<(), StoreError> {
        let limited = Limited::of(&*self.connection, self.limit);
        let begun = limited.run(self.connection.begin_write()).await;
        let begun = begun.ok_or(Failure::NoAnswer(self.limit))?;
        begun.map_err(|error| store_error::<C>(error.into()))
    }

    /// Commits or rolls back. The connection returns to the pool only if that succeeds.
    async fn end(&mut self, commit: bool) -> Result<(), StoreError> {
        let limited = Limited::of(&*self.connection, self.limit);
        let connection = &mut *self.connection;
        let ended = limited.run(async move {
            if commit {
                connection.commit().await
            } else {
                connection.rollback().await
            }
        });
        let ended = ended.await.ok_or(Failure::NoAnswer(self.limit))?;
        ended.map_err(|error| store_error::<C>(error.into()))?;
        if !self.is_spent {
            self.connection.keep();
        }
        Ok(())
    }
}

impl<'c, C: SqlBackend, U: SqlUser> UsersIn<'c, C, U> {
    /// Returns the users within the transaction of this connection. No store notes what it writes: with
    /// [`AuthBuilder::cached_lookups`](auth_core::AuthBuilder::cached_lookups) an answer about these users may be
    /// repeated until it is too old.
    #[must_use]
    pub fn new(connection: &'c mut C) -> Self {
        Self {
            connection,
            plan: Arc::new(Plan::new(&C::DIALECT)),
            limit: DieselStore::<C, U>::DEFAULT_STATEMENT_TIMEOUT,
            is_spent: None,
        }
    }

    /// Does the same as [`UserDatabase::get`](auth_core::UserDatabase::get).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub async fn get(&mut self, id: &U::Id) -> Result<Option<U>, StoreError> {
        let limited = self.limit_statements();
        let user = limited
            .run(Users::new(self.connection, &self.plan).get(id))
            .await;
        self.check(user).map_err(store_error::<C>)
    }

    /// Does the same as [`UserDatabase::find`](auth_core::UserDatabase::find).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub async fn find(&mut self, login: &LoginIdentifier) -> Result<Option<U>, StoreError> {
        let limited = self.limit_statements();
        let user = limited
            .run(Users::new(self.connection, &self.plan).find(login))
            .await;
        self.check(user).map_err(store_error::<C>)
    }

    /// Does the same as [`UserDatabase::insert`](auth_core::UserDatabase::insert).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub async fn insert(&mut self, new: NewUser<U>) -> Result<InsertOutcome<U>, StoreError> {
        let (limited, connection, plan) =
            (self.limit_statements(), &mut *self.connection, &self.plan);
        let inserted = limited.run(async {
            connection.begin().await?;
            let outcome = Users::new(connection, plan).insert(new).await;
            finish_savepoint(connection, outcome).await
        });
        let inserted = inserted.await;
        let inserted = self.check(inserted);
        or_taken::<C, U>(&self.plan, inserted).map_err(store_error::<C>)
    }

    /// Does the same as [`UserDatabase::update`](auth_core::UserDatabase::update).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub async fn update(
        &mut self,
        id: &U::Id,
        change: UserChange<U>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<U>, StoreError> {
        let (limited, connection, plan) =
            (self.limit_statements(), &mut *self.connection, &self.plan);
        let updated = limited.run(async {
            connection.begin().await?;
            let outcome = Users::new(connection, plan)
                .update(id, change, expect)
                .await;
            finish_savepoint(connection, outcome).await
        });
        let updated = updated.await;
        match self.check(updated) {
            Ok(outcome) => Ok(outcome),
            Err(error) => match taken_field::<C, U>(&self.plan, &error) {
                Some(field) => Ok(UpdateOutcome::Taken(field)),
                None => Err(store_error::<C>(error)),
            },
        }
    }

    /// Does the same as [`UserDatabase::delete`](auth_core::UserDatabase::delete).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub async fn delete(
        &mut self,
        id: &U::Id,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        let (limited, connection, plan) =
            (self.limit_statements(), &mut *self.connection, &self.plan);
        let deleted = limited.run(async {
            connection.begin().await?;
            let outcome = Users::new(connection, plan).delete(id, expect, owner).await;
            finish_savepoint(connection, outcome).await
        });
        let deleted = deleted.await;
        self.check(deleted).map_err(store_error::<C>)
    }

    fn limit_statements(&self) -> Limited {
        Limited::of(&*self.connection, self.limit)
    }

    /// Marks a connection that must not be used again.
    fn check<T>(&mut self, outcome: Option<Result<T, StepError>>) -> Result<T, StepError> {
        let Some(outcome) = outcome else {
            // A statement may still run on the connection.
            C::TransactionManager::transaction_manager_status_mut(self.connection).set_in_error();
            return Err(Failure::NoAnswer(self.limit).into());
        };
        if let (Err(StepError::Diesel(error)), Some(is_spent)) = (&outcome, &mut self.is_spent) {
            let consequence = C::consequence(error);
            **is_spent |= matches!(
                consequence,
                Consequence::Closed | Consequence::ClosedUnwritten
            );
        }
        outcome
    }
}

/// Ends the savepoint of an operation.
///
/// If the engine has ended the whole transaction (a deadlock on MySQL), there is no savepoint to
/// return to, and further statements would be committed separately. So the transaction is marked as one
/// that cannot be committed, and further statements belong to a new one, which is never committed: the
/// pool detects it and closes the connection.
async fn finish_savepoint<C: Engine, T>(
    connection: &mut C,
    outcome: Result<T, StepError>,
) -> Result<T, StepError> {
    let error = match outcome {
        Ok(value) => {
            connection.commit().await?;
            return Ok(value);
        }
        Err(error) => error,
    };
    let is_conflict = matches!(
        &error,
        StepError::Diesel(error) if C::consequence(error) == Consequence::Conflict
    );
    if connection.rollback().await.is_err() || is_conflict {
        C::TransactionManager::transaction_manager_status_mut(connection).set_in_error();
        if !C::DIALECT.returning {
            let _ = connection.batch_execute("START TRANSACTION").await;
        }
    }
    Err(error)
}

fn store_error<C: Engine>(error: StepError) -> StoreError {
    error.into_store_error::<C>()
}

impl<C: SqlBackend, U: SqlUser> fmt::Debug for Transaction<C, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}

impl<C: SqlBackend, U: SqlUser> fmt::Debug for UsersIn<'_, C, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsersIn").finish_non_exhaustive()
    }
}
