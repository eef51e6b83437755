//! The file of a SQLite database: where it is, how it is made, and how connections to it are set up.

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

/// Opens a pool, and makes the file where it is not there.
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

/// Makes connections to a SQLite file for a pool of the application's own, with the settings that this
/// crate relies on (`busy_timeout`, `foreign_keys`, `synchronous = NORMAL`).
///
/// It does not turn the write-ahead log on, because the file remembers that: run
/// `PRAGMA journal_mode = WAL` once when you make the file.
#[must_use]
pub fn sqlite_manager(path: &str) -> AsyncDieselConnectionManager<SqliteConnection> {
    manager(path, Duration::from_secs(5))
}

/// Makes connections to the file at `path`, each set up as [`set_up`] says.
fn manager(path: &str, busy_timeout: Duration) -> AsyncDieselConnectionManager<SqliteConnection> {
    let mut config = ManagerConfig::default();
    // A file does not go away like a server does: a test query would only cost time.
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

/// Opens the file and sets the connection up.
fn connect(path: &str, busy_timeout: Duration) -> ConnectionResult<diesel::SqliteConnection> {
    let mut connection = diesel::SqliteConnection::establish(path)?;
    set_up(&mut connection, busy_timeout).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// The settings of a connection.
///
/// `synchronous=NORMAL` with a write-ahead log keeps the file consistent through a crash of the
/// process and through a loss of power; after a loss of power the last moments of commits may be
/// missing. For accounts that is a registration to repeat; `FULL` would make each write wait for
/// the disk.
fn set_up(connection: &mut diesel::SqliteConnection, busy_timeout: Duration) -> QueryResult<()> {
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {};
         PRAGMA foreign_keys = ON;
         PRAGMA synchronous = NORMAL;",
        busy_timeout.as_millis().min(i32::MAX as u128)
    ))
}

/// Makes the file if it is not there (readable by its owner alone) and turns the write-ahead log on,
/// which the file remembers.
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

/// Turning the log on needs the file for itself, and SQLite does not always wait for that as
/// `busy_timeout` says. Who comes second finds it turned on.
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
        // SQLite itself would read such a name as a URI with options.
        Some(name) if name.starts_with("file:") || name.starts_with("sqlite:") => {
            Ok(format!("./{name}"))
        }
        Some(path) => Ok(path.to_owned()),
    }
}
