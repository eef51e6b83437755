//! Opening a SQLite file.

use std::time::Duration;

use diesel_async::pooled_connection::AsyncDieselConnectionManager;

use super::DieselStore;
use crate::engine::sqlite::{self, PrepareError, SqliteConnection};
use crate::error::OpenError;

/// A [`DieselStore`] in a SQLite file.
pub type SqliteStore = DieselStore<SqliteConnection>;

/// How a SQLite file is opened.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use auth_diesel::SqliteOptions;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}", folder.path().join("accounts.db").display());
/// let options = SqliteOptions::default().pool_size(2).checkout_timeout(Duration::from_secs(1));
/// let store = options.open(&url).await?;
/// assert_eq!(store.pool().state().statistics.get_timed_out, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct SqliteOptions {
    pool_size: u32,
    checkout_timeout: Duration,
    busy_timeout: Duration,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            // Readers run side by side, a read takes micro-seconds: more would only wait for cores.
            pool_size: 8,
            // Clients hear 503 before they give up.
            checkout_timeout: Duration::from_secs(5),
            // Other processes with the same file: longer than any of this crate's transactions.
            busy_timeout: Duration::from_secs(5),
        }
    }
}

impl SqliteOptions {
    /// How many connections at the most; 1 at least, 8 unless told otherwise.
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.pool_size = connections.max(1);
        self
    }

    /// How long an operation waits for a connection, and a change for its turn to write, before
    /// the store answers that it cannot. Five seconds unless told otherwise.
    pub fn checkout_timeout(mut self, timeout: Duration) -> Self {
        self.checkout_timeout = timeout;
        self
    }

    /// How long SQLite waits for another process that writes. Five seconds unless told otherwise.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Opens the file of a URL `sqlite://PATH`: makes it where it is not there, readable by its
    /// owner alone, and brings the tables up to date. What follows `sqlite://` is the path as it
    /// is, so an absolute one gives three slashes.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says what was wrong with the URL, the file, or the tables in it.
    pub async fn open(self, url: &str) -> Result<SqliteStore, OpenError> {
        let path = path_of(url)?;
        let prepared = {
            let (path, busy_timeout) = (path.clone(), self.busy_timeout);
            tokio::task::spawn_blocking(move || sqlite::prepare(&path, busy_timeout)).await
        };
        prepared.map_err(|_| OpenError::Interrupted)??;
        let pool = bb8::Pool::builder()
            .max_size(self.pool_size)
            .connection_timeout(self.checkout_timeout)
            .test_on_check_out(false)
            .build(sqlite::manager(&path, self.busy_timeout))
            .await
            .map_err(|error| OpenError::Connection(error.into()))?;
        Ok(SqliteStore::from_pool(pool).with_write_timeout(self.checkout_timeout))
    }
}

impl SqliteStore {
    /// Opens a file with the [default options](SqliteOptions).
    ///
    /// # Errors
    ///
    /// [`OpenError`], as [`SqliteOptions::open`].
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        SqliteOptions::default().open(url).await
    }

    /// What makes connections for a pool of the application's own, with the settings that this
    /// crate relies on (`busy_timeout`, `foreign_keys`, `synchronous = NORMAL`).
    ///
    /// It does not turn the write-ahead log on, because the file remembers that: run
    /// `PRAGMA journal_mode = WAL` once when you make the file.
    #[must_use]
    pub fn manager(path: &str) -> AsyncDieselConnectionManager<SqliteConnection> {
        sqlite::manager(path, SqliteOptions::default().busy_timeout)
    }
}

impl From<PrepareError> for OpenError {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::File(error) => Self::File(error),
            PrepareError::Connection(error) => Self::Connection(error.into()),
            PrepareError::Setting(error) => Self::Connection(error.into()),
            PrepareError::Migration(error) => Self::Migration(error),
        }
    }
}

fn path_of(url: &str) -> Result<String, OpenError> {
    if matches!(url, "sqlite::memory:" | ":memory:") {
        return Err(OpenError::InMemory);
    }
    let path = url.strip_prefix("sqlite://").ok_or(OpenError::Url)?;
    match path {
        "" => Err(OpenError::Url),
        ":memory:" => Err(OpenError::InMemory),
        // SQLite itself would read such a name as a URI with options.
        name if name.starts_with("file:") || name.starts_with("sqlite:") => Ok(format!("./{name}")),
        path => Ok(path.to_owned()),
    }
}
