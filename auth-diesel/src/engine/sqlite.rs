//! SQLite: connections, transactions, migrations, and what its messages mean.

use std::path::Path;
use std::time::Duration;

use auth_core::store::{Expect, LoginIdentifier, PageRequest, PageStart, UniqueField, Window};
use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel::dsl::{case_when, exists, not};
use diesel::prelude::*;
use diesel::result::DatabaseErrorInformation;
use diesel::sql_types::{BigInt, Bool};
use diesel::sqlite::Sqlite;
use diesel::upsert::excluded;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, RunQueryDsl, TransactionManager};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use time::OffsetDateTime;
use uuid::Uuid;

use super::statements::{leadership_remains, portable_statements, returning_statements};
use super::{Engine, MigrationResult, SqlBackend};
use crate::row::{ChangeRow, UserRow};
use crate::schema::{auth_expiring, auth_users};
use crate::types::{DbTime, DbUuid};

/// A SQLite connection whose statements run on the blocking threads of tokio.
pub type SqliteConnection = SyncConnectionWrapper<diesel::SqliteConnection>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

impl SqlBackend for SqliteConnection {}

impl Engine for SqliteConnection {
    type Manager = AsyncDieselConnectionManager<Self>;

    const SINGLE_WRITER: bool = true;

    async fn migrate(&mut self) -> QueryResult<MigrationResult> {
        self.spawn_blocking(|connection| Ok(migrate(connection)))
            .await
    }

    async fn begin_read(&mut self) -> QueryResult<()> {
        begin(self, "BEGIN DEFERRED").await
    }

    async fn begin_write(&mut self) -> QueryResult<()> {
        // A deferred transaction that reads first and writes later fails at once with "database is
        // locked" when somebody wrote in between; an immediate one waits for its turn here.
        begin(self, "BEGIN IMMEDIATE").await
    }

    async fn commit(&mut self) -> QueryResult<()> {
        <Self as AsyncConnection>::TransactionManager::commit_transaction(self).await
    }

    async fn rollback(&mut self) -> QueryResult<()> {
        <Self as AsyncConnection>::TransactionManager::rollback_transaction(self).await
    }

    fn taken_field(info: &dyn DatabaseErrorInformation) -> Option<UniqueField> {
        // SQLite says "UNIQUE constraint failed: table.column" and nothing in fields.
        let (_, column) = info.message().rsplit_once("auth_users.")?;
        match column {
            "id" => None,
            "email" => Some(UniqueField::Email),
            "username" => Some(UniqueField::Username),
            _ => Some(UniqueField::Other),
        }
    }

    fn loggable(info: &dyn DatabaseErrorInformation) -> String {
        // Its messages name tables, columns and files, never a value.
        info.message().to_owned()
    }

    portable_statements!(Sqlite);
    returning_statements!();
}

/// Brings the tables up to date, in one transaction that waits for others who do the same.
pub(crate) fn migrate(connection: &mut diesel::SqliteConnection) -> MigrationResult {
    connection
        .immediate_transaction(|connection| {
            connection
                .run_pending_migrations(MIGRATIONS)
                .map_err(Rollback::Migration)?;
            Ok(())
        })
        .map_err(|error| match error {
            Rollback::Migration(error) => error,
            Rollback::Transaction(error) => error.into(),
        })
}

enum Rollback {
    Migration(auth_core::BoxError),
    Transaction(diesel::result::Error),
}

impl From<diesel::result::Error> for Rollback {
    fn from(error: diesel::result::Error) -> Self {
        Self::Transaction(error)
    }
}

/// What makes connections to the file at `path`, each set up as [`set_up`] says.
pub(crate) fn manager(
    path: &str,
    busy_timeout: Duration,
) -> AsyncDieselConnectionManager<SqliteConnection> {
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
pub(crate) fn connect(
    path: &str,
    busy_timeout: Duration,
) -> ConnectionResult<diesel::SqliteConnection> {
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

/// Makes the file if it is not there (readable by its owner alone), turns the write-ahead log on,
/// which the file remembers, and brings the tables up to date.
pub(crate) fn prepare(path: &str, busy_timeout: Duration) -> Result<(), PrepareError> {
    create_privately(Path::new(path)).map_err(PrepareError::File)?;
    let mut connection = connect(path, busy_timeout).map_err(PrepareError::Connection)?;
    write_ahead(&mut connection, busy_timeout).map_err(PrepareError::Setting)?;
    migrate(&mut connection).map_err(PrepareError::Migration)
}

/// What of [`prepare`] failed.
#[derive(Debug)]
pub(crate) enum PrepareError {
    File(std::io::Error),
    Connection(ConnectionError),
    Setting(diesel::result::Error),
    Migration(auth_core::BoxError),
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

async fn begin(connection: &mut SqliteConnection, sql: &'static str) -> QueryResult<()> {
    connection
        .spawn_blocking(move |connection| {
            AnsiTransactionManager::begin_transaction_sql(connection, sql)
        })
        .await
}
