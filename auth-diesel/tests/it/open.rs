//! Opening, migrating, and pools that have nothing to give.

use std::time::Duration;

use auth_core::store::{ExpiringKey, ExpiringStore, PageRequest, UserDatabase, Window};
use auth_diesel::{OpenError, SqliteOptions, SqliteStore};
use tokio::task::JoinSet;

use crate::support::{File, admin, columns, email, inserted, new_user, now};

/// A6.3.2: no default accounts.
#[tokio::test]
async fn a_new_file_has_no_users() {
    let store = File::new();
    let store = store.open().await;
    let page = store.list(PageRequest::first()).await.unwrap();
    assert_eq!((page.items.len(), page.total), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_there_after_reopening() {
    let file = File::new();
    let key = ExpiringKey::new("test", "a");
    let window = Window::Fixed(time::Duration::MINUTE);
    let store = file.open().await;
    let user = inserted(&store, admin("ada@example.com")).await;
    assert_eq!(store.increment(&key, window, now()).await.unwrap(), 1);
    drop(store);

    let store = file.open().await;
    let stored = store.get(&user.id).await.unwrap().unwrap();
    assert_eq!(columns(&stored), columns(&user));
    assert_eq!(store.increment(&key, window, now()).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_again_changes_nothing() {
    let file = File::new();
    let store = file.open().await;
    let user = inserted(&store, new_user("ada@example.com")).await;
    store.migrate().await.unwrap();
    store.clone().migrate().await.unwrap();
    let stored = store.get(&user.id).await.unwrap().unwrap();
    assert_eq!(columns(&stored), columns(&user));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_open_one_new_file_at_once() {
    for _ in 0..5 {
        let file = File::new();
        let mut tasks = JoinSet::new();
        for number in 0..8 {
            let url = file.url();
            tasks.spawn(async move {
                let store = SqliteStore::open(&url).await.unwrap();
                inserted(&store, new_user(&format!("u{number}@example.com"))).await;
            });
        }
        tasks.join_all().await;
        let total = file
            .open()
            .await
            .list(PageRequest::first())
            .await
            .unwrap()
            .total;
        assert_eq!(total, 8);
    }
}

/// Several stores are several processes to SQLite: no turn is shared, and nobody hears "locked".
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_of_several_stores_wait_for_each_other() {
    let file = File::new();
    let key = ExpiringKey::new("test", "a");
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let store = file.open().await;
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

#[tokio::test]
async fn urls() {
    for url in [
        "",
        "accounts.db",
        "postgres://localhost/x",
        "sqlite:x.db",
        "sqlite://",
    ] {
        let error = SqliteStore::open(url).await.unwrap_err();
        assert!(matches!(error, OpenError::Url), "{url}: {error:?}");
    }
    for url in ["sqlite::memory:", "sqlite://:memory:"] {
        let error = SqliteStore::open(url).await.unwrap_err();
        assert!(matches!(error, OpenError::InMemory), "{url}: {error:?}");
    }
    let file = File::new();
    let error = SqliteStore::open(&format!("{}/nowhere/x.db", file.url()))
        .await
        .unwrap_err();
    assert!(matches!(error, OpenError::File(_)), "{error:?}");
    std::fs::write(
        file.path(),
        "not a database at all, but long enough to look like one: ".repeat(40),
    )
    .unwrap();
    let error = SqliteStore::open(&file.url()).await.unwrap_err();
    assert!(matches!(error, OpenError::Connection(_)), "{error:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn others_cannot_read_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let file = File::new();
    let store = file.open().await;
    inserted(&store, new_user("a@example.com")).await;
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", file.path());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path}");
    }
}

/// A pool with nothing to give is an error, neither a panic nor absence.
#[tokio::test]
async fn an_exhausted_pool_is_an_error() {
    let file = File::new();
    let options = SqliteOptions::default()
        .pool_size(1)
        .checkout_timeout(Duration::from_millis(20));
    let store = options.open(&file.url()).await.unwrap();
    let user = inserted(&store, new_user("a@example.com")).await;
    let taken = store.pool().get().await.unwrap();
    let error = store.get(&user.id).await.unwrap_err();
    assert_eq!(error.to_string(), "the store cannot answer");
    UserDatabase::insert(&store, new_user("b@example.com"))
        .await
        .unwrap_err();
    drop(taken);
    assert!(store.get(&user.id).await.unwrap().is_some());
    assert!(
        store
            .find(&email("b@example.com").into())
            .await
            .unwrap()
            .is_none()
    );
}
