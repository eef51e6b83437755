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
    many_migrate_one_database_at_once,
    a_newer_database_is_refused,
    a_role_without_rights_leaves_tables_alone,
    tables_that_do_not_fit_are_refused,
    a_table_of_sessions_that_does_not_fit_is_refused,
    a_database_without_sessions_gets_them,
    existing_sessions_were_authenticated_when_they_were_started,
    down_undoes_up,
);

async fn migrating_again_changes_nothing(home: impl Home) {
    let store = home.open().await;
    let user = inserted(&store, new_user("ada@example.com")).await;
    store.migrate().await.unwrap();
    store.clone().migrate().await.unwrap();
    let stored = store.get(&user.id).await.unwrap().unwrap();
    assert_eq!(columns(&stored), columns(&user));
}

/// Each store has a pool of its own, as processes have.
async fn many_migrate_one_database_at_once<H: Home>(home: H) {
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

async fn a_newer_database_is_refused<H: Home>(home: H) {
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

async fn a_role_without_rights_leaves_tables_alone<H: Home>(home: H) {
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

async fn tables_that_do_not_fit_are_refused<H: Home>(home: H) {
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

async fn a_table_of_sessions_that_does_not_fit_is_refused<H: Home>(home: H) {
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

/// An earlier version has made the database, with a user in it.
async fn a_database_without_sessions_gets_them(home: impl Home) {
    let store = home.open().await;
    let user = inserted(&store, new_user("ada@example.com")).await;
    home.sql("DROP TABLE auth_sessions").await;
    let sessions = "('0003_sessions', '0005_session_auth')";
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

async fn down_undoes_up<H: Home>(home: H) {
    home.open().await;
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

/// The files that are run above are those of every engine.
#[test]
fn every_engine_goes_down_alike() {
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
        include_str!("../../migrations/sqlite/0005_session_auth/down.sql"),
        include_str!("../../migrations/postgres/0005_session_auth/down.sql"),
        include_str!("../../migrations/mysql/0005_session_auth/down.sql"),
    );
}

/// MySQL keeps each change of a table at once. An interrupted migration leaves a table without a
/// record, and the next start continues from there.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_a_table_and_its_note_is_mended() {
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
async fn a_held_lock_stops_nobody_who_is_up_to_date() {
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
