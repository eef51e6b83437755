//! The operations of an engine, and the trait that seals the list of engines.
//!
//! Most statements are the same for all engines; the others, and the names that an engine gives to
//! things, are in its file below `engine/`. Everything above (transactions, outcomes, conversions,
//! errors) is generic over [`Engine`] and written once.

#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
mod session;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod upsert;

use std::fmt;
use std::future::Future;
use std::sync::Weak;
use std::time::Duration;

use auth_core::StoreError;
use auth_core::store::{AccessChanges, Window};
use diesel::QueryResult;
use diesel::result::{DatabaseErrorInformation, Error as DieselError};
#[cfg(any(feature = "postgres", feature = "mysql"))]
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::{PoolError, PoolableConnection};
use diesel_async::{AsyncConnection, TransactionManager};
use futures_util::future::BoxFuture;
use time::OffsetDateTime;

pub(crate) use self::session::ServerSession;

use crate::error::OpenError;
use crate::migrate::Migration;
use crate::options::StoreOptions;
use crate::sql::{Kind, Row, Statement};

/// A connection that [`DieselStore`](crate::DieselStore) can work with.
///
/// Sealed: the crate implements it for the supported engines, and the statements behind it may
/// change.
pub trait SqlBackend: Engine {}

/// The connection pool of a store.
pub type Pool<C> = bb8::Pool<<C as Engine>::Manager>;

/// The syntax and the capabilities of an engine.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are capabilities, each there or not"
)]
pub struct Dialect {
    /// The beginning of its URLs, including `://`.
    pub scheme: &'static str,
    /// The quotation mark around names.
    pub quote: char,
    /// What follows a text value that is compared in the order of code points, whatever the collation of the
    /// column is. An index serves the comparison if the column has this collation.
    pub bytewise: &'static str,
    /// Whether `INSERT` and `UPDATE` can return rows.
    pub returning: bool,
    /// Whether `SELECT … FOR UPDATE` locks rows. Without it, a transaction that writes
    /// locks the whole database.
    pub row_locks: bool,
    /// Whether the engine allows one writer at a time, so that writers should queue before they take
    /// a connection.
    pub single_writer: bool,
    /// Whether `DELETE` has a `LIMIT`.
    pub limited_deletes: bool,
    /// Whether a server runs the statements, which can stop answering.
    pub server: bool,
}

impl Dialect {
    /// Returns a quoted name for a statement.
    pub(crate) fn quoted(&self, name: &str) -> String {
        let quote = self.quote;
        let doubled = name.replace(quote, &format!("{quote}{quote}"));
        format!("{quote}{doubled}{quote}")
    }

    /// Returns the clause that makes a `SELECT` lock its rows.
    pub(crate) fn for_update(&self) -> &'static str {
        if self.row_locks { " FOR UPDATE" } else { "" }
    }
}

/// What an error means for its operation and for its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// The operation fails; the connection can be used again.
    Failed,
    /// The operation fails. The connection can be used again if it still answers ([`Engine::answers`]); otherwise
    /// the server closed it, and whether the statement was applied is unknown.
    FailedOrClosed,
    /// The engine ended the transaction because of a conflict with another one: a retry is likely to succeed.
    Conflict,
    /// The connection must not be used again; the server rejected the statement, so that nothing was
    /// written, if the connection still answers ([`Engine::answers`]).
    ClosedUnwritten,
    /// The connection must not be used again, and whether the statement was applied is unknown.
    Closed,
}

/// The connections of a store on which only look-ups run, beside its pool.
pub trait LookupConnections: fmt::Debug + Clone + Default + Send + Sync + 'static {
    /// Runs a statement that reads, with a time limit on engines with a server. `None` if the statement must run
    /// over the pool: no connection is free, or it failed here.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the time limit is over.
    fn fetch(
        &self,
        statement: &Statement,
        limit: Duration,
    ) -> impl Future<Output = Result<Option<Vec<Row>>, StoreError>> + Send;

    /// Closes the connections, because one of the pool had an error that may concern all; they are opened again
    /// when they are used.
    fn close(&self);

    /// Notes what other processes have written, where the engine can tell it. Returns `false` if it is not known
    /// now.
    fn note_other_writes(&self, changes: &AccessChanges) -> bool {
        let _ = changes;
        true
    }
}

/// The look-ups of an engine that answers them over the pool.
#[cfg(feature = "mysql")]
#[derive(Debug, Clone, Default)]
pub struct OverThePool;

#[cfg(feature = "mysql")]
impl LookupConnections for OverThePool {
    async fn fetch(&self, _: &Statement, _: Duration) -> Result<Option<Vec<Row>>, StoreError> {
        Ok(None)
    }

    fn close(&self) {}
}

/// The engine behind a connection.
pub trait Engine: AsyncConnection + PoolableConnection + Send + Sized + 'static {
    /// The connection manager of the pool.
    type Manager: bb8::ManageConnection<Connection = Self, Error = PoolError>;

    /// The connections for look-ups.
    type LookupConnections: LookupConnections;

    /// The syntax and the capabilities of the engine.
    const DIALECT: Dialect;

    /// Its migrations, oldest first.
    const MIGRATIONS: &'static [Migration];

    /// Opens a pool of connections to the database of a URL.
    fn open(
        url: &str,
        options: &StoreOptions,
    ) -> impl Future<Output = Result<(Pool<Self>, ServerSession), OpenError>> + Send;

    /// Returns the connections for look-ups beside an open pool: this number, or the default one.
    fn lookup_connections(pool: &Pool<Self>, connections: Option<u32>) -> Self::LookupConnections;

    /// Opens the connections for look-ups of the database of a URL.
    fn open_lookup_connections(
        url: &str,
        pool: &Pool<Self>,
        connections: Option<u32>,
    ) -> impl Future<Output = Self::LookupConnections> + Send {
        let _ = url;
        std::future::ready(Self::lookup_connections(pool, connections))
    }

    /// Runs a statement and returns its rows.
    fn fetch(&mut self, statement: Statement)
    -> impl Future<Output = QueryResult<Vec<Row>>> + Send;

    /// Runs a statement and returns the number of rows that it wrote, or that already had
    /// the written values.
    fn run(&mut self, statement: Statement) -> impl Future<Output = QueryResult<usize>> + Send;

    /// Opens a transaction that writes.
    fn begin_write(&mut self) -> impl Future<Output = QueryResult<()>> + Send;

    /// Waits for concurrent migrations of this database, and begins a transaction if the engine
    /// can change tables in one; `false` if the wait was too long.
    fn begin_migration(&mut self) -> impl Future<Output = QueryResult<bool>> + Send;

    /// Ends the migration of [`begin_migration`](Self::begin_migration): commits it or, where the engine
    /// can, rolls it back.
    fn end_migration(&mut self, keep: bool) -> impl Future<Output = QueryResult<()>> + Send {
        async move {
            if keep {
                self.commit().await
            } else {
                self.rollback().await
            }
        }
    }

    /// Returns whether a table of this name exists.
    fn has_table(&mut self, name: &str) -> impl Future<Output = QueryResult<bool>> + Send;

    /// Returns the number of unique indexes on this column alone and on every row of the table. Both names are
    /// unquoted.
    fn unique_indexes(
        &mut self,
        table: &str,
        column: &str,
    ) -> impl Future<Output = QueryResult<i64>> + Send;

    /// Returns what is wrong with the settings of the database or of this connection: a sentence that says
    /// what to do.
    fn find_setting_fault(&mut self) -> impl Future<Output = QueryResult<Option<String>>> + Send {
        async { Ok(None) }
    }

    /// Returns what is wrong with a table: a sentence that says what to do. `made_key` is the key if the engine
    /// makes it, and `texts` are the columns with texts; all names are unquoted.
    fn find_table_fault(
        &mut self,
        table: &str,
        made_key: Option<&str>,
        texts: &[&str],
    ) -> impl Future<Output = QueryResult<Option<String>>> + Send {
        let _ = (table, made_key, texts);
        async { Ok(None) }
    }

    /// Adds an entry unless an unexpired one exists; returns whether it was added.
    fn insert_entry(
        &mut self,
        key: &str,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> impl Future<Output = QueryResult<bool>> + Send;

    /// Increments an entry, or begins it with 1; returns the new count.
    fn increment_entry(
        &mut self,
        key: &str,
        window: Window,
        now: OffsetDateTime,
    ) -> impl Future<Output = QueryResult<i64>> + Send;

    /// Returns the statement that removes at most `limit` expired rows from one of the toolkit's
    /// tables with this primary key.
    fn purge(table: &str, key: &str, now: OffsetDateTime, limit: u32) -> Statement;

    /// Returns the expression for the key of the user that owns the session `s`, as a value of a column of this
    /// kind; `NULL` if the owner is of another realm than `q.realm`, which ends with a colon. `None`
    /// if the engine cannot convert the text of a key.
    ///
    /// The key in the text may be spelled in another way than the expression expects, so
    /// the caller compares the key of the row with it.
    fn key_of_owner(kind: Kind) -> Option<&'static str>;

    /// Returns the engine's description of the unique index that rejected a row: a text with the name of the
    /// column or of the index, and without values.
    fn refusing_index(info: &dyn DatabaseErrorInformation) -> Option<String>;

    /// Returns the part of an engine's message that may be logged: never a bound or stored value.
    fn loggable(info: &dyn DatabaseErrorInformation) -> String;

    /// Returns what an error means for its operation and for its connection: one table for each engine.
    ///
    /// It reads codes and the structure of an error, never a text for people, which a server may
    /// write in another language.
    fn consequence(error: &DieselError) -> Consequence;

    /// Returns whether the connection still answers after an error of [`Consequence::ClosedUnwritten`] or
    /// [`Consequence::FailedOrClosed`]. If it does not, the error may have come after a commit.
    fn answers(&mut self) -> impl Future<Output = bool> + Send {
        async { true }
    }

    /// Warns if the log of the process contains the values of statements, which the driver writes.
    fn check_driver_log() {}

    /// Returns a future that asks the server to cancel the statement that this connection runs; `None` if
    /// the engine has no server.
    fn cancellation(&self) -> Option<BoxFuture<'static, ()>>;

    /// Returns the statement that announces a text to other processes; `None` if the engine announces nothing.
    fn announce(text: &str) -> Option<Statement> {
        let _ = text;
        None
    }

    /// Notes what other processes announce, until the store is dropped.
    fn listen(
        pool: Pool<Self>,
        changes: AccessChanges,
        store: Weak<()>,
    ) -> impl Future<Output = ()> + Send {
        let _ = (pool, changes, store);
        std::future::ready(())
    }

    /// Opens a transaction, or a savepoint within one.
    fn begin(&mut self) -> impl Future<Output = QueryResult<()>> + Send {
        Self::TransactionManager::begin_transaction(self)
    }

    /// Commits a transaction.
    fn commit(&mut self) -> impl Future<Output = QueryResult<()>> + Send {
        Self::TransactionManager::commit_transaction(self)
    }

    /// Rolls a transaction back.
    fn rollback(&mut self) -> impl Future<Output = QueryResult<()>> + Send {
        Self::TransactionManager::rollback_transaction(self)
    }
}

/// Defines the two ways to run a statement on a concrete connection, `rows` and `affected`: Diesel's
/// types for rows and futures have no useful bounds in generic code.
macro_rules! statements {
    ($connection:ty) => {
        async fn rows(
            connection: &mut $connection,
            statement: crate::sql::Statement,
        ) -> diesel::QueryResult<Vec<crate::sql::Row>> {
            use diesel_async::AsyncConnectionCore as _;
            use futures_util::TryStreamExt as _;

            let columns = std::sync::Arc::clone(statement.columns());
            let mut stream = connection.load(statement).await?;
            let mut rows = Vec::new();
            while let Some(row) = stream.try_next().await? {
                rows.push(read_row(&row, &columns)?);
            }
            Ok(rows)
        }

        async fn affected(
            connection: &mut $connection,
            statement: crate::sql::Statement,
        ) -> diesel::QueryResult<usize> {
            diesel_async::AsyncConnectionCore::execute_returning_count(connection, statement).await
        }
    };
}
pub(crate) use statements;

/// Limits the time of a handshake: without a limit, one with a server that does not answer takes a place in
/// the pool for ever.
#[cfg(any(feature = "postgres", feature = "mysql"))]
async fn connect_within<C>(
    timeout: Duration,
    connect: impl Future<Output = ConnectionResult<C>>,
) -> ConnectionResult<C> {
    let late = || ConnectionError::BadConnection("no answer in time".to_owned());
    let connected = tokio::time::timeout(timeout, connect).await;
    connected.unwrap_or_else(|_| Err(late()))
}

/// Returns the only value of the only row of a statement, a text; `NULL` is the empty text.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) async fn fetch_text<C: Engine>(
    connection: &mut C,
    statement: Statement,
) -> QueryResult<String> {
    use crate::sql::SqlValue;

    let rows = connection.fetch(statement).await?;
    match rows.into_iter().flatten().next() {
        Some(SqlValue::Text(text)) => Ok(text.unwrap_or_default()),
        _ => Err(DieselError::NotFound),
    }
}

/// Returns the only value of the only row of a statement.
pub(crate) async fn fetch_number<C: Engine>(
    connection: &mut C,
    statement: Statement,
) -> QueryResult<i64> {
    use crate::sql::SqlValue;

    let rows = connection.fetch(statement).await?;
    match rows.first().and_then(|row| row.first()) {
        Some(SqlValue::BigInt(Some(number))) => Ok(*number),
        _ => Err(DieselError::NotFound),
    }
}
