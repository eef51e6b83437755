//! Operations whose connection the server ends, or whose statement it cancels: an operation that may have
//! been applied does not run again.

use std::time::{Duration, Instant};

use auth_core::store::{InsertOutcome, UserDatabase};
use auth_diesel::diesel::query_builder::SqlQuery;
use auth_diesel::diesel_async::methods::LoadQuery;
use auth_diesel::diesel_async::{AsyncConnection, SimpleAsyncConnection};
use auth_diesel::{DieselStore, MysqlConnection, MysqlStore, SqlBackend, StoreOptions};
use scratch_servers::{Engine, own_server};

use crate::homes::{Home, Mysql, Postgres};
use crate::support::{Number, columns, email, inserted, new_user, numbers};

/// For a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// How an engine blocks the statements of others, finds them, and ends them.
struct Raw {
    lock: &'static str,
    unlock: &'static str,
    /// Selects the number of a blocked connection as `number`.
    blocked: &'static str,
    /// What stands before and after that number, to end the statement.
    end: (&'static str, &'static str),
    /// The same, to close the connection.
    close: (&'static str, &'static str),
}

const POSTGRES: Raw = Raw {
    lock: "BEGIN; LOCK TABLE auth_users IN ACCESS EXCLUSIVE MODE",
    unlock: "ROLLBACK",
    blocked: "SELECT l.pid::int8 AS number FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
              WHERE NOT l.granted AND d.datname = current_database()",
    end: ("SELECT pg_terminate_backend(", ")"),
    close: ("SELECT pg_terminate_backend(", ")"),
};

const MYSQL: Raw = Raw {
    lock: "LOCK TABLES auth_users WRITE",
    unlock: "UNLOCK TABLES",
    blocked: "SELECT CAST(id AS SIGNED) AS number FROM information_schema.processlist \
              WHERE state LIKE 'Waiting for table%' AND db = DATABASE()",
    end: ("KILL QUERY ", ""),
    close: ("KILL CONNECTION ", ""),
};

fn patient() -> StoreOptions {
    StoreOptions::default().statement_timeout(PATIENCE)
}

/// Ends the blocked statement of another connection, as soon as there is one.
async fn cut_off<C>(control: &mut C, raw: &Raw, (before, after): (&str, &str))
where
    C: SqlBackend,
    SqlQuery: for<'q> LoadQuery<'q, C, Number>,
{
    let number = found(control, raw.blocked).await;
    let end = format!("{before}{number}{after}");
    control.batch_execute(&end).await.unwrap();
}

/// Returns the number that a statement selects, as soon as there is one.
async fn found<C>(connection: &mut C, select: &str) -> i64
where
    C: SqlBackend,
    SqlQuery: for<'q> LoadQuery<'q, C, Number>,
{
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(number) = numbers(connection, select).await.into_iter().next() {
            return number;
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

    blocker.batch_execute(raw.lock).await.unwrap();
    let insertion = {
        let store = store.clone();
        tokio::spawn(async move { store.insert(new_user("eve@example.com")).await })
    };
    cut_off(&mut control, &raw, raw.end).await;
    // A second try would wait for the lock, too.
    let error = insertion.await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the store cannot answer");

    blocker.batch_execute(raw.unlock).await.unwrap();
    let found = store.find(&email("eve@example.com").into()).await;
    assert!(found.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cut_off_read_from_postgres_runs_once_more() {
    if let Some(home) = Postgres::new().await {
        cut_off_read_runs_once_more(home, POSTGRES).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cut_off_read_from_mysql_runs_once_more() {
    if let Some(home) = Mysql::new().await {
        cut_off_read_runs_once_more(home, MYSQL).await;
    }
}

/// Also a read that waits while the server prepares its statement: PostgreSQL reports its end as an error at a
/// position of the statement, like a mistake in it.
async fn cut_off_read_runs_once_more<H: Home>(home: H, raw: Raw)
where
    SqlQuery: for<'q> LoadQuery<'q, H::Connection, Number>,
{
    let first = home.open().await;
    let ada = inserted(&first, new_user("ada@example.com")).await;
    let mut blocker = H::Connection::establish(home.url()).await.unwrap();
    let mut control = H::Connection::establish(home.url()).await.unwrap();
    for is_prepared in [false, true] {
        let options = patient().pool_size(1);
        let opened = DieselStore::<H::Connection>::open_with(home.url(), options).await;
        let store = opened.unwrap();
        if is_prepared {
            store.get(&ada.id).await.unwrap();
        }
        blocker.batch_execute(raw.lock).await.unwrap();
        let (reader, id) = (store.clone(), ada.id);
        let read = tokio::spawn(async move { reader.get(&id).await });
        cut_off(&mut control, &raw, raw.close).await;
        blocker.batch_execute(raw.unlock).await.unwrap();
        let read = read.await.unwrap();
        let found = read.unwrap_or_else(|error| panic!("prepared: {is_prepared}: {error:?}"));
        assert_eq!(columns(&found.unwrap()), columns(&ada));
    }
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
