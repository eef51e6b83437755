//! Statements on the databases under load, beside the toolkit.

use auth_diesel::diesel::dsl::sql;
use auth_diesel::diesel::select;
use auth_diesel::diesel::sql_types::Text;
use auth_diesel::diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use auth_diesel::{MysqlConnection, PostgresConnection, SqliteConnection};

/// The columns of a user without a password.
const USER: &str = "id, email, is_active, is_verified, is_superuser, roles, epoch, created_at";

/// The columns of a session that are copied as they are.
const SESSION: &str = "backend, epoch, created_at, expires_at, ends_at, client, version, tokens, \
                       auth_time, methods";

/// Runs a body with a connection to the database of a URL, whatever its engine is.
macro_rules! connected {
    ($url:expr, $connection:ident => $body:expr) => {
        match $url.split_once("://") {
            Some(("sqlite", path)) => {
                let mut $connection = SqliteConnection::establish(path).await.unwrap();
                $body
            }
            Some(("postgres", _)) => {
                let mut $connection = PostgresConnection::establish($url).await.unwrap();
                $body
            }
            _ => {
                let mut $connection = MysqlConnection::establish($url).await.unwrap();
                $body
            }
        }
    };
}

/// Runs statements.
pub(super) async fn run(url: &str, statements: &str) {
    connected!(url, connection => connection.batch_execute(statements).await.unwrap());
}

/// Returns the version of the engine.
pub(super) async fn version(url: &str) -> String {
    let expression = match url.split(':').next() {
        Some("sqlite") => "sqlite_version()",
        Some("postgres") => "current_setting('server_version')",
        _ => "version()",
    };
    connected!(url, connection => {
        let query = select(sql::<Text>(expression));
        query.get_result::<String>(&mut connection).await.unwrap()
    })
}

/// Returns the key of the user number `i`: valid, and after the keys of real users.
pub(crate) fn user_key(i: u32) -> String {
    format!("02{:06x}-{:04x}-7000-8000-{i:012x}", i >> 16, i & 0xffff)
}

/// Returns the statement that gives a server the memory of a usual one, which a temporary server does not have.
pub(super) fn memory(engine: &str) -> Option<&'static str> {
    // MySQL reads the part for MariaDB as a comment.
    let statement = "SET GLOBAL innodb_buffer_pool_size = 536870912 \
                     /*M!100900 , GLOBAL innodb_log_file_size = 536870912 */";
    (engine == "mysql").then_some(statement)
}

/// Returns the statement that inserts users with the numbers below `count`.
pub(super) fn users(engine: &str, count: u32) -> String {
    let (key, now, truth, lie) = match engine {
        "sqlite" => (
            "unhex(printf('02%010x70008000%012x', i, i))",
            "unixepoch() * 1000000",
            "1",
            "0",
        ),
        "postgres" => (
            "('02' || lpad(to_hex(i), 10, '0') || '70008000' || lpad(to_hex(i), 12, '0'))::uuid",
            "now()",
            "true",
            "false",
        ),
        _ => (
            "UNHEX(CONCAT('02', LPAD(HEX(i), 10, '0'), '70008000', LPAD(HEX(i), 12, '0')))",
            "UTC_TIMESTAMP(6)",
            "TRUE",
            "FALSE",
        ),
    };
    let email = match engine {
        "mysql" => "CONCAT('user', i, '@example.com')",
        _ => "'user' || i || '@example.com'",
    };
    let numbers = numbers();
    format!(
        "INSERT INTO auth_users ({USER})
         {numbers} SELECT {key}, {email}, {truth}, {truth}, {lie}, '[]', 0, {now}
         FROM numbers WHERE i < {count};"
    )
}

/// The owners of copied sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owners {
    /// The owner of the first session.
    Same,
    /// Another owner for each session.
    Others,
}

/// Returns the statement that copies the first session `count` times, with other ids. Each copy was used a second
/// before the previous one.
pub(super) fn sessions(engine: &str, count: u32, owners: Owners) -> String {
    let (id, other, used) = match engine {
        "sqlite" => (
            "randomblob(16)",
            "'users:' || lower(hex(randomblob(16)))",
            "last_used_at - i * 1000000",
        ),
        "postgres" => (
            "gen_random_uuid()",
            "'users:' || gen_random_uuid()",
            "last_used_at - i * INTERVAL '1 second'",
        ),
        _ => (
            "UNHEX(MD5(CONCAT(RAND(), i)))",
            "CONCAT('users:', MD5(CONCAT(RAND(), i)))",
            "last_used_at - INTERVAL i SECOND",
        ),
    };
    let owner = match owners {
        Owners::Same => "owner",
        Owners::Others => other,
    };
    let numbers = numbers();
    format!(
        "INSERT INTO auth_sessions (id, owner, last_used_at, {SESSION})
         {numbers} SELECT {id}, {owner}, {used}, {SESSION}
         FROM (SELECT * FROM auth_sessions LIMIT 1) AS first, numbers WHERE i < {count};"
    )
}

/// Returns the head of a statement that names the numbers below a million.
fn numbers() -> String {
    let digits: Vec<String> = (0..10).map(|digit| format!("SELECT {digit}")).collect();
    let digits = digits.join(" UNION ALL ");
    format!(
        "WITH digits(d) AS ({digits}), numbers(i) AS (
             SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d + 100000 * f.d
             FROM digits f, digits e, digits d, digits c, digits b, digits a
         )"
    )
}

#[cfg(test)]
mod tests {
    use super::{Owners, sessions, user_key, users};

    #[test]
    fn key_of_a_user_is_a_uuid_that_grows() {
        assert_eq!(
            user_key(0x00ab_cdef),
            "020000ab-cdef-7000-8000-000000abcdef"
        );
        assert!(user_key(65_535) < user_key(65_536));
    }

    #[test]
    fn each_table_is_filled_by_one_statement() {
        for engine in ["sqlite", "postgres", "mysql"] {
            for statement in [users(engine, 7), sessions(engine, 7, Owners::Others)] {
                assert_eq!(statement.matches(';').count(), 1, "{statement}");
                assert!(statement.contains("i < 7"), "{statement}");
            }
        }
    }
}
