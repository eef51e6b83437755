//! The store: a pool, and how an operation runs on one of its connections.

mod expiring;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
mod users;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use auth_core::StoreError;
use auth_core::store::UniqueField;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::engine::{Engine, SqlBackend};
use crate::error::Failure;

/// Users and expiring counters in the database behind a pool of connections `C`.
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
/// let store = SqliteStore::open(&url).await?;
/// let now = SystemClock.now();
/// let key = ExpiringKey::new("jti", "4XcE");
/// let first = store.insert_once(&key, now + time::Duration::HOUR, now).await?;
/// assert_eq!(first, Inserted::New);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct DieselStore<C: SqlBackend> {
    pool: bb8::Pool<C::Manager>,
    writer: Option<Arc<Semaphore>>,
    write_timeout: Duration,
}

/// How an operation on a connection failed inside of a transaction.
pub(crate) enum StepError {
    /// The engine refused a statement.
    Diesel(DieselError),
    /// Something above the engine failed.
    Store(StoreError),
}

impl<C: SqlBackend> DieselStore<C> {
    /// How long a change waits for its turn to write: five seconds, so that clients hear 503 before
    /// they give up.
    pub const DEFAULT_WRITE_TIMEOUT: Duration = Duration::from_secs(5);

    /// A store on the application's own pool. The tables are its business, too:
    /// [`migrate`](Self::migrate) makes them.
    ///
    /// For SQLite, make the pool's connections with
    /// [`SqliteStore::manager`](crate::SqliteStore), and run `PRAGMA journal_mode = WAL` once when
    /// you make the file: without both concurrent writers wait for readers, or fail. Keep the pool's
    /// recycling method `Fast`.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_diesel::SqliteStore;
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("application.db");
    /// # let path = path.to_str().unwrap_or_default();
    /// let manager = SqliteStore::manager(path);
    /// let pool = bb8::Pool::builder().max_size(4).build(manager).await?;
    /// let store = SqliteStore::from_pool(pool);
    /// store.migrate().await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_pool(pool: bb8::Pool<C::Manager>) -> Self {
        Self {
            pool,
            writer: C::SINGLE_WRITER.then(|| Arc::new(Semaphore::new(1))),
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
    pub fn pool(&self) -> &bb8::Pool<C::Manager> {
        &self.pool
    }

    /// Brings the tables up to date. Does nothing where they are.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the database cannot be reached or refuses a migration.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.write(|mut connection| async move {
            match connection.migrate().await {
                Ok(done) => done.map_err(|error| StepError::Store(StoreError::new(error))),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    /// Runs an operation that writes, when its turn has come.
    async fn write<T, F, Fut>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(Lease<C>) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, StepError>> + Send,
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
        F: FnOnce(Lease<C>) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, StepError>> + Send,
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
        F: FnOnce(Lease<C>) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, StepError>> + Send,
    {
        let runtime = Handle::try_current().map_err(StoreError::new)?;
        let pool = self.pool.clone();
        let task = runtime.spawn(async move {
            let lease = pool.get_owned().await.map_err(|e| Failure::of_pool(&e))?;
            let done = operation(lease).await;
            // The next writer begins when this one's connection is back in the pool.
            drop(turn);
            done.map_err(|error| match error {
                StepError::Diesel(error) => Failure::of::<C>(error).into(),
                StepError::Store(error) => error,
            })
        });
        // What a panic said is left out: it may quote a value.
        task.await
            .unwrap_or_else(|_| Err(Failure::Interrupted.into()))
    }
}

/// A connection on loan from the pool.
type Lease<C> = bb8::PooledConnection<'static, <C as Engine>::Manager>;

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

/// The unique column that an error is about, if it is about one.
fn taken_field<C: Engine>(error: &StepError) -> Option<UniqueField> {
    match error {
        StepError::Diesel(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) => {
            C::taken_field(&**info)
        }
        _ => None,
    }
}

impl From<DieselError> for StepError {
    fn from(error: DieselError) -> Self {
        Self::Diesel(error)
    }
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<C: SqlBackend> Clone for DieselStore<C> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            writer: self.writer.clone(),
            write_timeout: self.write_timeout,
        }
    }
}

impl<C: SqlBackend> fmt::Debug for DieselStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DieselStore")
            .field("write_timeout", &self.write_timeout)
            .finish_non_exhaustive()
    }
}
