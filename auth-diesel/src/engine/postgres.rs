//! PostgreSQL, over tokio-postgres.

mod connect;
mod feed;
mod probe;
mod settings;
mod shared;
#[cfg(feature = "tls")]
mod tls;

use std::sync::Weak;

use auth_core::store::{AccessChanges, Window};
use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::future::BoxFuture;
use time::OffsetDateTime;

pub use self::connect::postgres_manager;

use self::settings::Settings;
use self::shared::SharedConnections;
use super::{
    Consequence, Dialect, Engine, Pool, ServerSession, SqlBackend, fetch_number, fetch_text,
    statements, upsert,
};
use crate::error::OpenError;
use crate::migrate::{Migration, migrations};
use crate::options::StoreOptions;
use crate::sql::{Kind, Row, Statement, impl_statement};
use crate::types::DbTime;

impl_statement!(Pg);

impl SqlBackend for AsyncPgConnection {}

statements!(AsyncPgConnection);

/// The advisory lock for migrations of these tables: `auth_dsl` in ASCII.
const MIGRATION_LOCK: i64 = 0x6175_7468_5f64_736c;

impl Engine for AsyncPgConnection {
    type Manager = AsyncDieselConnectionManager<Self>;

    type LookupConnections = SharedConnections;

    const DIALECT: Dialect = Dialect {
        scheme: "postgres://",
        quote: '"',
        bytewise: " COLLATE \"C\"",
        returning: true,
        row_locks: true,
        single_writer: false,
        limited_deletes: false,
        server: true,
    };

    const MIGRATIONS: &'static [Migration] = migrations!("postgres");

    async fn open(
        url: &str,
        options: &StoreOptions,
    ) -> Result<(Pool<Self>, ServerSession), OpenError> {
        let mut settings = Settings::parse(url)?;
        if options.transaction_pooling {
            settings.session = ServerSession::PerTransaction;
        }
        let session = settings.session;
        if session == ServerSession::Own {
            probe::refuse_lost_statements(&settings, options.checkout_timeout).await?;
        }
        let manager = connect::manager(settings, options.checkout_timeout);
        Ok((options.pool::<Self>(manager).await?, session))
    }

    fn lookup_connections(pool: &Pool<Self>, connections: Option<u32>) -> SharedConnections {
        SharedConnections::of_pool(pool, connections)
    }

    async fn fetch(&mut self, statement: Statement) -> QueryResult<Vec<Row>> {
        rows(self, statement).await
    }

    async fn run(&mut self, statement: Statement) -> QueryResult<usize> {
        affected(self, statement).await
    }

    async fn begin_write(&mut self) -> QueryResult<()> {
        self.begin().await
    }

    async fn begin_migration(&mut self) -> QueryResult<bool> {
        self.begin().await?;
        // The lock ends with the transaction, also if the connection is lost.
        let lock =
            Statement::new("SELECT 1::int8 FROM pg_advisory_xact_lock(").bind(MIGRATION_LOCK);
        self.fetch(lock.text(")").returns(&[Kind::BigInt])).await?;
        Ok(true)
    }

    async fn has_table(&mut self, name: &str) -> QueryResult<bool> {
        // Reads the catalogue: `to_regclass` may return a state from before a wait.
        let found = "SELECT count(*) FROM pg_catalog.pg_class \
                     WHERE pg_table_is_visible(oid) AND relname = ";
        let found = Statement::new(found).bind(name).returns(&[Kind::BigInt]);
        Ok(fetch_number(self, found).await? > 0)
    }

    async fn unique_indexes(&mut self, table: &str, column: &str) -> QueryResult<i64> {
        let table = table.split('.').map(|name| Self::DIALECT.quoted(name));
        let count = Statement::new(
            "SELECT count(*) FROM pg_index i JOIN pg_attribute a \
             ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
             WHERE i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL \
             AND i.indrelid = to_regclass(",
        )
        .bind(table.collect::<Vec<_>>().join("."))
        .text(") AND a.attname = ")
        .bind(column);
        fetch_number(self, count.returns(&[Kind::BigInt])).await
    }

    async fn find_setting_fault(&mut self) -> QueryResult<Option<String>> {
        let encoding = Statement::new("SELECT current_setting('server_encoding')::text");
        let encoding = fetch_text(self, encoding.returns(&[Kind::Text])).await?;
        let fault = format!(
            "its encoding is {encoding}, which cannot hold all texts: create a database with \
             `CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`, and move the data there with `pg_dump`"
        );
        Ok((encoding != "UTF8").then_some(fault))
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
        // Skips rows that another process is removing, instead of waiting for them.
        Statement::new(format!(
            "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE expires_at <= "
        ))
        .bind(DbTime::floor(now))
        .text(" ORDER BY expires_at LIMIT ")
        .bind(i64::from(limit))
        .text(" FOR UPDATE SKIP LOCKED)")
    }

    fn key_of_owner(kind: Kind) -> Option<&'static str> {
        // A `CASE` converts no text that its condition does not allow.
        match kind {
            Kind::Uuid => Some(
                "CASE WHEN left(s.owner, length(q.realm)) = q.realm \
                 AND substr(s.owner, length(q.realm) + 1) \
                 ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' \
                 THEN substr(s.owner, length(q.realm) + 1)::uuid END",
            ),
            Kind::BigInt => Some(
                "CASE WHEN left(s.owner, length(q.realm)) = q.realm \
                 AND substr(s.owner, length(q.realm) + 1) ~ '^[0-9]{1,18}$' \
                 THEN substr(s.owner, length(q.realm) + 1)::int8 END",
            ),
            Kind::Integer => Some(
                "CASE WHEN left(s.owner, length(q.realm)) = q.realm \
                 AND substr(s.owner, length(q.realm) + 1) ~ '^[0-9]{1,9}$' \
                 THEN substr(s.owner, length(q.realm) + 1)::int4 END",
            ),
            // Without a collation of its own, as a value from JSON, the text is compared in that of the column.
            Kind::Text => Some(
                "CASE WHEN left(s.owner, length(q.realm)) = q.realm \
                 THEN to_json(substr(s.owner, length(q.realm) + 1)) #>> '{}' END",
            ),
            _ => None,
        }
    }

    fn refusing_index(info: &dyn DatabaseErrorInformation) -> Option<String> {
        // The details are `Key (column)=(value) already exists.`, in the language of the server.
        let column = info.details().and_then(|details| {
            let (before, _) = details.split_once(")=(")?;
            let (_, column) = before.split_once('(')?;
            Some(column.to_owned())
        });
        column.or_else(|| info.constraint_name().map(str::to_owned))
    }

    fn loggable(info: &dyn DatabaseErrorInformation) -> String {
        // Messages and details may quote values; names of tables, columns and constraints do not.
        let part = |what: &str, name: Option<&str>| {
            name.map(|name| format!("{what} {name}"))
                .unwrap_or_default()
        };
        let parts = [
            part("constraint", info.constraint_name()),
            part("table", info.table_name()),
            part("column", info.column_name()),
        ];
        let named: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if named.is_empty() {
            without_values(info.message())
        } else {
            named.join(", ")
        }
    }

    fn consequence(error: &DieselError) -> Consequence {
        let DieselError::DatabaseError(kind, info) = error else {
            return Consequence::Failed;
        };
        match kind {
            DatabaseErrorKind::SerializationFailure => Consequence::Conflict,
            // 25006: after a failover the connection leads to a standby.
            DatabaseErrorKind::ReadOnlyTransaction => Consequence::ClosedUnwritten,
            DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection => {
                Consequence::Closed
            }
            DatabaseErrorKind::Unknown => consequence_of_structure(&**info),
            _ => Consequence::Failed,
        }
    }

    async fn answers(&mut self) -> bool {
        // An empty query is answered in a failed transaction, too.
        self.batch_execute("").await.is_ok()
    }

    fn announce(text: &str) -> Option<Statement> {
        Some(feed::announce(text))
    }

    async fn listen(pool: Pool<Self>, changes: AccessChanges, store: Weak<()>) {
        feed::listen(pool, changes, store).await;
    }

    fn check_driver_log() {
        // tokio-postgres writes the parameters of each statement, as numbers, and has no setting for it.
        if log::log_enabled!(target: "tokio_postgres::query", log::Level::Debug) {
            tracing::warn!(
                target: "auth",
                "the log contains parameters of statements, among them addresses and password hashes: \
                 limit its target `tokio_postgres` to the level `info`"
            );
        }
    }

    fn cancellation(&self) -> Option<BoxFuture<'static, ()>> {
        let token = self.cancel_token();
        Some(Box::pin(async move {
            // The server does not answer a request to cancel, and the connection is closed in any case.
            #[cfg(feature = "tls")]
            if let Some(tls) = tls::connector_for_cancellation() {
                let _ = token.cancel_query(tls).await;
                return;
            }
            let _ = token.cancel_query(tokio_postgres::NoTls).await;
        }))
    }
}

/// Returns the consequence of an error whose SQLSTATE Diesel does not tell.
///
/// | SQLSTATE | position | names | detail and hint | consequence |
/// | --- | --- | --- | --- | --- |
/// | `42…`: the statement and the tables do not fit | yes | | | failed, or closed |
/// | `23…`, `22…`: a value does not fit | | yes | | failed |
/// | `40P01`: deadlock | no | no | both | conflict |
/// | `0A000`: a cached plan must not change its result type | no | no | not both | closed |
/// | `26000`: a prepared statement does not exist | no | no | not both | closed |
/// | `57014`: the statement was cancelled | no | no | not both | closed |
/// | `57P01`, `57P02`, `57P05`: the server ends the connection | no | no | not both | closed |
/// | the same, while it prepares a statement and waits for a lock | yes | no | neither | failed, or closed |
///
/// A new connection and a second try cost little, so an unknown error without a position and without
/// names closes its connection, too.
///
/// After an error that leaves the connection open, the server has rolled the statement back. The errors of the
/// last row are fatal ones: the server sends them whenever it looks for signals, also after a commit
/// and before it reports the commit. So an operation that writes runs again only if the connection still answers.
fn consequence_of_structure(info: &dyn DatabaseErrorInformation) -> Consequence {
    let has_name = info.constraint_name().is_some()
        || info.table_name().is_some()
        || info.column_name().is_some();
    if has_name {
        Consequence::Failed
    } else if info.statement_position().is_some() {
        Consequence::FailedOrClosed
    } else if info.details().is_some() && info.hint().is_some() {
        Consequence::Conflict
    } else {
        Consequence::ClosedUnwritten
    }
}

/// Returns a message up to its first quotation mark or colon, after which it may contain a value.
fn without_values(message: &str) -> String {
    let end = message.find(['"', '\'', ':']).unwrap_or(message.len());
    message.get(..end).unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::without_values;

    #[test]
    fn logged_messages_contain_no_values() {
        let check = |message: &str, kept: &str| assert_eq!(without_values(message), kept);
        check(
            "invalid input syntax for type uuid: \"secret\"",
            "invalid input syntax for type uuid",
        );
        check("relation \"auth_users\" does not exist", "relation");
        check(
            "terminating connection due to administrator command",
            "terminating connection due to administrator command",
        );
        check("", "");
    }
}
