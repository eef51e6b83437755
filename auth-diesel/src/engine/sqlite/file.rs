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
use super::readers::Readers;
use crate::engine::Pool;
use crate::error::OpenError;
use crate::options::{Durability, StoreOptions};
use crate::url::SplitUrl;

/// Opens a pool, and creates the file if it does not exist.
pub(super) async fn open(
    url: &str,
    options: &StoreOptions,
) -> Result<Pool<SqliteConnection>, OpenError> {
    let Location { path, creates } = location(url)?;
    let settings = Settings {
        busy_timeout: options.busy_timeout,
        durability: options.durability,
    };
    let prepared = {
        let path = path.clone();
        tokio::task::spawn_blocking(move || prepare(&path, creates, settings)).await
    };
    prepared.map_err(|_| OpenError::Interrupted)??;
    let manager = manager(&path, settings);
    options.pool::<SqliteConnection>(manager).await
}

/// Opens the read-only connections to the file of a URL.
pub(super) async fn open_readers(url: &str, connections: Option<u32>) -> Readers {
    let Ok(Location { path, .. }) = location(url) else {
        return Readers::default();
    };
    let open = tokio::task::spawn_blocking(move || Readers::open(&path, connections));
    open.await.unwrap_or_default()
}

/// Returns a connection manager of a SQLite file for the application's own pool, with the settings that this
/// crate relies on (`busy_timeout`, `foreign_keys`, `synchronous = FULL`).
///
/// It does not enable the write-ahead log, which is a persistent setting of the file: run
/// `PRAGMA journal_mode = WAL` once when you create the file.
#[must_use]
pub fn sqlite_manager(path: &str) -> AsyncDieselConnectionManager<SqliteConnection> {
    let settings = Settings {
        busy_timeout: Duration::from_secs(5),
        durability: Durability::Full,
    };
    manager(path, settings)
}

/// The settings of a connection.
#[derive(Debug, Clone, Copy)]
struct Settings {
    busy_timeout: Duration,
    durability: Durability,
}

/// Returns a connection manager of the file at `path` with these settings.
fn manager(path: &str, settings: Settings) -> AsyncDieselConnectionManager<SqliteConnection> {
    let mut config = ManagerConfig::default();
    // A file does not disconnect like a server, so a test query is not needed.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |path| {
        let path = path.to_owned();
        Box::pin(async move {
            let connect = tokio::task::spawn_blocking(move || connect(&path, settings));
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
fn connect(path: &str, settings: Settings) -> ConnectionResult<diesel::SqliteConnection> {
    let mut connection = diesel::SqliteConnection::establish(path)?;
    set_up(&mut connection, settings).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// Applies the settings of a connection.
///
/// Both durabilities keep the file consistent after a crash of the process and after a loss of power.
/// `FULL` flushes the write-ahead log at each commit, so that a commit survives a loss of power.
fn set_up(connection: &mut diesel::SqliteConnection, settings: Settings) -> QueryResult<()> {
    let synchronous = match settings.durability {
        Durability::Full => "FULL",
        Durability::Relaxed => "NORMAL",
    };
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {};
         PRAGMA foreign_keys = ON;
         PRAGMA synchronous = {synchronous};",
        settings.busy_timeout.as_millis().min(i32::MAX as u128)
    ))
}

/// Creates the file if it does not exist (readable only by its owner) and enables the write-ahead log,
/// which is a persistent setting of the file. Without `creates` the file must exist.
fn prepare(path: &str, creates: bool, settings: Settings) -> Result<(), OpenError> {
    let exists = if creates {
        create_privately(Path::new(path))
    } else {
        std::fs::metadata(path).map(|_| ())
    };
    exists.map_err(OpenError::File)?;
    let mut connection = connect(path, settings).map_err(|error| OpenError::file(&error))?;
    write_ahead(&mut connection, settings.busy_timeout).map_err(|error| OpenError::file(&error))
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

/// A file, and whether it is created if it does not exist.
struct Location {
    path: String,
    creates: bool,
}

/// Where to write the options of a connection that are settings of the store.
const HINTS: &[(&[&str], &str)] = &[
    (
        &["busy_timeout", "timeout", "_busy_timeout"],
        "is not supported, use `StoreOptions::busy_timeout`",
    ),
    (
        &["synchronous", "_synchronous"],
        "is not supported, use `StoreOptions::relaxed_durability`",
    ),
];

fn location(url: &str) -> Result<Location, OpenError> {
    let scheme = "sqlite://";
    if matches!(url, "sqlite::memory:" | ":memory:") {
        return Err(OpenError::InMemory);
    }
    if !url.starts_with(scheme) {
        return Err(OpenError::Url(scheme));
    }
    let SplitUrl { base, options } = SplitUrl::at_question_mark(url, scheme.len())?;
    let mut creates = true;
    for option in options {
        match (option.name, option.value) {
            ("mode", "rwc") => creates = true,
            ("mode", "rw") => creates = false,
            ("mode", "memory") => return Err(OpenError::InMemory),
            ("mode", "ro") => {
                return Err(option.refused("must be `rwc` or `rw`, because the store writes"));
            }
            ("mode", _) => return Err(option.refused("must be `rwc` or `rw`")),
            _ => return Err(option.unknown(HINTS)),
        }
    }
    let path = match base.get(scheme.len()..).unwrap_or_default() {
        "" => return Err(OpenError::Url(scheme)),
        ":memory:" => return Err(OpenError::InMemory),
        // SQLite would parse such a name as a URI with options.
        name if name.starts_with("file:") || name.starts_with("sqlite:") => format!("./{name}"),
        path => path.to_owned(),
    };
    Ok(Location { path, creates })
}
