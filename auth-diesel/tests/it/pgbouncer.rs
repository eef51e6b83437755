//! PgBouncer in front of PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auth_core::NoColumns;
use auth_core::store::{ExpiringKey, ExpiringStore, PageRequest, UserDatabase, Window};
use auth_core::testing::contract::{self, Fresh, UserFixture};
use auth_diesel::diesel_async::{AsyncConnection, SimpleAsyncConnection};
use auth_diesel::{PostgresConnection, PostgresStore, StoreOptions};
use scratch_servers::{Engine, PoolMode, Server, own_pgbouncer, own_server};
use tokio::task::JoinSet;

use crate::support::{admin, columns, inserted, new_user, now};

/// A pooler and its server.
struct Pooled {
    pooler: Server,
    server: Server,
}

impl Pooled {
    fn start(mode: PoolMode) -> Option<Self> {
        let server = own_server(Engine::Postgres)?;
        let pooler = own_pgbouncer(&server, mode)?;
        Some(Self { pooler, server })
    }

    /// Creates a database; returns its URL behind the pooler.
    async fn database(&self) -> String {
        let name = format!("auth_test_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PostgresConnection::establish(self.server.url())
            .await
            .unwrap();
        let create = format!("CREATE DATABASE {name}");
        connection.batch_execute(&create).await.unwrap();
        let (base, _) = self.pooler.url().rsplit_once('/').unwrap();
        format!("{base}/{name}")
    }
}

fn options() -> StoreOptions {
    StoreOptions::default()
        .pool_size(16)
        .checkout_timeout(Duration::from_mins(1))
        .statement_timeout(Duration::from_mins(1))
}

/// The error at the start says what to write.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transaction_pooling_without_its_option_is_refused_by_name() {
    let Some(pooled) = Pooled::start(PoolMode::Transaction) else {
        return;
    };
    let url = pooled.database().await;
    for url in [url.clone(), format!("{url}?pgbouncer=false")] {
        let error = PostgresStore::<auth_core::User>::open(&url)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("PgBouncer"), "{error}");
        assert!(error.contains("`pgbouncer=true`"), "{error}");
    }
    // The refused program leaves nothing behind that the others would meet.
    let store: PostgresStore = PostgresStore::open(&format!("{url}?pgbouncer=true"))
        .await
        .unwrap();
    store.list(PageRequest::first()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn session_pooling_needs_no_option() {
    let Some(pooled) = Pooled::start(PoolMode::Session) else {
        return;
    };
    let url = pooled.database().await;
    let options = options().pool_size(2);
    let store: PostgresStore = PostgresStore::open_with(&url, options).await.unwrap();
    let ada = inserted(&store, admin("ada@example.com")).await;
    let found = store.get(&ada.id).await.unwrap().unwrap();
    assert_eq!(columns(&found), columns(&ada));
}

/// With more callers and connections than the pooler has sessions, no call fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_call_fails_behind_transaction_pooling() {
    let Some(pooled) = Pooled::start(PoolMode::Transaction) else {
        return;
    };
    let url = pooled.database().await;
    let by_url = format!("{url}?pgbouncer=true&application_name=accounts");
    let one: PostgresStore = PostgresStore::open_with(&by_url, options()).await.unwrap();
    let two: PostgresStore = PostgresStore::open_with(&url, options().transaction_pooling())
        .await
        .unwrap();
    let ada = inserted(&one, admin("ada@example.com")).await;
    let key = ExpiringKey::new("test", "a");
    let mut callers = JoinSet::new();
    for number in 0..200_u64 {
        let store = if number % 2 == 0 { &one } else { &two };
        let (store, id, key) = (store.clone(), ada.id, key.clone());
        callers.spawn(async move {
            let new = new_user(&format!("user{number}@example.com"));
            let user = inserted(&store, new).await;
            assert!(store.get(&user.id).await.unwrap().is_some());
            assert!(store.get(&id).await.unwrap().is_some());
            let window = Window::Fixed(time::Duration::MINUTE);
            store.increment(&key, window, now()).await.unwrap()
        });
    }
    let mut counts = callers.join_all().await;
    counts.sort_unstable();
    assert_eq!(counts, (1..=200).collect::<Vec<_>>());

    // The application's own transaction.
    let id = ada.id;
    let found = one.transaction(move |transaction| {
        Box::pin(async move { transaction.users().get(&id).await })
    });
    assert!(found.await.unwrap().is_some());
}

/// Every rule of the stores holds behind transaction pooling, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stores_behind_transaction_pooling_keep_the_contract() {
    let Some(pooled) = Pooled::start(PoolMode::Transaction) else {
        return;
    };
    let pooled = Arc::new(pooled);
    let fixture = || Fixture(Arc::clone(&pooled));
    contract::user_database(fixture()).await.assert_kept();
    contract::sessions_of_users(fixture()).await.assert_kept();
    contract::credentials_of_users(fixture())
        .await
        .assert_kept();
    let fresh = move || {
        let pooled = Arc::clone(&pooled);
        async move { fresh(&pooled).await }
    };
    contract::expiring_store(fresh).await.assert_kept();
}

struct Fixture(Arc<Pooled>);

#[async_trait]
impl UserFixture for Fixture {
    type Store = PostgresStore;

    async fn fresh(&self) -> Fresh<Self::Store> {
        fresh(&self.0).await
    }
    fn columns(&self, _: u32) -> NoColumns {
        NoColumns
    }
}

async fn fresh(pooled: &Arc<Pooled>) -> Fresh<PostgresStore> {
    let url = format!("{}?pgbouncer=true", pooled.database().await);
    let store = PostgresStore::open_with(&url, options()).await.unwrap();
    Fresh::new(store).keeping(Arc::clone(pooled))
}
