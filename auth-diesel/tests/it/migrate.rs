//! Migrations: applied once, applied again, applied concurrently, and by a newer version.

use auth_core::UserDatabase;
use auth_core::login::Methods;
use auth_core::store::PageRequest;
use auth_diesel::{DieselStore, OpenError, StoreOptions};
use tokio::task::JoinSet;

use crate::homes::{Home, Mysql};
use crate::on_each_engine;
use crate::support::{begun, columns, inserted, new_user, session, stored};

on_each_engine!(
    migrating_again_changes_nothing,
    simultaneous_migrations_of_one_database_succeed,
    newer_database_is_rejected,
    role_without_rights_does_not_change_tables,
    tables_that_do_not_fit_are_rejected,
    table_of_sessions_that_does_not_fit_is_rejected,
    database_without_sessions_gets_the_table,
    existing_sessions_were_authenticated_when_they_were_started,
    down_reverts_up,
);

async fn migrating_again_changes_nothing(home: impl Home) {
    let store = home.open().await;
    let user = inserted(&store, new_user("ada@example.com")).await;
    store.migrate().await.unwrap();
    store.clone().migrate().await.unwrap();
    let stored = store.get(&user.id).await.unwrap().unwrap();
    assert_eq!(columns(&stored), columns(&user));
}

/// Each store has a separate pool, like separate processes.
async fn simultaneous_migrations_of_one_database_succeed<H: Home>(home: H) {
    let mut tasks = JoinSet::new();
    for number in 0..8 {
        let url = home.url().to_owned();
        tasks.spawn(async move {
            let store = DieselStore::<H::Connection>::open(&url).await.unwrap();
            inserted(&store, new_user(&format!("u{number}@example.com"))).await;
        });
    }
    tasks.join_all().await;
    let page = home.open().await.list(PageRequest::first()).await.unwrap();
    assert_eq!(page.total, 8);
}

async fn newer_database_is_rejected<H: Home>(home: H) {
    home.open().await;
    home.sql("INSERT INTO auth_migrations (name) VALUES ('0999_of_tomorrow')")
        .await;
    for options in [
        StoreOptions::default(),
        StoreOptions::default().without_migrations(),
    ] {
        let error = DieselStore::<H::Connection>::open_with(home.url(), options)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, OpenError::NewerDatabase(name) if name == "0999_of_tomorrow"),
            "{error:?}"
        );
        let sentence = "the database is newer than this program, \
                        which does not know migration 0999_of_tomorrow";
        assert_eq!(error.to_string(), sentence);
    }
}

async fn role_without_rights_does_not_change_tables<H: Home>(home: H) {
    let open = || {
        let options = StoreOptions::default().without_migrations();
        DieselStore::<H::Connection>::open_with(home.url(), options)
    };
    let error = open().await.unwrap_err();
    assert!(matches!(error, OpenError::Table { .. }), "{error:?}");
    home.open().await;
    let store = open().await.unwrap();
    inserted(&store, new_user("ada@example.com")).await;
}

async fn tables_that_do_not_fit_are_rejected<H: Home>(home: H) {
    home.open().await;
    home.sql("ALTER TABLE auth_users RENAME COLUMN epoch TO era")
        .await;
    let error = DieselStore::<H::Connection>::open(home.url())
        .await
        .unwrap_err();
    let words = error.to_string();
    assert!(words.contains("auth_users"), "{words}");
    assert!(words.contains("epoch"), "{words}");
}

async fn table_of_sessions_that_does_not_fit_is_rejected<H: Home>(home: H) {
    home.open().await;
    home.sql("ALTER TABLE auth_sessions RENAME COLUMN ends_at TO finale")
        .await;
    let error = DieselStore::<H::Connection>::open(home.url())
        .await
        .unwrap_err();
    let words = error.to_string();
    assert!(words.contains("table auth_sessions"), "{words}");
    assert!(words.contains("ends_at"), "{words}");
    home.sql("DROP TABLE auth_sessions").await;
    let error = DieselStore::<H::Connection>::open(home.url())
        .await
        .unwrap_err();
    let words = error.to_string();
    assert!(words.contains("table auth_sessions"), "{words}");
}

/// The database was created by an earlier version and has a user.
async fn database_without_sessions_gets_the_table(home: impl Home) {
    let store = home.open().await;
    let user = inserted(&store, new_user("ada@example.com")).await;
    home.sql("DROP TABLE auth_sessions").await;
    let sessions = "('0003_sessions', '0005_session_auth', '0006_session_epoch')";
    home.sql(&format!(
        "DELETE FROM auth_migrations WHERE name IN {sessions}"
    ))
    .await;
    let store = home.open().await;
    let known = store.get(&user.id).await.unwrap().unwrap();
    assert_eq!(columns(&known), columns(&user));
    let row = begun(&store, session("users:7")).await;
    assert_eq!(stored(&store, &row).await, row);
}

/// An earlier version has stored sessions, without the time and the methods of their logins.
async fn existing_sessions_were_authenticated_when_they_were_started(home: impl Home) {
    let store = home.open().await;
    let row = begun(&store, session("users:7")).await;
    let down = include_str!("../../migrations/sqlite/0005_session_auth/down.sql");
    home.sql(down).await;
    home.sql("DELETE FROM auth_migrations WHERE name = '0005_session_auth'")
        .await;
    let store = home.open().await;
    let migrated = stored(&store, &row).await;
    assert_eq!(migrated.auth_time, row.created_at);
    assert_eq!(migrated.methods, Methods::none());
}

async fn down_reverts_up<H: Home>(home: H) {
    home.open().await;
    home.sql(include_str!(
        "../../migrations/sqlite/0007_pending_email/down.sql"
    ))
    .await;
    home.sql(if home.url().starts_with("mysql") {
        include_str!("../../migrations/mysql/0006_session_epoch/down.sql")
    } else {
        include_str!("../../migrations/sqlite/0006_session_epoch/down.sql")
    })
    .await;
    home.sql(include_str!(
        "../../migrations/sqlite/0005_session_auth/down.sql"
    ))
    .await;
    home.sql(include_str!(
        "../../migrations/sqlite/0004_credentials/down.sql"
    ))
    .await;
    home.sql(include_str!(
        "../../migrations/sqlite/0003_sessions/down.sql"
    ))
    .await;
    home.sql(include_str!("../../migrations/sqlite/0002_users/down.sql"))
        .await;
    home.sql(include_str!(
        "../../migrations/sqlite/0001_expiring/down.sql"
    ))
    .await;
    home.sql("DELETE FROM auth_migrations").await;
    let store = home.open().await;
    inserted(&store, new_user("ada@example.com")).await;
}

/// The scripts that the test above runs are those of every engine.
#[test]
fn every_engine_has_the_same_down_migrations() {
    let same = |one: &str, two: &str, three: &str| assert!(one == two && two == three);
    same(
        include_str!("../../migrations/sqlite/0001_expiring/down.sql"),
        include_str!("../../migrations/postgres/0001_expiring/down.sql"),
        include_str!("../../migrations/mysql/0001_expiring/down.sql"),
    );
    same(
        include_str!("../../migrations/sqlite/0002_users/down.sql"),
        include_str!("../../migrations/postgres/0002_users/down.sql"),
        include_str!("../../migrations/mysql/0002_users/down.sql"),
    );
    same(
        include_str!("../../migrations/sqlite/0003_sessions/down.sql"),
        include_str!("../../migrations/postgres/0003_sessions/down.sql"),
        include_str!("../../migrations/mysql/0003_sessions/down.sql"),
    );
    same(
        include_str!("../../migrations/sqlite/0004_credentials/down.sql"),
        include_str!("../../migrations/postgres/0004_credentials/down.sql"),
        include_str!("../../migrations/mysql/0004_credentials/down.sql"),
    );
    same(
        include_str!("../../migrations/sqlite/0007_pending_email/down.sql"),
        include_str!("../../migrations/postgres/0007_pending_email/down.sql"),
        include_str!("../../migrations/mysql/0007_pending_email/down.sql"),
    );
    assert_eq!(
        include_str!("../../migrations/sqlite/0006_session_epoch/down.sql"),
        include_str!("../../migrations/postgres/0006_session_epoch/down.sql"),
    );
    same(
        include_str!("../../migrations/sqlite/0005_session_auth/down.sql"),
        include_str!("../../migrations/postgres/0005_session_auth/down.sql"),
        include_str!("../../migrations/mysql/0005_session_auth/down.sql"),
    );
}

/// MySQL commits each change of a table at once. An interrupted migration leaves a table without a
/// record, and the next start continues from there.
#[tokio::test(flavor = "multi_thread")]
async fn migration_continues_after_a_crash_before_its_record() {
    let Some(home) = Mysql::new().await else {
        return;
    };
    let store = home.open().await;
    inserted(&store, new_user("ada@example.com")).await;
    home.sql("DELETE FROM auth_migrations").await;
    let page = home.open().await.list(PageRequest::first()).await.unwrap();
    assert_eq!(page.total, 1);
}

/// A start without pending migrations waits for no lock, and other databases have their own locks.
#[tokio::test(flavor = "multi_thread")]
async fn migrated_database_opens_while_the_lock_is_held() {
    use auth_diesel::diesel_async::{AsyncConnection, SimpleAsyncConnection};

    let (Some(home), Some(other)) = (Mysql::new().await, Mysql::new().await) else {
        return;
    };
    home.open().await;
    let mut holder = auth_diesel::MysqlConnection::establish(home.url())
        .await
        .unwrap();
    let lock = "DO GET_LOCK(CONCAT('auth_migrations.', MD5(DATABASE())), 0)";
    holder.batch_execute(lock).await.unwrap();
    home.open().await;
    other.open().await;
}
