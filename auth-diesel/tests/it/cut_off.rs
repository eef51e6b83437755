//! Operations whose connection the server ends, or whose statement it cancels: an operation that may have
//! been applied does not run again.

use std::time::{Duration, Instant};

use auth_core::store::{InsertOutcome, UserDatabase};
use auth_diesel::diesel::query_builder::SqlQuery;
use auth_diesel::diesel::{QueryableByName, sql_query, sql_types::BigInt};
use auth_diesel::diesel_async::methods::LoadQuery;
use auth_diesel::diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use auth_diesel::{DieselStore, MysqlConnection, MysqlStore, SqlBackend, StoreOptions};
use scratch_servers::{Engine, own_server};

use crate::homes::{Home, Mysql, Postgres};
use crate::support::{email, inserted, new_user};

/// For a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// How an engine blocks the statements of others, finds them, and ends them.
struct Raw {
    lock: &'static str,
    unlock: &'static str,
    /// Selects the number of a blocked connection as `number`.
    blocked: &'static str,
    /// What stands before and after that number.
    end: (&'static str, &'static str),
}

const POSTGRES: Raw = Raw {
    lock: "BEGIN; LOCK TABLE auth_users IN ACCESS EXCLUSIVE MODE",
    unlock: "ROLLBACK",
    blocked: "SELECT l.pid::int8 AS number FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
              WHERE NOT l.granted AND d.datname = current_database()",
    end: ("SELECT pg_terminate_backend(", ")"),
};

const MYSQL: Raw = Raw {
    lock: "LOCK TABLES auth_users WRITE",
    unlock: "UNLOCK TABLES",
    blocked: "SELECT CAST(id AS SIGNED) AS number FROM information_schema.processlist \
              WHERE state LIKE 'Waiting for table%' AND db = DATABASE()",
    end: ("KILL QUERY ", ""),
};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn patient() -> StoreOptions {
    StoreOptions::default().statement_timeout(PATIENCE)
}

/// Returns the number that a statement selects, as soon as there is one.
async fn found<C>(connection: &mut C, select: &str) -> i64
where
    C: SqlBackend,
    SqlQuery: for<'q> LoadQuery<'q, C, Number>,
{
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let rows: Vec<Number> = sql_query(select).load(connection).await.unwrap();
        if let Some(row) = rows.into_iter().next() {
            return row.number;
        }
    }
    panic!("nothing is found by {select}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cut_off_write_to_postgres_does_not_run_again() {
    if let Some(home) = Postgres::new().await {
        cut_off_write_does_not_run_again(home, POSTGRES).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cut_off_write_to_mysql_does_not_run_again() {
    if let Some(home) = Mysql::new().await {
        cut_off_write_does_not_run_again(home, MYSQL).await;
    }
}

async fn cut_off_write_does_not_run_again<H: Home>(home: H, raw: Raw)
where
    SqlQuery: for<'q> LoadQuery<'q, H::Connection, Number>,
{
    let opened = DieselStore::<H::Connection>::open_with(home.url(), patient()).await;
    let store = opened.unwrap();
    inserted(&store, new_user("ada@example.com")).await;
    let mut blocker = H::Connection::establish(home.url()).await.unwrap();
    let mut control = H::Connection::establish(home.url()).await.unwrap();
    let cut_off = async |control: &mut H::Connection| {
        let number = found(control, raw.blocked).await;
        let (before, after) = raw.end;
        let end = format!("{before}{number}{after}");
        control.batch_execute(&end).await.unwrap();
    };

    blocker.batch_execute(raw.lock).await.unwrap();
    let insertion = {
        let store = store.clone();
        tokio::spawn(async move { store.insert(new_user("eve@example.com")).await })
    };
    cut_off(&mut control).await;
    // A second try would wait for the lock, too.
    let error = insertion.await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the store cannot answer");

    blocker.batch_execute(raw.unlock).await.unwrap();
    let found = store.find(&email("eve@example.com").into()).await;
    assert!(found.unwrap().is_none());
}

/// Error 1290: the connection is replaced, because after a failover a new one may lead to another server.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connection_to_a_mysql_server_that_became_read_only_is_replaced() {
    let Some(server) = own_server(Engine::Mysql) else {
        return;
    };
    let mut control = MysqlConnection::establish(server.url()).await.unwrap();
    // The role of the server may write in spite of the setting.
    for statement in [
        "CREATE DATABASE shop CHARACTER SET utf8mb4",
        "CREATE USER shop@127.0.0.1 IDENTIFIED BY 'shop'",
        "GRANT ALL ON shop.* TO shop@127.0.0.1",
    ] {
        control.batch_execute(statement).await.unwrap();
    }
    let url = format!("mysql://shop:shop@{}/shop", server.address());
    let options = patient().pool_size(1);
    let store: MysqlStore = MysqlStore::open_with(&url, options).await.unwrap();
    let id = async || {
        let mut connection = store.pool().get().await.unwrap();
        found(
            &mut *connection,
            "SELECT CAST(CONNECTION_ID() AS SIGNED) AS number",
        )
        .await
    };
    let before = id().await;
    let read_only = "SET GLOBAL read_only = ON";
    control.batch_execute(read_only).await.unwrap();
    let error = store.insert(new_user("ada@example.com")).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("(error 1290)"), "{source}");
    control
        .batch_execute("SET GLOBAL read_only = OFF")
        .await
        .unwrap();
    assert_ne!(id().await, before, "the same connection");
    let outcome = store.insert(new_user("ada@example.com")).await.unwrap();
    assert!(matches!(outcome, InsertOutcome::Inserted(_)));
}
