//! How a database is opened.

use std::time::Duration;

use bb8::ManageConnection as _;
use diesel_async::pooled_connection::PoolError;

use crate::engine::{Engine, Pool};
use crate::error::{Failure, OpenError};

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
