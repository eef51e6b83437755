//! Migrations of the application: run once, in their order, beside those of the toolkit.

use auth_core::UserDatabase;
use auth_core::store::PageRequest;
use auth_diesel::{DieselStore, OpenError, StoreOptions};
use tokio::task::JoinSet;

use crate::homes::{File, Home, Postgres};
use crate::on_each_engine;

on_each_engine!(
    migrations_run_once_in_their_order,
    many_stores_run_a_migration_once,
    newer_database_of_the_application_is_refused,
    failing_migration_is_an_error_of_opening,
);

/// The second works after the first alone, and neither works twice.
fn orders() -> StoreOptions {
    StoreOptions::default()
        .migration(
            "0002_orders",
            "CREATE TABLE orders (number BIGINT NOT NULL)",
        )
        .migration("0001_note", "ALTER TABLE orders ADD COLUMN note VARCHAR(9)")
}

async fn open<H: Home>(
    home: &H,
    options: StoreOptions,
) -> Result<DieselStore<H::Connection>, OpenError> {
    DieselStore::open_with(home.url(), options).await
}

async fn migrations_run_once_in_their_order<H: Home>(home: H) {
    open(&home, orders()).await.unwrap();
    home.sql("INSERT INTO orders (number, note) VALUES (1, 'first')")
        .await;
    open(&home, orders()).await.unwrap();
    // One more, which needs a table of the toolkit's own.
    let seed = "INSERT INTO orders (number) SELECT COUNT(*) FROM auth_users";
    let store = open(&home, orders().migration("0003_seed", seed))
        .await
        .unwrap();
    assert_eq!(store.list(PageRequest::first()).await.unwrap().total, 0);
}

async fn many_stores_run_a_migration_once<H: Home>(home: H) {
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let url = home.url().to_owned();
        tasks.spawn(async move {
            DieselStore::<H::Connection>::open_with(&url, orders())
                .await
                .unwrap();
        });
    }
    tasks.join_all().await;
    home.sql("INSERT INTO orders (number, note) VALUES (1, 'first')")
        .await;
}

async fn newer_database_of_the_application_is_refused<H: Home>(home: H) {
    let newer = orders().migration("0003_more", "ALTER TABLE orders ADD COLUMN more INTEGER");
    open(&home, newer).await.unwrap();
    for older in [orders(), orders().without_migrations()] {
        let error = open(&home, older).await.unwrap_err();
        assert!(
            matches!(&error, OpenError::NewerDatabase(name) if name == "0003_more"),
            "{error}"
        );
    }
    // A program that names no migration of the application leaves them alone.
    open(&home, StoreOptions::default()).await.unwrap();
}

async fn failing_migration_is_an_error_of_opening<H: Home>(home: H) {
    let options = orders().migration(
        "0003_wrong",
        "ALTER TABLE no_such_table ADD COLUMN a INTEGER",
    );
    let error = open(&home, options).await.unwrap_err();
    assert!(matches!(error, OpenError::Migration(_)), "{error}");
    assert!(error.to_string().contains("no_such_table"), "{error}");
}

/// Of a run that fails nothing stays, where tables are created in a transaction.
async fn nothing_stays<H: Home>(home: H) {
    let options = orders().migration(
        "0003_wrong",
        "ALTER TABLE no_such_table ADD COLUMN a INTEGER",
    );
    open(&home, options).await.unwrap_err();
    home.sql("CREATE TABLE orders (number BIGINT)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_migration_leaves_nothing_in_sqlite() {
    nothing_stays(File::new().await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_migration_leaves_nothing_in_postgres() {
    if let Some(home) = Postgres::new().await {
        nothing_stays(home).await;
    }
}
