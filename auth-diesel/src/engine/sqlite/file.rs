//! The file of a SQLite database: its path, its creation, and the settings of its connections.

use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;

use super::SqliteConnection;
use crate::engine::Pool;
use crate::error::OpenError;
use crate::options::StoreOptions;

/// Opens a pool, and creates the file if it does not exist.
pub(super) async fn open(
    url: &str,
    options: &StoreOptions,
) -> Result<Pool<SqliteConnection>, OpenError> {
    let path = path_of(url)?;
    let prepared = {
        let (path, busy_timeout) = (path.clone(), options.busy_timeout);
        tokio::task::spawn_blocking(move || prepare(&path, busy_timeout)).await
    };
    prepared.map_err(|_| OpenError::Interrupted)??;
    let manager = manager(&path, options.busy_timeout);
    options.pool::<SqliteConnection>(manager).await
}

/// Returns a connection manager of a SQLite file for the application's own pool, with the settings that this
/// crate relies on (`busy_timeout`, `foreign_keys`, `synchronous = NORMAL`).
///
/// It does not enable the write-ahead log, which is a persistent setting of the file: run
/// `PRAGMA journal_mode = WAL` once when you create the file.
#[must_use]
pub fn sqlite_manager(path: &str) -> AsyncDieselConnectionManager<SqliteConnection> {
    manager(path, Duration::from_secs(5))
}

/// Returns a connection manager of the file at `path` with the settings of [`set_up`].
fn manager(path: &str, busy_timeout: Duration) -> AsyncDieselConnectionManager<SqliteConnection> {
    let mut config = ManagerConfig::default();
    // A file does not disconnect like a server, so a test query is not needed.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |path| {
        let path = path.to_owned();
        Box::pin(async move {
            let connect = tokio::task::spawn_blocking(move || connect(&path, busy_timeout));
            match connect.await {
                Ok(connection) => connection.map(SyncConnectionWrapper::new),
                Err(_) => Err(ConnectionError::BadConnection(
                    "the runtime is ending".to_owned(),
                )),
            }
        })
    });
    AsyncDieselConnectionManager::new_with_config(path, config)
}

/// Opens the file and applies the settings of a connection.
fn connect(path: &str, busy_timeout: Duration) -> ConnectionResult<diesel::SqliteConnection> {
    let mut connection = diesel::SqliteConnection::establish(path)?;
    set_up(&mut connection, busy_timeout).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// Applies the settings of a connection.
///
/// `synchronous=NORMAL` with a write-ahead log keeps the file consistent after a crash of the
/// process and after a loss of power; after a loss of power the most recent commits may be
/// missing, so that a user may have to register again. `FULL` would make each write wait for
/// the disk.
fn set_up(connection: &mut diesel::SqliteConnection, busy_timeout: Duration) -> QueryResult<()> {
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {};
         PRAGMA foreign_keys = ON;
         PRAGMA synchronous = NORMAL;",
        busy_timeout.as_millis().min(i32::MAX as u128)
    ))
}

/// Creates the file if it does not exist (readable only by its owner) and enables the write-ahead log,
/// which is a persistent setting of the file.
fn prepare(path: &str, busy_timeout: Duration) -> Result<(), OpenError> {
    create_privately(Path::new(path)).map_err(OpenError::File)?;
    let mut connection = connect(path, busy_timeout).map_err(|error| OpenError::file(&error))?;
    write_ahead(&mut connection, busy_timeout).map_err(|error| OpenError::file(&error))
}

fn create_privately(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Enables the write-ahead log. This needs an exclusive lock, for which SQLite does not always wait for
/// the `busy_timeout`; the second process finds the log enabled.
fn write_ahead(
    connection: &mut diesel::SqliteConnection,
    busy_timeout: Duration,
) -> QueryResult<()> {
    const PAUSE: Duration = Duration::from_millis(10);
    let mut pauses_left = busy_timeout.as_millis() / PAUSE.as_millis();
    loop {
        match connection.batch_execute("PRAGMA journal_mode = WAL") {
            Err(error) if error.to_string().contains("locked") && pauses_left > 0 => {
                pauses_left -= 1;
                std::thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

fn path_of(url: &str) -> Result<String, OpenError> {
    let wrong = OpenError::Url("sqlite://");
    if matches!(url, "sqlite::memory:" | ":memory:") {
        return Err(OpenError::InMemory);
    }
    match url.strip_prefix("sqlite://") {
        None | Some("") => Err(wrong),
        Some(":memory:") => Err(OpenError::InMemory),
        // SQLite would parse such a name as a URI with options.
        Some(name) if name.starts_with("file:") || name.starts_with("sqlite:") => {
            Ok(format!("./{name}"))
        }
        Some(path) => Ok(path.to_owned()),
    }
}
