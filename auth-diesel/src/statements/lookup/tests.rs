//! The plans of the look-ups, which run for each request.

use auth_core::store::ExpiringKey;
use auth_core::{SessionId, User};
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use uuid::Uuid;

use super::*;

/// Migrates a database with one user and one session, and returns the plan of each statement.
async fn plans<C: Engine>(connection: &mut C, explain: &str, kinds: &[Kind]) -> Vec<String> {
    for migration in C::MIGRATIONS {
        connection.batch_execute(migration.up).await.unwrap();
    }
    let (token, id) = (ExpiringKey::new("jti", "1"), SessionId::generate().unwrap());
    let lookups = Lookups::<User>::new::<C>(&Plan::new(&C::DIALECT));
    let mut plans = Vec::new();
    for revocation in [None, Some(&token)] {
        for session in [None, Some(&id)] {
            let key = UserQuery::Key(&Uuid::nil());
            for user in [key, UserQuery::OwnerInRealm("users")] {
                let query = AccessQuery {
                    revocation,
                    session,
                    user,
                    now: OffsetDateTime::UNIX_EPOCH,
                };
                let Some(statement) = lookups.question(query).statement else {
                    continue;
                };
                let explained = statement.after(explain).returns(kinds);
                let rows = connection.fetch(explained).await.unwrap();
                let texts = rows.into_iter().flatten().filter_map(|value| match value {
                    SqlValue::Text(text) => text,
                    _ => None,
                });
                plans.push(texts.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    // Without a session no statement finds its user.
    assert_eq!(plans.len(), 7);
    plans
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn statements_use_indexes_of_sqlite() {
    use crate::SqliteConnection;

    let mut connection = SqliteConnection::establish(":memory:").await.unwrap();
    let kinds = [Kind::BigInt, Kind::BigInt, Kind::BigInt, Kind::Text];
    for plan in plans(&mut connection, "EXPLAIN QUERY PLAN ", &kinds).await {
        let scans = plan.lines().filter(|line| line.starts_with("SCAN"));
        // The row without a table.
        assert!(scans.eq(["SCAN CONSTANT ROW", "SCAN q"]), "{plan}");
    }
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn statements_use_indexes_of_postgres() {
    use crate::PostgresConnection;

    let Some(url) = scratch_servers::test_server(scratch_servers::Engine::Postgres) else {
        return;
    };
    let mut connection = PostgresConnection::establish(&url).await.unwrap();
    // Tables of this connection alone, which are so small that reading them whole would be faster.
    let settings = "SET search_path TO pg_temp, public; SET enable_seqscan = off; \
                    SET plan_cache_mode = force_generic_plan";
    connection.batch_execute(settings).await.unwrap();
    for plan in plans(&mut connection, "EXPLAIN (COSTS OFF) ", &[Kind::Text]).await {
        assert!(plan.contains("_pkey"), "{plan}");
        assert!(!plan.contains("Seq Scan"), "{plan}");
    }
}

#[cfg(feature = "mysql")]
#[tokio::test]
async fn statements_use_indexes_of_mysql() {
    use crate::MysqlConnection;

    let Some(url) = scratch_servers::test_server(scratch_servers::Engine::Mysql) else {
        return;
    };
    let mut connection = MysqlConnection::establish(&url).await.unwrap();
    let database = format!("auth_plans_{}", Uuid::now_v7().simple());
    let create = format!("CREATE DATABASE {database}; USE {database}");
    connection.batch_execute(&create).await.unwrap();
    let plans = plans(&mut connection, "EXPLAIN FORMAT=JSON ", &[Kind::Text]).await;
    let drop = format!("DROP DATABASE {database}");
    connection.batch_execute(&drop).await.unwrap();
    for plan in plans {
        let kinds = plan
            .lines()
            .filter(|line| line.contains(r#""access_type""#));
        let is_fast = |kind: &str| kind.contains("const") || kind.contains("system");
        assert!(
            kinds.clone().count() > 0 && kinds.clone().all(is_fast),
            "{plan}"
        );
    }
}
