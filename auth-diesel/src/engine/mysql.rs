//! MySQL and MariaDB, over `mysql_async`.

use auth_core::store::Window;
use diesel::QueryResult;
use diesel::mysql::Mysql;
use diesel::result::{DatabaseErrorInformation, Error as DieselError};
use diesel_async::AsyncMysqlConnection;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use time::OffsetDateTime;

use super::{Dialect, Engine, Pool, SqlBackend, fetch_number, statements};
use crate::error::OpenError;
use crate::migrate::{Migration, migrations};
use crate::options::StoreOptions;
use crate::sql::{Kind, Statement, impl_statement};
use crate::types::DbTime;

impl_statement!(Mysql);

impl SqlBackend for AsyncMysqlConnection {}

/// The name of the lock for migrations of this database; at most 64 characters.
const MIGRATION_LOCK: &str = "CONCAT('auth_migrations.', MD5(DATABASE()))";

/// Returns the connection manager of a URL.
pub(crate) fn manager(url: &str) -> AsyncDieselConnectionManager<AsyncMysqlConnection> {
    let mut config = ManagerConfig::default();
    // The driver does not notice when the server closes an unused connection, as it does
    // after `wait_timeout`: a round trip before each use detects it.
    config.recycling_method = RecyclingMethod::Verified;
    AsyncDieselConnectionManager::new_with_config(url, config)
}

impl Engine for AsyncMysqlConnection {
    type Manager = AsyncDieselConnectionManager<Self>;

    const DIALECT: Dialect = Dialect {
        scheme: "mysql://",
        quote: '`',
        returning: false,
        row_locks: true,
        single_writer: false,
    };

    const MIGRATIONS: &'static [Migration] = migrations!("mysql");

    async fn open(url: &str, options: &StoreOptions) -> Result<Pool<Self>, OpenError> {
        if !url.starts_with("mysql://") {
            return Err(OpenError::Url("mysql://"));
        }
        options.pool::<Self>(manager(url)).await
    }

    statements!();

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

    fn refusing_index(info: &dyn DatabaseErrorInformation) -> Option<String> {
        // "Duplicate entry 'value' for key 'index'", with or without the table before the index.
        let (_, index) = info.message().rsplit_once("for key '")?;
        let index = index.trim_end_matches('\'');
        let index = index.rsplit_once('.').map_or(index, |(_, index)| index);
        Some(index.to_owned())
    }

    fn loggable(info: &dyn DatabaseErrorInformation) -> String {
        // Values are between quotation marks, and the beginning of a message has none.
        let message = info.message();
        let end = message.find(['\'', '"', '`']).unwrap_or(message.len());
        let start = message.get(..end).unwrap_or_default().trim_end();
        match Self::refusing_index(info) {
            Some(index) => format!("{start} for key {index}"),
            None => start.to_owned(),
        }
    }

    fn is_conflict(error: &DieselError) -> bool {
        // Diesel does not expose the server's error numbers, here 1213, 1205 and 1020.
        const CONFLICTS: [&str; 3] = [
            "Deadlock found when trying to get lock",
            "Lock wait timeout exceeded",
            "Record has changed since last read",
        ];
        let DieselError::DatabaseError(_, info) = error else {
            return false;
        };
        CONFLICTS
            .iter()
            .any(|start| info.message().starts_with(start))
    }
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
