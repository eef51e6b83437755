//! Opening databases, and exhausted pools.

use std::time::Duration;

use auth_core::store::{ExpiringKey, ExpiringStore, PageRequest, UserDatabase, Window};
use auth_diesel::{
    AnyStore, DieselStore, MysqlStore, OpenError, PostgresStore, SqliteStore, StoreOptions,
};
use tokio::task::JoinSet;

use crate::homes::{File, Home, Mysql, Postgres};
use crate::on_each_engine;
use crate::support::{admin, columns, email, inserted, new_user, now};

on_each_engine!(
    new_database_has_no_users,
    written_rows_exist_after_reopening,
    writers_of_several_stores_wait_for_each_other,
    exhausted_pool_is_an_error,
    url_chooses_the_engine,
    store_works_on_the_pool_of_the_application,
);

/// A6.3.2: no default accounts.
async fn new_database_has_no_users(home: impl Home) {
    let page = home.open().await.list(PageRequest::first()).await.unwrap();
    assert_eq!((page.items.len(), page.total), (0, 0));
}

async fn written_rows_exist_after_reopening(home: impl Home) {
    let key = ExpiringKey::new("test", "a");
    let window = Window::Fixed(time::Duration::MINUTE);
    let store = home.open().await;
    let user = inserted(&store, admin("ada@example.com")).await;
    assert_eq!(store.increment(&key, window, now()).await.unwrap(), 1);
    drop(store);

    let store = home.open().await;
    let stored = store.get(&user.id).await.unwrap().unwrap();
    assert_eq!(columns(&stored), columns(&user));
    assert_eq!(store.increment(&key, window, now()).await.unwrap(), 2);
}

/// Several stores, like several processes, share no write permit, and no call fails with "locked".
async fn writers_of_several_stores_wait_for_each_other(home: impl Home) {
    let key = ExpiringKey::new("test", "a");
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let store = home.open().await;
        for _ in 0..16 {
            let (store, key) = (store.clone(), key.clone());
            tasks.spawn(async move {
                store
                    .increment(&key, Window::Fixed(time::Duration::MINUTE), now())
                    .await
                    .unwrap()
            });
        }
    }
    let mut counts = tasks.join_all().await;
    counts.sort_unstable();
    assert_eq!(counts, (1..=64).collect::<Vec<_>>());
}

/// A16.5.2: an exhausted pool is an error, neither a panic nor absence.
async fn exhausted_pool_is_an_error<H: Home>(home: H) {
    let options = StoreOptions::default()
        .pool_size(1)
        .checkout_timeout(Duration::from_millis(500));
    let store = DieselStore::<H::Connection>::open_with(home.url(), options)
        .await
        .unwrap();
    let user = inserted(&store, new_user("a@example.com")).await;
    let taken = store.pool().get().await.unwrap();
    let error = store.get(&user.id).await.unwrap_err();
    assert_eq!(error.to_string(), "the store cannot answer");
    UserDatabase::insert(&store, new_user("b@example.com"))
        .await
        .unwrap_err();
    drop(taken);
    assert!(store.get(&user.id).await.unwrap().is_some());
    let unknown = store.find(&email("b@example.com").into()).await.unwrap();
    assert!(unknown.is_none());
}

async fn url_chooses_the_engine(home: impl Home) {
    let store: AnyStore = AnyStore::open(home.url()).await.unwrap();
    let user = inserted(&store, new_user("ada@example.com")).await;
    let same = home.open().await.get(&user.id).await.unwrap().unwrap();
    assert_eq!(columns(&same), columns(&user));
    let name = format!("{store:?}");
    let engine = home.url().split(':').next().unwrap();
    assert!(
        name.to_lowercase().starts_with(engine),
        "{name} of {engine}"
    );
}

/// The application and its accounts share one pool.
async fn store_works_on_the_pool_of_the_application<H: Home>(home: H) {
    let pool = home.open().await.pool().clone();
    let store: DieselStore<H::Connection> = DieselStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    let user = inserted(&store, new_user("ada@example.com")).await;
    let (one, two) = (store.pool().state(), pool.state());
    assert_eq!(one.connections, two.connections);
    assert!(store.get(&user.id).await.unwrap().is_some());
}

#[tokio::test]
async fn url_of_another_engine_is_rejected() {
    for url in [
        "",
        "accounts.db",
        "postgres://localhost/x",
        "sqlite:x.db",
        "sqlite://",
    ] {
        let error = SqliteStore::<auth_core::User>::open(url).await.unwrap_err();
        assert!(matches!(error, OpenError::Url(_)), "{url}: {error:?}");
    }
    for url in ["sqlite::memory:", "sqlite://:memory:"] {
        let error = SqliteStore::<auth_core::User>::open(url).await.unwrap_err();
        assert!(matches!(error, OpenError::InMemory), "{url}: {error:?}");
    }
    for url in [
        "",
        "postgres",
        "mysql://secret@localhost/x",
        "sqlite://x.db",
    ] {
        let error = PostgresStore::<auth_core::User>::open(url)
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "not a URL of the form postgres://…",
            "{url}"
        );
    }
    for url in ["", "postgres://secret@localhost/x", "sqlite://x.db"] {
        let error = MysqlStore::<auth_core::User>::open(url).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "not a URL of the form mysql://…",
            "{url}"
        );
    }
    for url in ["", "redis://localhost", "accounts.db"] {
        let error = AnyStore::<auth_core::User>::open(url).await.unwrap_err();
        assert!(matches!(error, OpenError::Url(_)), "{url}: {error:?}");
    }
}

/// A URL may contain a password: no error contains it.
#[tokio::test]
async fn error_of_an_unreachable_server_has_no_password() {
    for scheme in ["postgres", "mysql"] {
        let url = format!("{scheme}://user:a-secret-word@127.0.0.1:1/accounts");
        let options = StoreOptions::default().checkout_timeout(Duration::from_millis(200));
        let error = AnyStore::<auth_core::User>::open_with(&url, options)
            .await
            .unwrap_err();
        assert!(matches!(error, OpenError::Connection(_)), "{error:?}");
        let words = format!("{error} {error:?}");
        assert!(!words.contains("secret"), "{words}");
    }
}

/// A wrong password is an error at once, without any part of the password.
#[tokio::test]
async fn error_of_a_wrong_password_has_no_password() {
    let homes = [
        Postgres::new().await.map(|home| home.url().to_owned()),
        Mysql::new().await.map(|home| home.url().to_owned()),
    ];
    for url in homes.into_iter().flatten() {
        let (before, after) = url.split_once('@').unwrap();
        let (user, _) = before.rsplit_once(':').unwrap();
        for password in ["zebra", "zebra%3F?zebra", "zebra#zebra"] {
            let url = format!("{user}:{password}@{after}");
            let error = AnyStore::<auth_core::User>::open(&url).await.unwrap_err();
            let words = format!("{error} {error:?}");
            let is_clear = matches!(error, OpenError::Connection(_) | OpenError::InvalidUrl(_));
            assert!(is_clear, "{words}");
            assert!(!words.contains("zebra"), "{words}");
        }
    }
}

#[tokio::test]
async fn invalid_file_is_an_error() {
    let file = File::new().await.unwrap();
    let url = format!("{}/nowhere/x.db", file.url());
    let error = SqliteStore::<auth_core::User>::open(&url)
        .await
        .unwrap_err();
    assert!(matches!(error, OpenError::File(_)), "{error:?}");
    let text = "not a database at all, but long enough to look like one: ".repeat(40);
    std::fs::write(file.path(), text).unwrap();
    let error = SqliteStore::<auth_core::User>::open(file.url())
        .await
        .unwrap_err();
    assert!(matches!(error, OpenError::NoDatabase(_)), "{error:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn database_file_is_readable_only_by_its_owner() {
    use std::os::unix::fs::PermissionsExt;

    let file = File::new().await.unwrap();
    let store = file.open().await;
    inserted(&store, new_user("a@example.com")).await;
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", file.path());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path}");
    }
}

/// A commit survives a loss of power by default; an option gives that up.
#[tokio::test]
async fn commits_in_a_file_wait_for_the_disk_unless_an_option_says_otherwise() {
    use auth_diesel::diesel::{QueryableByName, sql_query, sql_types::Integer};
    use auth_diesel::diesel_async::RunQueryDsl;

    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Integer)]
        synchronous: i32,
    }
    const NORMAL: i32 = 1;
    const FULL: i32 = 2;

    let file = File::new().await.unwrap();
    let relaxed = StoreOptions::default().relaxed_durability();
    for (options, expected) in [(StoreOptions::default(), FULL), (relaxed, NORMAL)] {
        let store: SqliteStore = SqliteStore::open_with(file.url(), options).await.unwrap();
        let mut connection = store.pool().get().await.unwrap();
        let setting = sql_query("PRAGMA synchronous").get_result::<Setting>(&mut *connection);
        assert_eq!(setting.await.unwrap().synchronous, expected);
    }
    let pool = auth_diesel::bb8::Pool::builder();
    let pool = pool
        .build(auth_diesel::sqlite_manager(file.path()))
        .await
        .unwrap();
    let mut connection = pool.get().await.unwrap();
    let setting = sql_query("PRAGMA synchronous").get_result::<Setting>(&mut *connection);
    assert_eq!(
        setting.await.unwrap().synchronous,
        FULL,
        "of the application's own pool"
    );
}
