//! Errors that end a connection: it is replaced, and the operation runs again if nothing was written.

use auth_core::store::{AccessLookup, InsertOutcome, UserDatabase};
use auth_diesel::diesel_async::SimpleAsyncConnection;
use auth_diesel::{DieselStore, StoreOptions};

use crate::homes::{Home, Mysql, Postgres};
use crate::lookup_connections::{look_up_beside_pool, of_user};
use crate::support::{columns, inserted, new_user};

const POOL: u32 = 3;

/// Opens a store, and runs a statement on each connection of its pool.
async fn store_with<H: Home>(home: &H, statement: &str) -> DieselStore<H::Connection> {
    let options = StoreOptions::default().pool_size(POOL);
    let store = DieselStore::open_with(home.url(), options).await.unwrap();
    on_each_connection(&store, statement).await;
    store
}

async fn on_each_connection<C: auth_diesel::SqlBackend>(store: &DieselStore<C>, statement: &str) {
    let mut connections = Vec::new();
    for _ in 0..POOL {
        let mut connection = store.pool().get().await.unwrap();
        connection.batch_execute(statement).await.unwrap();
        connections.push(connection);
    }
}

/// "cached plan must not change result type" on each connection of the pool.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changed_type_of_a_column_fails_no_request() {
    let Some(home) = Postgres::new().await else {
        return;
    };
    let store = store_with(&home, "SELECT 1").await;
    let ada = inserted(&store, new_user("ada@example.com")).await;
    // Each connection caches the statement.
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (store, id) = (store.clone(), ada.id);
        callers.spawn(async move { store.get(&id).await.unwrap().unwrap() });
    }
    callers.join_all().await;
    look_up_beside_pool(&store, &ada.id).await;
    home.sql("ALTER TABLE auth_users ALTER COLUMN email TYPE VARCHAR(320)")
        .await;
    for _ in 0..2 * POOL {
        let found = store.look_up(of_user(&ada.id)).await.unwrap();
        assert_eq!(columns(&found.user.unwrap()), columns(&ada));
        let found = store.get(&ada.id).await.unwrap().unwrap();
        assert_eq!(columns(&found), columns(&ada));
    }
    // In a transaction of the application the first error is the caller's, and no second one follows.
    home.sql("ALTER TABLE auth_users ALTER COLUMN email TYPE TEXT")
        .await;
    let mut failures = 0;
    for _ in 0..2 * POOL {
        let id = ada.id;
        let found = store.transaction(move |transaction| {
            Box::pin(async move { transaction.users().get(&id).await })
        });
        failures += u32::from(found.await.is_err());
    }
    assert!(
        failures <= POOL,
        "{failures} failures on {POOL} connections"
    );
}

/// After a failover the connections of the pool lead to a server that accepts no changes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn read_only_connection_to_postgres_is_replaced() {
    if let Some(home) = Postgres::new().await {
        let read_only = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";
        read_only_connection_is_replaced(&home, read_only).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn read_only_connection_to_mysql_is_replaced() {
    if let Some(home) = Mysql::new().await {
        let read_only = "SET SESSION TRANSACTION READ ONLY";
        read_only_connection_is_replaced(&home, read_only).await;
    }
}

async fn read_only_connection_is_replaced<H: Home>(home: &H, read_only: &str) {
    let store = store_with(home, read_only).await;
    for number in 0..2 * POOL {
        let new = new_user(&format!("user{number}@example.com"));
        let outcome = store.insert(new).await.unwrap();
        assert!(matches!(outcome, InsertOutcome::Inserted(_)));
    }
}

/// A connection that the server closed during a read is replaced; the caller notices nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn read_on_a_closed_connection_runs_again() {
    if let Some(home) = Postgres::new().await {
        let store = store_with(&home, "SELECT 1").await;
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        reads_answer(&home, &store, others).await;
    }
    if let Some(home) = Mysql::new().await {
        let store = store_with(&home, "SET SESSION wait_timeout = 1").await;
        reads_answer(&home, &store, "DO SLEEP(2)").await;
    }
}

async fn reads_answer<H: Home>(home: &H, store: &DieselStore<H::Connection>, end: &str) {
    home.sql(end).await;
    for _ in 0..2 * POOL {
        let found = store.find(&new_user("ada@example.com").email.into()).await;
        assert!(found.unwrap().is_none());
    }
}
