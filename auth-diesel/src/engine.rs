//! What one engine must be able to do, and the trait that keeps the list closed.
//!
//! Statements are the same for all engines but for a few; those few, and what an engine calls
//! things, stand in its file below `engine/`. Everything above (transactions, outcomes, conversions,
//! errors) is generic over [`Engine`] and written once.

#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod upsert;

use std::future::Future;

use auth_core::store::Window;
use diesel::QueryResult;
use diesel::result::{DatabaseErrorInformation, Error as DieselError};
use diesel_async::pooled_connection::{PoolError, PoolableConnection};
use diesel_async::{AsyncConnection, TransactionManager};
use time::OffsetDateTime;

use crate::error::OpenError;
use crate::migrate::Migration;
use crate::options::StoreOptions;
use crate::sql::{Row, Statement};

/// A connection that [`DieselStore`](crate::DieselStore) can work with.
///
/// Sealed: the crate implements it for the engines it knows, and the statements behind it may
/// change.
pub trait SqlBackend: Engine {}

/// The pool of connections behind a store.
pub type Pool<C> = bb8::Pool<<C as Engine>::Manager>;

/// What an engine calls things, and what it can do.
#[derive(Debug)]
pub struct Dialect {
    /// The beginning of its URLs, `://` included.
    pub scheme: &'static str,
    /// What stands around names.
    pub quote: char,
    /// Whether `INSERT` and `UPDATE` can answer rows.
    pub returning: bool,
    /// Whether `SELECT … FOR UPDATE` locks rows. Where it does not exist, a transaction that writes
    /// has the whole database for itself.
    pub row_locks: bool,
    /// Whether the engine takes one writer at a time, so that writers should queue before they take
    /// a connection.
    pub single_writer: bool,
}

impl Dialect {
    /// A name as it stands in a statement.
    pub(crate) fn quoted(&self, name: &str) -> String {
        let quote = self.quote;
        let doubled = name.replace(quote, &format!("{quote}{quote}"));
        format!("{quote}{doubled}{quote}")
    }

    /// What makes a `SELECT` lock the rows that it answers.
    pub(crate) fn for_update(&self) -> &'static str {
        if self.row_locks { " FOR UPDATE" } else { "" }
    }
}

/// The engine behind a connection.
pub trait Engine: AsyncConnection + PoolableConnection + Send + Sized + 'static {
    /// What makes connections for the pool.
    type Manager: bb8::ManageConnection<Connection = Self, Error = PoolError>;

    /// What it calls things.
    const DIALECT: Dialect;

    /// Its migrations, oldest first.
    const MIGRATIONS: &'static [Migration];

    /// Opens a pool of connections to the database of a URL.
    fn open(
        url: &str,
        options: &StoreOptions,
    ) -> impl Future<Output = Result<Pool<Self>, OpenError>> + Send;

    /// Runs a statement and answers its rows.
    fn fetch(&mut self, statement: Statement)
    -> impl Future<Output = QueryResult<Vec<Row>>> + Send;

    /// Runs a statement and answers how many rows it wrote, or found where they were as it would
    /// have written them.
    fn run(&mut self, statement: Statement) -> impl Future<Output = QueryResult<usize>> + Send;

    /// Opens a transaction that writes.
    fn begin_write(&mut self) -> impl Future<Output = QueryResult<()>> + Send;

    /// Waits for concurrent migrations of this database, and begins a transaction if the engine
    /// can change tables in one; `false` if the wait was too long.
    fn begin_migration(&mut self) -> impl Future<Output = QueryResult<bool>> + Send;

    /// Ends what [`begin_migration`](Self::begin_migration) began, and keeps it or, where the engine
    /// can, forgets it.
    fn end_migration(&mut self, keep: bool) -> impl Future<Output = QueryResult<()>> + Send {
        async move {
            if keep {
                self.commit().await
            } else {
                self.rollback().await
            }
        }
    }

    /// Whether a table of this name is there.
    fn has_table(&mut self, name: &str) -> impl Future<Output = QueryResult<bool>> + Send;

    /// How many unique indexes are on this column alone and on every row of the table. Both names are
    /// as the application wrote them.
    fn unique_indexes(
        &mut self,
        table: &str,
        column: &str,
    ) -> impl Future<Output = QueryResult<i64>> + Send;

    /// Adds an entry unless a living one is there; whether it did.
    fn insert_entry(
        &mut self,
        key: &str,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> impl Future<Output = QueryResult<bool>> + Send;

    /// Adds one to an entry, or begins it; the count after it.
    fn increment_entry(
        &mut self,
        key: &str,
        window: Window,
        now: OffsetDateTime,
    ) -> impl Future<Output = QueryResult<i64>> + Send;

    /// The statement that removes at most `limit` rows whose `expires_at` has come from one of our
    /// tables with this primary key.
    fn purge(table: &str, key: &str, now: OffsetDateTime, limit: u32) -> Statement;

    /// What the engine says of the unique index that refused a row: a text that has the name of the
    /// column or of the index in it, and no value.
    fn refusing_index(info: &dyn DatabaseErrorInformation) -> Option<String>;

    /// What of an engine's message may be logged: never a value that was bound or stored.
    fn loggable(info: &dyn DatabaseErrorInformation) -> String;

    /// Whether the engine ended a transaction because others were in its way, so that the same once
    /// more is likely to succeed.
    fn is_conflict(error: &DieselError) -> bool;

    /// Opens a transaction, or a savepoint within one.
    fn begin(&mut self) -> impl Future<Output = QueryResult<()>> + Send {
        Self::TransactionManager::begin_transaction(self)
    }

    /// Ends a transaction and keeps what it wrote.
    fn commit(&mut self) -> impl Future<Output = QueryResult<()>> + Send {
        Self::TransactionManager::commit_transaction(self)
    }

    /// Ends a transaction and forgets what it wrote.
    fn rollback(&mut self) -> impl Future<Output = QueryResult<()>> + Send {
        Self::TransactionManager::rollback_transaction(self)
    }
}

/// The two ways to run a statement, with the concrete connection in place: Diesel's types for rows
/// and futures have no useful bounds in generic code.
macro_rules! statements {
    () => {
        async fn fetch(
            &mut self,
            statement: crate::sql::Statement,
        ) -> diesel::QueryResult<Vec<crate::sql::Row>> {
            use diesel_async::AsyncConnectionCore as _;
            use futures_util::TryStreamExt as _;

            let columns = statement.columns().to_vec();
            let mut stream = self.load(statement).await?;
            let mut rows = Vec::new();
            while let Some(row) = stream.try_next().await? {
                rows.push(read_row(&row, &columns)?);
            }
            Ok(rows)
        }

        async fn run(&mut self, statement: crate::sql::Statement) -> diesel::QueryResult<usize> {
            diesel_async::AsyncConnectionCore::execute_returning_count(self, statement).await
        }
    };
}
pub(crate) use statements;

/// The one value of the one row that a statement answers.
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
