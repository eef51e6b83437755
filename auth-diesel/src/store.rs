//! The store: a pool, and operations on its connections.

mod changes;
mod credentials;
mod expiring;
mod lease;
mod lookup;
mod open;
mod sessions;
mod transaction;
mod users;

#[cfg(feature = "postgres")]
pub(crate) use changes::note_announced;
pub use transaction::{Transaction, UsersIn};

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use auth_core::store::{AccessChanges, StoreId};
use auth_core::{StoreError, User};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::changes::{NoteAtEnd, Written, announce};
use self::lease::{Lease, Limited};
use crate::engine::{Consequence, Engine, LookupConnections as _, Pool, ServerSession, SqlBackend};
use crate::error::{Failure, StepError};
use crate::statements::lookup::Lookups;
use crate::table::{Plan, SqlUser};

/// Users, sessions and expiring counters in the database of a pool of connections `C`; the
/// users are rows of the table to which `U` is mapped.
///
/// Cheap to clone: all clones share the pool, and the queue of writers where the engine allows one
/// writer at a time.
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
    id: StoreId,
    // Before the pool, whose last connection removes the log of a file when it is closed.
    lookup_connections: C::LookupConnections,
    pool: Pool<C>,
    plan: Arc<Plan<U>>,
    lookups: Arc<Lookups<U>>,
    writer: Option<Arc<Semaphore>>,
    write_timeout: Duration,
    statement_timeout: Duration,
    session: ServerSession,
    changes: AccessChanges,
    /// Exists if what is written is announced to other processes. The task that listens to them ends with it.
    feed: Option<Arc<()>>,
}

impl<C: SqlBackend, U: SqlUser> DieselStore<C, U> {
    /// The time that a change waits for its write permit: five seconds, so that clients get 503 before
    /// they give up.
    pub const DEFAULT_WRITE_TIMEOUT: Duration = Duration::from_secs(5);

    /// The time that an operation may take on a server: five seconds, so that clients get 503 before they
    /// give up.
    pub const DEFAULT_STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);

    /// Returns a store on the application's own pool, so that the application and its accounts share
    /// connections. Call [`migrate`](Self::migrate) to create the tables.
    ///
    /// For SQLite, create the pool with `sqlite_manager`, and
    /// run `PRAGMA journal_mode = WAL` once when you create the file: without both concurrent writers
    /// wait for readers, or fail. Keep the pool's recycling method `Fast` there and on PostgreSQL;
    /// on MySQL keep the default, or closed connections are detected too late.
    ///
    /// TLS is a setting of the pool: for PostgreSQL create it with `postgres_manager`; for MySQL the guide
    /// `guide::servers` has a recipe.
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
        C::check_driver_log();
        let plan = Plan::new(&C::DIALECT);
        Self {
            id: StoreId::unique(),
            lookup_connections: C::lookup_connections(&pool, None),
            pool,
            lookups: Arc::new(Lookups::new::<C>(&plan)),
            plan: Arc::new(plan),
            writer: C::DIALECT
                .single_writer
                .then(|| Arc::new(Semaphore::new(1))),
            write_timeout: Self::DEFAULT_WRITE_TIMEOUT,
            statement_timeout: Self::DEFAULT_STATEMENT_TIMEOUT,
            session: ServerSession::Own,
            changes: AccessChanges::new(),
            feed: None,
        }
    }

    /// Sets the time that a change waits for its write permit, where the engine allows one writer at a time.
    /// The time that an operation waits for a connection is the pool's `connection_timeout`.
    #[must_use]
    pub fn with_write_timeout(mut self, timeout: Duration) -> Self {
        self.write_timeout = timeout;
        self
    }

    /// Sets the time that an operation may take on a server, without the wait for a connection. An operation
    /// that takes longer is an error; its connection is closed, and the server is asked to cancel
    /// the statement. The time is from 10 milliseconds to 10 minutes, by default five seconds; SQLite
    /// ignores it.
    #[must_use]
    pub fn with_statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout.clamp(Duration::from_millis(10), Duration::from_mins(10));
        self
    }

    /// Works behind a pooler that lends a connection to PostgreSQL for each transaction, as
    /// [`StoreOptions::transaction_pooling`](crate::StoreOptions::transaction_pooling). The connections of the pool
    /// must be those of `postgres_manager` with `pgbouncer=true` in its URL.
    #[must_use]
    pub fn with_transaction_pooling(self) -> Self {
        self.with_session(ServerSession::PerTransaction)
    }

    /// Sets the number of connections for look-ups, as
    /// [`StoreOptions::lookup_connections`](crate::StoreOptions::lookup_connections); 0 answers them over the
    /// pool. PostgreSQL only: for the other engines a store on a pool of the application has none.
    #[must_use]
    pub fn with_lookup_connections(mut self, connections: u32) -> Self {
        self.lookup_connections = C::lookup_connections(&self.pool, Some(connections));
        self
    }

    fn with_session(mut self, session: ServerSession) -> Self {
        self.session = session;
        self
    }

    /// Returns the pool, for the application's own queries and metrics.
    #[must_use]
    pub fn pool(&self) -> &Pool<C> {
        &self.pool
    }

    /// Runs an operation that writes, after its write permit; repeats it if the engine ended it
    /// because of a conflict with another one. Notes what it has written before it returns.
    async fn write<T, F, Fut>(&self, written: Written, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(Lease<C>, Arc<Plan<U>>) -> Fut + Send + 'static,
        Fut: Future<Output = (Lease<C>, Result<T, StepError>)> + Send + 'static,
    {
        // Writers queue here, where waiting costs nothing and is fair, and not inside of the
        // engine, where each would occupy a connection and poll for the lock. A caller that is
        // dropped while it waits has changed nothing.
        let permit = self.write_permit().await?;
        self.run(permit, Some(written), operation).await
    }

    /// Runs an operation that only reads.
    async fn read<T, F, Fut>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(Lease<C>, Arc<Plan<U>>) -> Fut + Send + 'static,
        Fut: Future<Output = (Lease<C>, Result<T, StepError>)> + Send + 'static,
    {
        self.run(None, None, operation).await
    }

    async fn write_permit(&self) -> Result<Option<OwnedSemaphorePermit>, StoreError> {
        let Some(writer) = &self.writer else {
            return Ok(None);
        };
        let permit = Arc::clone(writer).acquire_owned();
        match tokio::time::timeout(self.write_timeout, permit).await {
            Ok(permit) => permit.map(Some).map_err(|_| Failure::Interrupted.into()),
            Err(_) => Err(Failure::NoPermit(self.write_timeout).into()),
        }
    }

    /// Runs an operation in a separate task, so that a dropped request does not interrupt it.
    ///
    /// A statement on SQLite that is dropped while it runs blocks its worker thread until it ends,
    /// and on a runtime with one thread it panics; on any engine a transaction that is dropped
    /// costs its connection.
    async fn run<T, F, Fut>(
        &self,
        permit: Option<OwnedSemaphorePermit>,
        written: Option<Written>,
        operation: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(Lease<C>, Arc<Plan<U>>) -> Fut + Send + 'static,
        Fut: Future<Output = (Lease<C>, Result<T, StepError>)> + Send + 'static,
    {
        let runtime = Handle::try_current().map_err(StoreError::new)?;
        let (pool, plan) = (self.pool.clone(), Arc::clone(&self.plan));
        let (limit, session) = (self.statement_timeout, self.session);
        let lookups = self.lookup_connections.clone();
        let (changes, announces) = (self.changes.clone(), self.feed.is_some());
        let task = runtime.spawn(async move {
            let note = written.map(|written| NoteAtEnd { changes, written });
            let operation = move |lease| operation(lease, Arc::clone(&plan));
            let writes = written.is_some();
            let on_closed = || lookups.close();
            let attempts = attempts(&pool, session, limit, writes, on_closed, operation);
            let done = attempts.await;
            // The next writer begins when this one's connection is back in the pool.
            drop(permit);
            drop(note);
            // After an error the outcome may be unknown, but then the server is in no state to tell it.
            if let Some(written) = written.filter(|_| announces && done.is_ok()) {
                announce::<C>(&pool, session, written).await;
            }
            done
        });
        // The message of a panic is left out: it may quote a value.
        task.await
            .unwrap_or_else(|_| Err(Failure::Interrupted.into()))
    }
}

/// Runs an operation until it succeeds or fails for good, with a time limit for each attempt.
///
/// After a conflict with another writer it runs again on the same connection. After an error that closes the
/// connection it runs once more on a new one, if nothing was written, and `on_closed` is called.
async fn attempts<C, T, F, Fut>(
    pool: &Pool<C>,
    session: ServerSession,
    limit: Duration,
    writes: bool,
    on_closed: impl Fn(),
    operation: F,
) -> Result<T, StoreError>
where
    C: SqlBackend,
    F: Fn(Lease<C>) -> Fut,
    Fut: Future<Output = (Lease<C>, Result<T, StepError>)>,
{
    /// The number of retries, each lost to another writer. With as many writers as connections this many
    /// conflicts in a row do not happen by chance.
    const RETRIES: u32 = 9;

    let mut lease = Lease::of_pool(pool).await?;
    let (mut retries, mut is_new) = (RETRIES, false);
    loop {
        let limit_statements = Limited::of(&*lease, limit);
        let Some(begun) = limit_statements.run(session.begin(&mut *lease)).await else {
            return Err(Failure::NoAnswer(limit).into());
        };
        let outcome = if let Err(error) = begun {
            Err(error.into())
        } else {
            let limit_statements = Limited::of(&*lease, limit);
            let running = ended(session, operation(lease));
            let Some((again, outcome)) = limit_statements.run(running).await else {
                return Err(Failure::NoAnswer(limit).into());
            };
            lease = again;
            outcome
        };
        let mut consequence = match &outcome {
            Err(StepError::Diesel(error)) => C::consequence(error),
            _ => Consequence::Failed,
        };
        if consequence == Consequence::FailedOrClosed && !answers(&mut *lease, limit).await {
            consequence = Consequence::Closed;
        }
        match consequence {
            Consequence::Conflict if retries > 0 => retries -= 1,
            Consequence::ClosedUnwritten | Consequence::Closed => {
                let is_rejected = consequence == Consequence::ClosedUnwritten;
                let is_unwritten = !writes || is_rejected && answers(&mut *lease, limit).await;
                drop(lease);
                on_closed();
                if is_new || !is_unwritten {
                    return outcome.map_err(StepError::into_store_error::<C>);
                }
                is_new = true;
                lease = Lease::new_connection(pool, limit).await?;
            }
            Consequence::Failed | Consequence::FailedOrClosed | Consequence::Conflict => {
                lease.keep();
                return outcome.map_err(StepError::into_store_error::<C>);
            }
        }
    }
}

/// Runs an operation, and ends it in its session.
async fn ended<C: Engine, T>(
    session: ServerSession,
    running: impl Future<Output = (Lease<C>, Result<T, StepError>)>,
) -> (Lease<C>, Result<T, StepError>) {
    let (mut lease, outcome) = running.await;
    let ended = session.end(&mut *lease, outcome.is_ok()).await;
    let outcome = match ended {
        // After an error the first one counts.
        Err(error) if outcome.is_ok() => Err(error.into()),
        _ => outcome,
    };
    (lease, outcome)
}

async fn answers<C: Engine>(connection: &mut C, limit: Duration) -> bool {
    let answer = tokio::time::timeout(limit, connection.answers());
    answer.await.unwrap_or(false)
}

/// Ends the transaction of an operation: commits a success and rolls a failure back.
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
            // which rolls it back; the caller gets the first error.
            let _ = connection.rollback().await;
            Err(error)
        }
    }
}

impl<C: SqlBackend, U: SqlUser> Clone for DieselStore<C, U> {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            lookup_connections: self.lookup_connections.clone(),
            pool: self.pool.clone(),
            plan: Arc::clone(&self.plan),
            lookups: Arc::clone(&self.lookups),
            writer: self.writer.clone(),
            write_timeout: self.write_timeout,
            statement_timeout: self.statement_timeout,
            session: self.session,
            changes: self.changes.clone(),
            feed: self.feed.clone(),
        }
    }
}

impl<C: SqlBackend, U: SqlUser> fmt::Debug for DieselStore<C, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DieselStore")
            .field("write_timeout", &self.write_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .finish_non_exhaustive()
    }
}
