//! The store: a pool, and how an operation runs on one of its connections.

mod credentials;
mod expiring;
mod open;
mod sessions;
mod transaction;
mod users;

pub use transaction::{Transaction, UsersIn};

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use auth_core::{StoreError, User};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::engine::{Engine, Pool, SqlBackend};
use crate::error::{Failure, StepError};
use crate::table::{Plan, SqlUser};

/// Users, sessions and expiring counters in the database behind a pool of connections `C`; the
/// users are rows of the table to which `U` is mapped.
///
/// Cheap to clone: all clones share the pool, and where the engine takes one writer at a time they
/// share the queue for it, too.
///
/// # Examples
///
/// ```
/// use auth_core::store::{ExpiringKey, Inserted};
/// use auth_core::{Clock, ExpiringStore, SystemClock};
/// use auth_diesel::SqliteStore;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
/// let store: SqliteStore = SqliteStore::open(&url).await?;
/// let now = SystemClock.now();
/// let key = ExpiringKey::new("jti", "4XcE");
/// let first = store.insert_once(&key, now + time::Duration::HOUR, now).await?;
/// assert_eq!(first, Inserted::New);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct DieselStore<C: SqlBackend, U: SqlUser = User> {
    pool: Pool<C>,
    plan: Arc<Plan<U>>,
    writer: Option<Arc<Semaphore>>,
    write_timeout: Duration,
}

impl<C: SqlBackend, U: SqlUser> DieselStore<C, U> {
    /// How long a change waits for its turn to write: five seconds, so that clients hear 503 before
    /// they give up.
    pub const DEFAULT_WRITE_TIMEOUT: Duration = Duration::from_secs(5);

    /// A store on the application's own pool, so that the application and its accounts share
    /// connections. The tables are its business, too: [`migrate`](Self::migrate) makes them.
    ///
    /// For SQLite, make the pool's connections with `sqlite_manager`, and
    /// run `PRAGMA journal_mode = WAL` once when you make the file: without both concurrent writers
    /// wait for readers, or fail. Keep the pool's recycling method `Fast` there and on PostgreSQL;
    /// on MySQL keep the default, or connections that the server has closed are noticed too late.
    ///
    /// TLS to a server is the pool's business as well: `custom_setup` of diesel-async's
    /// `ManagerConfig` makes connections as the application likes.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_diesel::{SqliteStore, sqlite_manager};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("application.db");
    /// # let path = path.to_str().unwrap_or_default();
    /// let manager = sqlite_manager(path);
    /// let pool = auth_diesel::bb8::Pool::builder().max_size(4).build(manager).await?;
    /// let store: SqliteStore = SqliteStore::from_pool(pool);
    /// store.migrate().await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_pool(pool: Pool<C>) -> Self {
        Self {
            pool,
            plan: Arc::new(Plan::new(&C::DIALECT)),
            writer: C::DIALECT
                .single_writer
                .then(|| Arc::new(Semaphore::new(1))),
            write_timeout: Self::DEFAULT_WRITE_TIMEOUT,
        }
    }

    /// How long a change waits for its turn to write, where the engine takes one writer at a time.
    /// How long an operation waits for a connection is the pool's `connection_timeout`.
    #[must_use]
    pub fn with_write_timeout(mut self, timeout: Duration) -> Self {
        self.write_timeout = timeout;
        self
    }

    /// The pool, for the application's own queries and figures.
    #[must_use]
    pub fn pool(&self) -> &Pool<C> {
        &self.pool
    }

    /// Runs an operation that writes, when its turn has come; again, where the engine ended it
    /// because another one was in its way.
    async fn write<T, F, Fut>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(PoolConnection<C>, Arc<Plan<U>>) -> Fut + Send + 'static,
        Fut: Future<Output = (PoolConnection<C>, Result<T, StepError>)> + Send + 'static,
    {
        // Writers queue here, where a wait costs nothing and ends in order, and not inside of the
        // engine, where each would hold a connection and poll for the lock. A caller that goes
        // away while it waits has changed nothing.
        let turn = self.turn().await?;
        self.run(turn, operation).await
    }

    /// Runs an operation that only reads.
    async fn read<T, F, Fut>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(PoolConnection<C>, Arc<Plan<U>>) -> Fut + Send + 'static,
        Fut: Future<Output = (PoolConnection<C>, Result<T, StepError>)> + Send + 'static,
    {
        self.run(None, operation).await
    }

    async fn turn(&self) -> Result<Option<OwnedSemaphorePermit>, StoreError> {
        let Some(writer) = &self.writer else {
            return Ok(None);
        };
        let turn = Arc::clone(writer).acquire_owned();
        match tokio::time::timeout(self.write_timeout, turn).await {
            Ok(turn) => turn.map(Some).map_err(|_| Failure::Interrupted.into()),
            Err(_) => Err(Failure::NoTurn(self.write_timeout).into()),
        }
    }

    /// Runs an operation in a task of its own, so that a request that is dropped does not reach it.
    ///
    /// A statement on SQLite that is dropped while it runs blocks its worker thread until it ends,
    /// and on a runtime with one thread it panics; on any engine a transaction that is dropped
    /// costs its connection.
    async fn run<T, F, Fut>(
        &self,
        turn: Option<OwnedSemaphorePermit>,
        operation: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(PoolConnection<C>, Arc<Plan<U>>) -> Fut + Send + 'static,
        Fut: Future<Output = (PoolConnection<C>, Result<T, StepError>)> + Send + 'static,
    {
        /// Each attempt lost against another writer. With as many writers as connections this many
        /// losses in a row do not happen by chance.
        const ATTEMPTS: u32 = 10;

        let runtime = Handle::try_current().map_err(StoreError::new)?;
        let (pool, plan) = (self.pool.clone(), Arc::clone(&self.plan));
        let task = runtime.spawn(async move {
            let mut lease = lease::<C>(&pool).await?;
            let mut attempts_left = ATTEMPTS;
            let done = loop {
                let (again, done) = operation(lease, Arc::clone(&plan)).await;
                attempts_left -= 1;
                match &done {
                    Err(StepError::Diesel(error)) if C::is_conflict(error) && attempts_left > 0 => {
                        lease = again;
                    }
                    _ => {
                        drop(again);
                        break done;
                    }
                }
            };
            // The next writer begins when this one's connection is back in the pool.
            drop(turn);
            done.map_err(StepError::into_store_error::<C>)
        });
        // What a panic said is left out: it may quote a value.
        task.await
            .unwrap_or_else(|_| Err(Failure::Interrupted.into()))
    }
}

/// A connection on loan from the pool.
type PoolConnection<C> = bb8::PooledConnection<'static, <C as Engine>::Manager>;

/// A connection that has not ended. After a restart of the server all that are in the pool have:
/// they are given back, which removes them, until one is left or made.
async fn lease<C: Engine>(pool: &Pool<C>) -> Result<PoolConnection<C>, StoreError> {
    loop {
        let mut lease = pool.get_owned().await.map_err(|e| Failure::of_pool(&e))?;
        if !lease.is_broken() {
            return Ok(lease);
        }
    }
}

/// Ends the transaction of an operation: what failed leaves nothing behind.
async fn finish<C: Engine, T>(
    connection: &mut C,
    outcome: Result<T, StepError>,
) -> Result<T, StepError> {
    match outcome {
        Ok(value) => {
            connection.commit().await?;
            Ok(value)
        }
        Err(error) => {
            // If this fails too, the pool sees the open transaction and closes the connection,
            // which forgets it; what the caller must hear is the first error.
            let _ = connection.rollback().await;
            Err(error)
        }
    }
}

impl<C: SqlBackend, U: SqlUser> Clone for DieselStore<C, U> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            plan: Arc::clone(&self.plan),
            writer: self.writer.clone(),
            write_timeout: self.write_timeout,
        }
    }
}

impl<C: SqlBackend, U: SqlUser> fmt::Debug for DieselStore<C, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DieselStore")
            .field("write_timeout", &self.write_timeout)
            .finish_non_exhaustive()
    }
}
