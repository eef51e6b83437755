//! Servers that do not answer, and statements that take too long.

use std::time::{Duration, Instant};

use auth_core::store::{AccessLookup, InsertOutcome, UserDatabase};
use auth_diesel::diesel_async::{AsyncConnection, SimpleAsyncConnection};
use auth_diesel::{DieselStore, MysqlConnection, PostgresConnection, SqlBackend, StoreOptions};
use scratch_servers::{Engine, own_server};
use tokio::task::JoinSet;

use crate::homes::{Home, Mysql, Postgres};
use crate::lookup_connections::{look_up_beside_pool, of_user};
use crate::support::{Number, columns, inserted, new_user, numbers};

const LIMIT: Duration = Duration::from_millis(500);
const CHECKOUT: Duration = Duration::from_secs(1);

/// More than the limits, for a busy machine, and less than any time-out of the engines.
const PATIENCE: Duration = Duration::from_secs(8);

fn options() -> StoreOptions {
    StoreOptions::default()
        .pool_size(2)
        .checkout_timeout(CHECKOUT)
        .statement_timeout(LIMIT)
}

/// A16.5.2: a frozen server costs each caller a limited time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn frozen_postgres_server_is_an_error_within_the_limits() {
    frozen_server_is_an_error_within_the_limits::<PostgresConnection>(Engine::Postgres).await;
}

/// A16.5.2: a frozen server costs each caller a limited time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn frozen_mysql_server_is_an_error_within_the_limits() {
    frozen_server_is_an_error_within_the_limits::<MysqlConnection>(Engine::Mysql).await;
}

/// More callers than connections get an error, and the store answers correctly afterwards.
async fn frozen_server_is_an_error_within_the_limits<C: SqlBackend>(engine: Engine) {
    let Some(server) = own_server(engine) else {
        return;
    };
    let store = DieselStore::<C>::open_with(server.url(), options())
        .await
        .unwrap();
    let ada = inserted(&store, new_user("ada@example.com")).await;
    let bob = inserted(&store, new_user("bob@example.com")).await;
    look_up_beside_pool(&store, &ada.id).await;

    server.freeze();
    let begin = Instant::now();
    let mut callers = JoinSet::new();
    for number in 0..8 {
        let (store, id) = (store.clone(), ada.id);
        callers.spawn(async move {
            if number % 2 == 0 {
                store.look_up(of_user(&id)).await.map(|_| ())
            } else {
                let new = new_user(&format!("user{number}@example.com"));
                store.insert(new).await.map(|_| ())
            }
        });
    }
    let answers = tokio::time::timeout(PATIENCE, callers.join_all()).await;
    server.thaw();
    let answers = answers.expect("a call waits for the frozen server");
    assert!(begin.elapsed() < PATIENCE);
    for answer in answers {
        assert_eq!(answer.unwrap_err().to_string(), "the store cannot answer");
    }

    let mut found = Err("never asked".to_owned());
    for _ in 0..20 {
        found = store.get(&bob.id).await.map_err(|error| error.to_string());
        if found.is_ok() {
            break;
        }
    }
    // No connection gives an answer that belongs to an earlier statement.
    assert_eq!(columns(&found.unwrap().unwrap()), columns(&bob));
    let mut callers = JoinSet::new();
    for user in [ada, bob].into_iter().cycle().take(16) {
        let store = store.clone();
        callers.spawn(async move {
            let found = store.look_up(of_user(&user.id)).await.unwrap();
            assert_eq!(columns(&found.user.unwrap()), columns(&user));
        });
    }
    callers.join_all().await;
}

/// A way to block a table, and to count the statements that wait.
struct Blockade {
    lock: &'static str,
    unlock: &'static str,
    waiting: &'static str,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn slow_statement_on_postgres_is_cancelled() {
    let Some(home) = Postgres::new().await else {
        return;
    };
    let blockade = Blockade {
        lock: "BEGIN; LOCK TABLE auth_users IN ACCESS EXCLUSIVE MODE",
        unlock: "COMMIT",
        waiting: "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() \
                  AND pid <> pg_backend_pid() AND state = 'active' AND query LIKE '%auth_users%'",
    };
    slow_statement_is_cancelled(&home, blockade).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn slow_statement_on_mysql_is_cancelled() {
    let Some(home) = Mysql::new().await else {
        return;
    };
    let blockade = Blockade {
        lock: "LOCK TABLES auth_users WRITE",
        unlock: "UNLOCK TABLES",
        waiting: "SELECT count(*) AS number FROM information_schema.processlist \
                  WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE '%auth_users%'",
    };
    slow_statement_is_cancelled(&home, blockade).await;
}

/// The statement ends with the time limit, here and on the server.
async fn slow_statement_is_cancelled<H: Home>(home: &H, blockade: Blockade)
where
    auth_diesel::diesel::query_builder::SqlQuery:
        for<'q> auth_diesel::diesel_async::methods::LoadQuery<'q, H::Connection, Number>,
{
    let store = DieselStore::<H::Connection>::open_with(home.url(), options())
        .await
        .unwrap();
    let ada = inserted(&store, new_user("ada@example.com")).await;
    look_up_beside_pool(&store, &ada.id).await;
    let mut other = H::Connection::establish(home.url()).await.unwrap();
    other.batch_execute(blockade.lock).await.unwrap();

    let begin = Instant::now();
    store.get(&ada.id).await.unwrap_err();
    store.look_up(of_user(&ada.id)).await.unwrap_err();
    store.insert(new_user("bob@example.com")).await.unwrap_err();
    assert!(begin.elapsed() < PATIENCE);
    // Not the other connection: within a transaction PostgreSQL repeats its first answer.
    let mut observer = H::Connection::establish(home.url()).await.unwrap();
    let mut waiting = i64::MAX;
    while waiting > 0 && begin.elapsed() < PATIENCE {
        waiting = numbers(&mut observer, blockade.waiting).await[0];
    }
    assert_eq!(waiting, 0, "a statement still waits for the lock");

    other.batch_execute(blockade.unlock).await.unwrap();
    let found = store.get(&ada.id).await.unwrap().unwrap();
    assert_eq!(columns(&found), columns(&ada));
    let outcome = store.insert(new_user("bob@example.com")).await.unwrap();
    assert!(
        matches!(outcome, InsertOutcome::Inserted(_)),
        "it was written after its error"
    );
}
