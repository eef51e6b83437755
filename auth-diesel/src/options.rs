//! The options for opening a database.

use std::borrow::Cow;
use std::time::Duration;

use bb8::ManageConnection as _;
use diesel_async::pooled_connection::PoolError;

use crate::engine::{Engine, Pool};
use crate::error::{Failure, OpenError};
use crate::migrate::AppMigration;

/// The options for opening a database; the same for every engine.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use auth_diesel::{AnyStore, StoreOptions};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
/// let options = StoreOptions::default()
///     .pool_size(2)
///     .checkout_timeout(Duration::from_secs(1));
/// let store: AnyStore = AnyStore::open_with(&url, options).await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct StoreOptions {
    pub(crate) pool_size: u32,
    pub(crate) lookup_connections: Option<u32>,
    pub(crate) announce_changes: bool,
    pub(crate) checkout_timeout: Duration,
    pub(crate) statement_timeout: Duration,
    pub(crate) busy_timeout: Duration,
    pub(crate) durability: Durability,
    pub(crate) transaction_pooling: bool,
    pub(crate) migrate: bool,
    pub(crate) migrations: Vec<AppMigration>,
}

/// When SQLite reports a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// When the disk has it.
    Full,
    /// Before the disk has it.
    Relaxed,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            // A request uses a connection for well under a millisecond: more connections would only wait for
            // cores, here or in the server.
            pool_size: 8,
            lookup_connections: None,
            // A round trip for each write, which only the cache of look-ups needs.
            announce_changes: false,
            // Clients get 503 before they give up.
            checkout_timeout: Duration::from_secs(5),
            // As long, so that a server that stops answering costs a client at most ten seconds.
            statement_timeout: Duration::from_secs(5),
            // For other processes with the same file: longer than any transaction of this crate.
            busy_timeout: Duration::from_secs(5),
            durability: Durability::Full,
            transaction_pooling: false,
            // Safe if many processes start simultaneously.
            migrate: true,
            migrations: Vec::new(),
        }
    }
}

impl StoreOptions {
    /// Sets the maximum number of connections: at least 1, by default 8.
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.pool_size = connections.max(1);
        self
    }

    /// Sets the number of connections on which only look-ups of authenticated requests run, beside the pool; 0
    /// runs them over the pool, and 64 is the maximum.
    ///
    /// | engine | default | connections |
    /// | --- | --- | --- |
    /// | SQLite | one for each core | read-only; a look-up runs on the worker of its request |
    /// | PostgreSQL | 2 | shared: each has up to 64 look-ups under way at a time |
    /// | MySQL, MariaDB | | none: a look-up takes a connection of the pool |
    ///
    /// A look-up in SQLite blocks its worker while it reads, and waits for no lock: microseconds for pages in
    /// memory, and the time of a few reads of the disk for others. Set 0 for a file on a slow disk or on a network.
    /// A look-up that does not succeed at once (no unused connection, a lock, an error of the disk) runs over the
    /// pool. The connections do not read a file that replaces the opened one.
    ///
    /// In PostgreSQL a look-up over [`statement_timeout`](Self::statement_timeout) is an error, and its
    /// connection is replaced; after any other error it runs over the pool. Behind a pooler with
    /// [`transaction_pooling`](Self::transaction_pooling) every look-up does.
    pub fn lookup_connections(mut self, connections: u32) -> Self {
        self.lookup_connections = Some(connections);
        self
    }

    /// Tells the other processes of this database what is written, and notes what they write, so that the answers
    /// of [`AuthBuilder::cached_lookups`](auth_core::AuthBuilder::cached_lookups) end at once everywhere. Every
    /// process that writes needs it. Off by default.
    ///
    /// PostgreSQL only, by `NOTIFY auth_changes`: a write takes one more round trip, and the process one
    /// more connection. The texts are numbers from which no key follows. Other databases ignore the setting: a store of a
    /// SQLite file sees the writes of other processes without it, unless [`lookup_connections`](Self::lookup_connections) is 0.
    /// A process that is not told (a lost connection, a pooler with
    /// [`transaction_pooling`](Self::transaction_pooling)) repeats an answer until it is too old.
    pub fn announce_changes(mut self, announces: bool) -> Self {
        self.announce_changes = announces;
        self
    }

    /// Sets the time that an operation waits for a connection, and a change in SQLite for its write permit,
    /// before it fails. The default is five seconds.
    pub fn checkout_timeout(mut self, timeout: Duration) -> Self {
        self.checkout_timeout = timeout;
        self
    }

    /// Sets the time that an operation may take on a server, without the wait for a connection: from 10
    /// milliseconds to 10 minutes, by default five seconds. An operation that takes longer is an
    /// error; its connection is closed, and the server is asked to cancel the statement. SQLite
    /// ignores it.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    /// Sets the time that SQLite waits for another process that writes. The default is five seconds;
    /// other engines ignore it.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Lets SQLite report a commit before the disk has it (`synchronous = NORMAL` instead of `FULL`).
    /// Other engines ignore this: durability is a setting of the server there.
    ///
    /// On one measured disk a single writer made about 3,000 commits a second with it and about 670
    /// without it. The file stays consistent, and a crash of the process alone loses nothing.
    ///
    /// # Security
    ///
    /// After a loss of power the most recent commits may be missing: a logout, a revocation or a
    /// change of a password that was confirmed to the user is undone, and an ended session is alive again.
    pub fn relaxed_durability(mut self) -> Self {
        self.durability = Durability::Relaxed;
        self
    }

    /// Works behind a pooler that lends a connection to PostgreSQL for each transaction, such as PgBouncer with
    /// `pool_mode = transaction`. The option `pgbouncer=true` of the URL is the same; other engines ignore this.
    ///
    /// Each operation is a transaction then, in which its statements are prepared, run and closed: two or
    /// more additional round trips. Without this, a store behind such a pooler does not open
    /// ([`OpenError::TransactionPooling`]). A pooler that lends a connection for a session does not need it, and
    /// neither does PgBouncer 1.21 or later with `max_prepared_statements` above 0.
    pub fn transaction_pooling(mut self) -> Self {
        self.transaction_pooling = true;
        self
    }

    /// Does not change the tables, for a role without the privilege. They are still checked:
    /// a table that does not fit is an error.
    pub fn without_migrations(mut self) -> Self {
        self.migrate = false;
        self
    }

    /// Adds a migration of the application: statements that run once per database, in the order in
    /// which they were added, after those of the toolkit. The names of applied migrations are recorded in
    /// the table `auth_app_migrations`.
    ///
    /// A migration is atomic, except in MySQL, which commits each change of a table at once: write
    /// `CREATE TABLE IF NOT EXISTS` there. Add new migrations at the end, and do not change old ones: a
    /// database with a migration that this program does not name is rejected as newer
    /// ([`OpenError::NewerDatabase`]). A program without migrations does not check this.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_diesel::{AnyStore, StoreOptions};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// # let folder = tempfile::tempdir()?;
    /// # let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
    /// // Files of the application: `include_str!("../migrations/0001_orders.sql")`.
    /// let options = StoreOptions::default()
    ///     .migration("0001_orders", "CREATE TABLE orders (number INTEGER PRIMARY KEY)")
    ///     .migration("0002_paid", "ALTER TABLE orders ADD COLUMN paid INTEGER NOT NULL DEFAULT 0");
    /// let store: AnyStore = AnyStore::open_with(&url, options).await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn migration(
        mut self,
        name: impl Into<Cow<'static, str>>,
        sql: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.migrations.push(AppMigration {
            name: name.into(),
            up: sql.into(),
        });
        self
    }

    /// Opens a pool with these options and makes a first connection, so that a wrong
    /// password is an error at once.
    pub(crate) async fn pool<C: Engine>(&self, manager: C::Manager) -> Result<Pool<C>, OpenError> {
        let first = tokio::time::timeout(self.checkout_timeout, manager.connect());
        let first = first
            .await
            .map_err(|_| OpenError::Connection("no answer in time".to_owned()))?;
        first.map_err(|error| OpenError::Connection(Failure::to_connect(&error)))?;
        bb8::Pool::builder()
            .max_size(self.pool_size)
            .connection_timeout(self.checkout_timeout)
            // An unreachable server is tried again until the timeout.
            .retry_connection(true)
            .error_sink(Box::new(ConnectionLog))
            .build(manager)
            .await
            .map_err(|error| OpenError::Connection(Failure::to_connect(&error)))
    }
}

/// Logs why a pool has no connection; its callers only get an error without the reason.
#[derive(Debug)]
struct ConnectionLog;

impl bb8::ErrorSink<PoolError> for ConnectionLog {
    fn sink(&self, error: PoolError) {
        let reason = Failure::to_connect(&error);
        tracing::warn!(target: "auth", reason, "a connection to the database cannot be made");
    }

    fn boxed_clone(&self) -> Box<dyn bb8::ErrorSink<PoolError>> {
        Box::new(Self)
    }
}
