//! MySQL and MariaDB, over `mysql_async`.

mod setting;
mod url;

use std::time::Duration;

use auth_core::store::Window;
use diesel::QueryResult;
use diesel::connection::TransactionManagerStatus;
use diesel::mysql::Mysql;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{
    AnsiTransactionManager, AsyncConnection as _, AsyncMysqlConnection, SimpleAsyncConnection as _,
    TransactionManager as _,
};
use futures_util::future::BoxFuture;
use time::OffsetDateTime;

use super::{
    Consequence, Dialect, Engine, OverThePool, Pool, ServerSession, SqlBackend, connect_within,
    fetch_number, statements,
};
use crate::error::OpenError;
use crate::migrate::{Migration, migrations};
use crate::options::StoreOptions;
use crate::sql::{Kind, Row, SqlValue, Statement, impl_statement};
use crate::types::DbTime;

impl_statement!(Mysql);

impl SqlBackend for AsyncMysqlConnection {}

statements!(AsyncMysqlConnection);

/// The name of the lock for migrations of this database; at most 64 characters.
const MIGRATION_LOCK: &str = "CONCAT('auth_migrations.', MD5(DATABASE()))";

/// Returns the connection manager of a URL; `timeout` limits the time of a handshake and of a ping.
pub(crate) fn manager(
    url: &str,
    timeout: Duration,
) -> AsyncDieselConnectionManager<AsyncMysqlConnection> {
    let mut config = ManagerConfig::default();
    // The driver does not notice when the server closes an unused connection, as it does
    // after `wait_timeout`: a round trip before each use detects it.
    config.recycling_method = RecyclingMethod::CustomFunction(Box::new(move |connection| {
        Box::pin(ping(connection, timeout / 2))
    }));
    config.custom_setup = Box::new(move |url| {
        let url = url.to_owned();
        let connect = async move { AsyncMysqlConnection::establish(&url).await };
        Box::pin(connect_within(timeout, connect))
    });
    AsyncDieselConnectionManager::new_with_config(url, config)
}

/// Returns an error unless the server answers in time.
///
/// Until the answer the connection counts as broken, so that it is closed if the caller stops waiting: the
/// next statement would read the late answer to this one.
async fn ping(connection: &mut AsyncMysqlConnection, timeout: Duration) -> QueryResult<()> {
    let status = AnsiTransactionManager::transaction_manager_status_mut(connection);
    let before = std::mem::replace(status, TransactionManagerStatus::InError);
    let answer = tokio::time::timeout(timeout, connection.batch_execute("DO 0")).await;
    let answer = answer.unwrap_or(Err(DieselError::BrokenTransactionManager));
    if answer.is_ok() {
        *AnsiTransactionManager::transaction_manager_status_mut(connection) = before;
    }
    answer
}

impl Engine for AsyncMysqlConnection {
    type Manager = AsyncDieselConnectionManager<Self>;

    type LookupConnections = OverThePool;

    const DIALECT: Dialect = Dialect {
        scheme: "mysql://",
        quote: '`',
        bytewise: " COLLATE utf8mb4_bin",
        returning: false,
        row_locks: true,
        single_writer: false,
        limited_deletes: true,
        server: true,
    };

    const MIGRATIONS: &'static [Migration] = migrations!("mysql");

    async fn open(
        url: &str,
        options: &StoreOptions,
    ) -> Result<(Pool<Self>, ServerSession), OpenError> {
        url::check(url)?;
        let manager = manager(url, options.checkout_timeout);
        Ok((options.pool::<Self>(manager).await?, ServerSession::Own))
    }

    /// The driver has one statement under way on a connection: a look-up takes one of the pool.
    fn lookup_connections(_: &Pool<Self>, _: Option<u32>) -> OverThePool {
        OverThePool
    }

    async fn fetch(&mut self, statement: Statement) -> QueryResult<Vec<Row>> {
        let outcome = rows(self, statement).await;
        numbered(self, outcome).await
    }

    async fn run(&mut self, statement: Statement) -> QueryResult<usize> {
        let outcome = affected(self, statement).await;
        numbered(self, outcome).await
    }

    async fn begin(&mut self) -> QueryResult<()> {
        let outcome = AnsiTransactionManager::begin_transaction(self).await;
        numbered(self, outcome).await
    }

    async fn commit(&mut self) -> QueryResult<()> {
        let outcome = AnsiTransactionManager::commit_transaction(self).await;
        numbered(self, outcome).await
    }

    async fn begin_write(&mut self) -> QueryResult<()> {
        self.begin().await
    }

    async fn begin_migration(&mut self) -> QueryResult<bool> {
        // Each change of a table is a separate transaction here, so a lock is needed. It also
        // ends with the connection. Locks are global to the server, so the name contains the database.
        let lock = format!("SELECT CAST(COALESCE(GET_LOCK({MIGRATION_LOCK}, 60), 0) AS SIGNED)");
        let locked = Statement::new(lock).returns(&[Kind::BigInt]);
        Ok(fetch_number(self, locked).await? == 1)
    }

    async fn end_migration(&mut self, _: bool) -> QueryResult<()> {
        let unlock = format!("SELECT CAST(RELEASE_LOCK({MIGRATION_LOCK}) AS SIGNED)");
        fetch_number(self, Statement::new(unlock).returns(&[Kind::BigInt])).await?;
        Ok(())
    }

    async fn has_table(&mut self, name: &str) -> QueryResult<bool> {
        let count = "SELECT count(*) FROM information_schema.tables \
                     WHERE table_schema = DATABASE() AND table_name = ";
        let count = Statement::new(count).bind(name).returns(&[Kind::BigInt]);
        Ok(fetch_number(self, count).await? > 0)
    }

    async fn unique_indexes(&mut self, table: &str, column: &str) -> QueryResult<i64> {
        let (schema, table) = match table.split_once('.') {
            Some((schema, table)) => (Some(schema), table),
            None => (None, table),
        };
        let count = Statement::new(
            "SELECT count(*) FROM (SELECT index_name FROM information_schema.statistics \
             WHERE non_unique = 0 AND table_name = ",
        )
        .bind(table);
        let count = match schema {
            Some(schema) => count.text(" AND table_schema = ").bind(schema),
            None => count.text(" AND table_schema = DATABASE()"),
        };
        let count = count
            .text(" GROUP BY index_name HAVING count(*) = 1 AND max(column_name) = ")
            .bind(column)
            .text(") AS one");
        fetch_number(self, count.returns(&[Kind::BigInt])).await
    }

    async fn find_setting_fault(&mut self) -> QueryResult<Option<String>> {
        setting::find_fault(self).await
    }

    async fn find_table_fault(
        &mut self,
        table: &str,
        _: Option<&str>,
        texts: &[&str],
    ) -> QueryResult<Option<String>> {
        setting::find_table_fault(self, table, texts).await
    }

    async fn insert_entry(
        &mut self,
        key: &str,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> QueryResult<bool> {
        let now = DbTime::floor(now);
        // The number of affected rows does not distinguish a new row from an unchanged one. So the
        // statement stores its result in LAST_INSERT_ID of this connection: 1 if
        // it wrote, 0 if an unexpired entry exists. Assignments run from left to right, and
        // the expiry must be compared before it is written.
        let upsert = insert(key, expires_at)
            .text(" `count` = IF(expires_at <= ")
            .bind(now)
            .text(
                ", LAST_INSERT_ID(1), `count` + LAST_INSERT_ID(0)), expires_at = IF(expires_at <= ",
            )
            .bind(now)
            .text(", ")
            .bind(DbTime::ceil(expires_at))
            .text(", expires_at)");
        self.run(upsert).await?;
        Ok(fetch_number(self, last_number()).await? == 1)
    }

    async fn increment_entry(
        &mut self,
        key: &str,
        window: Window,
        now: OffsetDateTime,
    ) -> QueryResult<i64> {
        let (now, expires_at) = (DbTime::floor(now), window.expires_at(now));
        let upsert = insert(key, expires_at)
            .text(" `count` = LAST_INSERT_ID(CASE WHEN expires_at <= ")
            .bind(now)
            .text(
                " THEN 1 WHEN `count` = 9223372036854775807 THEN `count` ELSE `count` + 1 END), \
                 expires_at = ",
            );
        let upsert = match window {
            Window::Sliding(_) => upsert.bind(DbTime::ceil(expires_at)),
            Window::Fixed(_) => upsert
                .text("IF(expires_at <= ")
                .bind(now)
                .text(", ")
                .bind(DbTime::ceil(expires_at))
                .text(", expires_at)"),
        };
        self.run(upsert).await?;
        fetch_number(self, last_number()).await
    }

    fn purge(table: &str, _: &str, now: OffsetDateTime, limit: u32) -> Statement {
        Statement::new(format!("DELETE FROM {table} WHERE expires_at <= "))
            .bind(DbTime::floor(now))
            .text(" ORDER BY expires_at LIMIT ")
            .bind(i64::from(limit))
    }

    fn key_of_owner(kind: Kind) -> Option<&'static str> {
        // A text that cannot be converted is `NULL`, or another number.
        match kind {
            Kind::Uuid => Some(
                "CASE WHEN substr(s.owner, 1, length(q.realm)) = q.realm \
                 THEN unhex(replace(substr(s.owner, length(q.realm) + 1), '-', '')) END",
            ),
            Kind::Integer | Kind::BigInt => Some(
                "CASE WHEN substr(s.owner, 1, length(q.realm)) = q.realm \
                 THEN CAST(substr(s.owner, length(q.realm) + 1) AS SIGNED) END",
            ),
            // The collation of the column is the application's: with another one than the server's default the
            // comparison is an error, or reads every user.
            _ => None,
        }
    }

    fn refusing_index(info: &dyn DatabaseErrorInformation) -> Option<String> {
        // The message is "Duplicate entry 'value' for key 'index'" in the language of the server, with or
        // without the table before the index. In every language the index is the last part in quotation marks.
        let (before, _) = info.message().rsplit_once('\'')?;
        let (_, index) = before.rsplit_once('\'')?;
        let index = index.rsplit_once('.').map_or(index, |(_, index)| index);
        Some(index.to_owned())
    }

    fn loggable(info: &dyn DatabaseErrorInformation) -> String {
        // Values are between quotation marks, and the beginning of a message has none.
        let message = info.message();
        let end = message.find(['\'', '"', '`']).unwrap_or(message.len());
        let start = message.get(..end).unwrap_or_default().trim_end();
        match info.hint() {
            Some(number) => format!("{start} (error {number})"),
            None => start.to_owned(),
        }
    }

    fn consequence(error: &DieselError) -> Consequence {
        let DieselError::DatabaseError(kind, info) = error else {
            return Consequence::Failed;
        };
        let number = match kind {
            DatabaseErrorKind::Unknown => info.hint().and_then(|number| number.parse().ok()),
            DatabaseErrorKind::ReadOnlyTransaction => Some(READ_ONLY_TRANSACTION),
            _ => return Consequence::Failed,
        };
        // Without a number the error is the driver's: the connection is lost.
        number.map_or(Consequence::Closed, consequence_of_number)
    }

    fn cancellation(&self) -> Option<BoxFuture<'static, ()>> {
        let token = self.cancel_token();
        Some(Box::pin(async move {
            // The connection is closed in any case.
            let _ = token.cancel_query().await;
        }))
    }
}

const READ_ONLY_TRANSACTION: u32 = 1792;

/// Returns the consequence of an error number of the server.
fn consequence_of_number(number: u32) -> Consequence {
    match number {
        // A deadlock, a lock that was not free in time, a row that changed since the snapshot.
        1213 | 1205 | 1020 => Consequence::Conflict,
        // `--read-only`, a read-only mode, a read-only transaction: after a failover the connection
        // leads to a replica.
        1290 | 1836 | READ_ONLY_TRANSACTION
        // A prepared statement that does not exist, or does not fit a changed table any more.
        | 1243 | 1615 => Consequence::ClosedUnwritten,
        // The server stops, the statement was cancelled, the connection is being killed: the server looks for
        // this at the end of each statement, also of a `COMMIT` that it has applied.
        1053 | 1317 | 1927 => Consequence::Closed,
        _ => Consequence::Failed,
    }
}

/// An error of the server with its number, which Diesel does not tell.
#[derive(Debug)]
struct Numbered {
    message: String,
    number: String,
}

impl DatabaseErrorInformation for Numbered {
    fn message(&self) -> &str {
        &self.message
    }
    fn details(&self) -> Option<&str> {
        None
    }
    /// Returns the number.
    fn hint(&self) -> Option<&str> {
        Some(&self.number)
    }
    fn table_name(&self) -> Option<&str> {
        None
    }
    fn column_name(&self) -> Option<&str> {
        None
    }
    fn constraint_name(&self) -> Option<&str> {
        None
    }
    fn statement_position(&self) -> Option<i32> {
        None
    }
}

/// Adds the number of the server's last error to an error of an unknown kind.
async fn numbered<T>(
    connection: &mut AsyncMysqlConnection,
    outcome: QueryResult<T>,
) -> QueryResult<T> {
    let Err(DieselError::DatabaseError(DatabaseErrorKind::Unknown, info)) = outcome else {
        return outcome;
    };
    // Fails on a lost connection, and if the error was not the server's.
    let number = async {
        let read = "GET DIAGNOSTICS CONDITION 1 @auth_error = MYSQL_ERRNO";
        connection.batch_execute(read).await?;
        let number = Statement::new("SELECT CAST(@auth_error AS SIGNED)");
        let found = rows(connection, number.returns(&[Kind::BigInt])).await?;
        Ok::<_, DieselError>(found.into_iter().flatten().next())
    };
    let info: Box<dyn DatabaseErrorInformation + Send + Sync> = match number.await {
        Ok(Some(SqlValue::BigInt(Some(number)))) => Box::new(Numbered {
            message: info.message().to_owned(),
            number: number.to_string(),
        }),
        _ => info,
    };
    Err(DieselError::DatabaseError(DatabaseErrorKind::Unknown, info))
}

fn insert(key: &str, expires_at: OffsetDateTime) -> Statement {
    Statement::new("INSERT INTO auth_expiring (`key`, `count`, expires_at) VALUES (")
        .bind(key)
        .text(", LAST_INSERT_ID(1), ")
        .bind(DbTime::ceil(expires_at))
        .text(") ON DUPLICATE KEY UPDATE")
}

/// Returns the statement that reads `LAST_INSERT_ID` of this connection.
fn last_number() -> Statement {
    Statement::new("SELECT CAST(LAST_INSERT_ID() AS SIGNED)").returns(&[Kind::BigInt])
}
