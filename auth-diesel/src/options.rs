//! How a database is opened.

use std::borrow::Cow;
use std::time::Duration;

use bb8::ManageConnection as _;
use diesel_async::pooled_connection::PoolError;

use crate::engine::{Engine, Pool};
use crate::error::{Failure, OpenError};
use crate::migrate::AppMigration;

/// How a database is opened; the same for every engine.
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
    pub(crate) checkout_timeout: Duration,
    pub(crate) busy_timeout: Duration,
    pub(crate) migrate: bool,
    pub(crate) migrations: Vec<AppMigration>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            // A request holds a connection for well under a millisecond: more would only wait for
            // cores, here or in the server.
            pool_size: 8,
            // Clients hear 503 before they give up.
            checkout_timeout: Duration::from_secs(5),
            // Other processes with the same file: longer than any of this crate's transactions.
            busy_timeout: Duration::from_secs(5),
            // Safe when many processes start at once, and one thing less to forget.
            migrate: true,
            migrations: Vec::new(),
        }
    }
}

impl StoreOptions {
    /// How many connections at the most; 1 at least, 8 unless told otherwise.
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.pool_size = connections.max(1);
        self
    }

    /// How long an operation waits for a connection, and in SQLite a change for its turn to write,
    /// before the store answers that it cannot. Five seconds unless told otherwise.
    pub fn checkout_timeout(mut self, timeout: Duration) -> Self {
        self.checkout_timeout = timeout;
        self
    }

    /// How long SQLite waits for another process that writes. Five seconds unless told otherwise;
    /// other engines have no use for it.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Leaves the tables as they are, for a role that may not change them. They are still looked
    /// at: what does not fit is an error.
    pub fn without_migrations(mut self) -> Self {
        self.migrate = false;
        self
    }

    /// Adds a migration of the application: statements that are run once for a database, in the order in
    /// which they were added, after those of the toolkit. The names of those that were run are kept in
    /// the table `auth_app_migrations`.
    ///
    /// A migration runs as a whole, except in MySQL, where each change of a table is kept at once: write
    /// `CREATE TABLE IF NOT EXISTS` there. Add new ones at the end, and leave old ones as they are: a
    /// database with one that this program does not name is refused as newer
    /// ([`OpenError::NewerDatabase`]). A program that names none does not look.
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

    /// A pool with these options, after a first connection has shown that the URL is good: a wrong
    /// password is an error at once, and not a pool that never has anything to give.
    pub(crate) async fn pool<C: Engine>(&self, manager: C::Manager) -> Result<Pool<C>, OpenError> {
        let first = tokio::time::timeout(self.checkout_timeout, manager.connect());
        let first = first
            .await
            .map_err(|_| OpenError::Connection("no answer in time".to_owned()))?;
        first.map_err(|error| OpenError::Connection(Failure::to_connect(&error)))?;
        bb8::Pool::builder()
            .max_size(self.pool_size)
            .connection_timeout(self.checkout_timeout)
            // What cannot be reached is worth another try until the time is over, and then an error.
            .retry_connection(true)
            .error_sink(Box::new(ConnectionLog))
            .build(manager)
            .await
            .map_err(|error| OpenError::Connection(Failure::to_connect(&error)))
    }
}

/// Tells the log why a pool has no connection to give; its callers only learn that.
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
