//! SQLite: a file, opened by a pool of connections whose statements run on tokio's blocking threads.

mod file;
mod key;
mod readers;

use auth_core::store::Window;
use diesel::QueryResult;
use diesel::connection::AnsiTransactionManager;
use diesel::result::{DatabaseErrorInformation, Error as DieselError};
use diesel::sqlite::Sqlite;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use futures_util::future::BoxFuture;
use time::OffsetDateTime;

pub use file::sqlite_manager;

use self::readers::Readers;
use super::{
    Consequence, Dialect, Engine, Pool, ServerSession, SqlBackend, fetch_number, statements, upsert,
};
use crate::error::OpenError;
use crate::migrate::{Migration, migrations};
use crate::options::StoreOptions;
use crate::sql::{Kind, Row, SqlValue, Statement, impl_statement};
use crate::types::DbTime;

/// A SQLite connection whose statements run on the blocking threads of tokio.
pub type SqliteConnection = SyncConnectionWrapper<diesel::SqliteConnection>;

impl_statement!(Sqlite);

impl SqlBackend for SqliteConnection {}

statements!(SqliteConnection);

impl Engine for SqliteConnection {
    type Manager = AsyncDieselConnectionManager<Self>;

    type LookupConnections = Readers;

    const DIALECT: Dialect = Dialect {
        scheme: "sqlite://",
        // SQLite treats an unknown name between double quotes as a text.
        quote: '`',
        bytewise: " COLLATE BINARY",
        returning: true,
        row_locks: false,
        single_writer: true,
        limited_deletes: false,
        server: false,
    };

    const MIGRATIONS: &'static [Migration] = migrations!("sqlite");

    async fn open(
        url: &str,
        options: &StoreOptions,
    ) -> Result<(Pool<Self>, ServerSession), OpenError> {
        Ok((file::open(url, options).await?, ServerSession::Own))
    }

    fn lookup_connections(_: &Pool<Self>, _: Option<u32>) -> Readers {
        // The settings of the application's own connections are unknown.
        Readers::default()
    }

    async fn open_lookup_connections(
        url: &str,
        _: &Pool<Self>,
        connections: Option<u32>,
    ) -> Readers {
        file::open_readers(url, connections).await
    }

    async fn fetch(&mut self, statement: Statement) -> QueryResult<Vec<Row>> {
        rows(self, statement).await
    }

    async fn run(&mut self, statement: Statement) -> QueryResult<usize> {
        affected(self, statement).await
    }

    async fn begin_write(&mut self) -> QueryResult<()> {
        // A deferred transaction that reads first and writes later fails at once with "database is
        // locked" after a concurrent write; an immediate one waits here.
        self.spawn_blocking(|connection| {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
        })
        .await
    }

    async fn begin_migration(&mut self) -> QueryResult<bool> {
        self.begin_write().await?;
        Ok(true)
    }

    async fn has_table(&mut self, name: &str) -> QueryResult<bool> {
        let count = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ";
        let count = Statement::new(count).bind(name).returns(&[Kind::BigInt]);
        Ok(fetch_number(self, count).await? > 0)
    }

    async fn unique_indexes(&mut self, table: &str, column: &str) -> QueryResult<i64> {
        let count = Statement::new("SELECT count(*) FROM pragma_index_list(")
            .bind(table)
            .text(
                ") AS i WHERE i.\"unique\" = 1 AND i.partial = 0 \
             AND (SELECT count(*) FROM pragma_index_info(i.name)) = 1 \
             AND (SELECT name FROM pragma_index_info(i.name)) = ",
            )
            .bind(column);
        fetch_number(self, count.returns(&[Kind::BigInt])).await
    }

    async fn find_table_fault(
        &mut self,
        table: &str,
        made_key: Option<&str>,
        _: &[&str],
    ) -> QueryResult<Option<String>> {
        let Some(key) = made_key else {
            return Ok(None);
        };
        let sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(";
        let sql = Statement::new(sql).bind(table).text(")");
        let rows = self.fetch(sql.returns(&[Kind::Text])).await?;
        let is_made_once = rows.iter().flatten().any(|value| match value {
            SqlValue::Text(Some(sql)) => key::is_autoincrement(sql),
            _ => false,
        });
        let fault = format!(
            "SQLite gives the key `{key}` of a deleted row to a new one, so that tokens of a deleted user \
             would be those of another: declare the column as `INTEGER PRIMARY KEY AUTOINCREMENT`"
        );
        Ok((!is_made_once).then_some(fault))
    }

    async fn insert_entry(
        &mut self,
        key: &str,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> QueryResult<bool> {
        upsert::insert_entry(self, key, expires_at, now).await
    }

    async fn increment_entry(
        &mut self,
        key: &str,
        window: Window,
        now: OffsetDateTime,
    ) -> QueryResult<i64> {
        upsert::increment_entry(self, key, window, now).await
    }

    fn purge(table: &str, key: &str, now: OffsetDateTime, limit: u32) -> Statement {
        Statement::new(format!(
            "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE expires_at <= "
        ))
        .bind(DbTime::floor(now))
        .text(" ORDER BY expires_at LIMIT ")
        .bind(i64::from(limit))
        .text(")")
    }

    fn key_of_owner(kind: Kind) -> Option<&'static str> {
        match kind {
            Kind::Integer | Kind::BigInt => Some(
                "CASE WHEN substr(s.owner, 1, length(q.realm)) = q.realm \
                 THEN CAST(substr(s.owner, length(q.realm) + 1) AS INTEGER) END",
            ),
            Kind::Text => Some(
                "CASE WHEN substr(s.owner, 1, length(q.realm)) = q.realm \
                 THEN substr(s.owner, length(q.realm) + 1) END",
            ),
            // `unhex` exists since SQLite 3.41, and a second statement costs no round trip.
            _ => None,
        }
    }

    fn refusing_index(info: &dyn DatabaseErrorInformation) -> Option<String> {
        // The message is "UNIQUE constraint failed: table.column"; the other fields are empty.
        let (_, columns) = info.message().split_once("failed: ")?;
        let (_, column) = columns.rsplit_once('.')?;
        Some(column.to_owned())
    }

    fn loggable(info: &dyn DatabaseErrorInformation) -> String {
        // Its messages name tables, columns and files, never a value.
        info.message().to_owned()
    }

    fn consequence(_: &DieselError) -> Consequence {
        // A waiter for the lock has already waited for the `busy_timeout`.
        Consequence::Failed
    }

    fn cancellation(&self) -> Option<BoxFuture<'static, ()>> {
        None
    }
}
