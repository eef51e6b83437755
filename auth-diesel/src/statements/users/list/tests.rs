//! The plans of lists.

use auth_core::User;
use uuid::Uuid;

use super::*;
use crate::sql::{Kind, SqlValue};

/// Lists of a prefix, in each form of a page.
fn lists<C: Engine>() -> Vec<Statement> {
    let plan = Plan::<User>::new(&C::DIALECT);
    let key = Uuid::from_u128(7);
    let starts = [
        PageStart::Offset(0),
        PageStart::Offset(3),
        PageStart::After(None),
        PageStart::After(Some(key)),
    ];
    let list = |prefix, start| {
        let page = PageRequest {
            limit: 50,
            start,
            email: Some(EmailPrefix::parse(prefix).unwrap()),
        };
        statement::<C, User>(&plan, page)
    };
    let both = starts.map(|start| [list("user7", start), list("user77@example.com", start)]);
    both.into_iter().flatten().collect()
}

/// Returns the plan of a statement, as a text.
async fn explained<C: Engine>(
    connection: &mut C,
    explain: &str,
    statement: &Statement,
    columns: &[Kind],
) -> String {
    let explain = statement.clone().after(explain);
    let rows = connection.fetch(explain.returns(columns)).await.unwrap();
    let text = |mut row: Vec<SqlValue>| match row.pop() {
        Some(SqlValue::Text(text)) => text.unwrap_or_default(),
        _ => String::new(),
    };
    let lines: Vec<_> = rows.into_iter().map(text).collect();
    lines.join("\n")
}

async fn migrate<C: Engine>(connection: &mut C) {
    for migration in C::MIGRATIONS {
        if migration.bundled_user {
            connection.batch_execute(migration.up).await.unwrap();
        }
    }
}

/// Inserts a thousand users, `user1@example.com` and so on.
#[cfg(any(feature = "postgres", feature = "mysql"))]
async fn insert_users<C: Engine>(connection: &mut C, key: &str) {
    // MySQL has no recursion deeper than a thousand.
    let insert = format!(
        "INSERT INTO auth_users (id, email, is_active, is_verified, is_superuser, roles, created_at) \
         WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000) \
         SELECT {key}, CONCAT('user', n, '@example.com'), TRUE, TRUE, FALSE, '[]', \
         TIMESTAMP '2026-01-01 00:00:00' FROM numbers"
    );
    connection.batch_execute(&insert).await.unwrap();
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn sqlite_finds_a_prefix_by_the_index_of_addresses() {
    use crate::SqliteConnection;
    use diesel_async::AsyncConnection as _;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plans.db");
    let mut connection = SqliteConnection::establish(file.to_str().unwrap())
        .await
        .unwrap();
    migrate(&mut connection).await;
    let columns = [Kind::BigInt, Kind::BigInt, Kind::BigInt, Kind::Text];
    for list in lists::<SqliteConnection>() {
        let plan = explained(&mut connection, "EXPLAIN QUERY PLAN ", &list, &columns).await;
        // Once for the total, and once for the page.
        let ranges = plan.matches("sqlite_autoindex_auth_users_2 (email>? AND email<?)");
        assert_eq!(ranges.count(), 2, "{plan}");
        assert!(!plan.contains("SCAN auth_users"), "{plan}");
    }
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn postgres_finds_a_prefix_by_the_index_of_addresses() {
    use crate::PostgresConnection;
    use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};

    let Some(url) = scratch_servers::test_server(scratch_servers::Engine::Postgres) else {
        return;
    };
    let mut connection = PostgresConnection::establish(&url).await.unwrap();
    // Tables of this connection alone.
    let own = "SET search_path TO pg_temp, public";
    connection.batch_execute(own).await.unwrap();
    migrate(&mut connection).await;
    insert_users(&mut connection, "gen_random_uuid()").await;
    connection
        .batch_execute("ANALYZE auth_users")
        .await
        .unwrap();
    for mode in ["force_custom_plan", "force_generic_plan"] {
        let set = format!("SET plan_cache_mode = {mode}");
        connection.batch_execute(&set).await.unwrap();
        for list in lists::<PostgresConnection>() {
            let plan = explained(&mut connection, "EXPLAIN ", &list, &[Kind::Text]).await;
            assert_eq!(plan.matches("Index Cond: ((email >= ").count(), 2, "{plan}");
            assert!(!plan.contains("Seq Scan"), "{plan}");
            assert!(!plan.contains("auth_users_pkey"), "{plan}");
        }
    }
}

#[cfg(feature = "mysql")]
#[tokio::test]
async fn mysql_finds_a_prefix_by_the_index_of_addresses() {
    use crate::MysqlConnection;
    use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};

    let Some(url) = scratch_servers::test_server(scratch_servers::Engine::Mysql) else {
        return;
    };
    let mut connection = MysqlConnection::establish(&url).await.unwrap();
    // A temporary table cannot be twice in one statement.
    let database = format!("auth_plans_{}", Uuid::now_v7().simple());
    let own = format!("CREATE DATABASE {database}; USE {database}");
    connection.batch_execute(&own).await.unwrap();
    migrate(&mut connection).await;
    insert_users(&mut connection, "UNHEX(MD5(n))").await;
    connection
        .batch_execute("ANALYZE TABLE auth_users")
        .await
        .unwrap();
    let mut plans = Vec::new();
    for list in lists::<MysqlConnection>() {
        plans.push(
            explained(
                &mut connection,
                "EXPLAIN FORMAT=JSON ",
                &list,
                &[Kind::Text],
            )
            .await,
        );
    }
    let drop = format!("DROP DATABASE {database}");
    connection.batch_execute(&drop).await.unwrap();
    for plan in plans {
        assert_eq!(
            plan.matches(r#""access_type": "range""#).count(),
            2,
            "{plan}"
        );
        assert_eq!(
            plan.matches(r#""key": "auth_users_email""#).count(),
            2,
            "{plan}"
        );
    }
}
