//! Rows that make no sense, and errors that tell no values.

use std::error::Error;

use auth_core::StoreError;
use auth_core::store::{ExpiringKey, ExpiringStore, PageRequest, UserDatabase, Window};
use auth_diesel::SqliteStore;
use diesel_async::SimpleAsyncConnection;

use crate::support::{File, inserted, new_user, now};

async fn sql(store: &SqliteStore, statement: &str) {
    let mut connection = store.pool().get().await.unwrap();
    connection.batch_execute(statement).await.unwrap();
}

/// Everything an error says, its sources included.
fn all_words(error: &StoreError) -> String {
    let mut words = vec![format!("{error} {error:?}")];
    let mut source = error.source();
    while let Some(error) = source {
        words.push(format!("{error} {error:?}"));
        source = error.source();
    }
    words.join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn senseless_rows_are_errors() {
    for (column, value) in [
        ("email", "'nobody-secret'"),
        ("email", "'Nobody-secret@Example.com'"),
        ("username", "'a secret name'"),
        ("roles", "'secret'"),
        ("roles", "'[\"Secret\"]'"),
        ("roles", "'[1]'"),
        ("created_at", "9223372036854775807"),
    ] {
        let file = File::new();
        let store = file.open().await;
        let user = inserted(&store, new_user("ada@example.com")).await;
        sql(&store, &format!("UPDATE auth_users SET {column} = {value}")).await;
        let errors = [
            store.get(&user.id).await.err(),
            store.list(PageRequest::first()).await.err(),
        ];
        for error in errors {
            let words = all_words(&error.unwrap_or_else(|| panic!("{column} = {value}")));
            assert!(words.contains(column), "{words}");
            assert!(!words.to_lowercase().contains("secret"), "{words}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_negative_count_is_an_error_and_a_full_one_stays() {
    let file = File::new();
    let store = file.open().await;
    let key = ExpiringKey::new("test", "a");
    let window = Window::Fixed(time::Duration::MINUTE);
    store.increment(&key, window, now()).await.unwrap();
    sql(
        &store,
        "UPDATE auth_expiring SET count = 9223372036854775806",
    )
    .await;
    for _ in 0..3 {
        let count = store.increment(&key, window, now()).await.unwrap();
        assert_eq!(count, i64::MAX as u64);
    }
    sql(&store, "UPDATE auth_expiring SET count = -5").await;
    store.count(&key, now()).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_tell_no_values() {
    let file = File::new();
    let store = file.open().await;
    sql(
        &store,
        "CREATE TABLE keep AS SELECT * FROM auth_users; DROP TABLE auth_users",
    )
    .await;
    let error = UserDatabase::insert(&store, new_user("secret@example.com"))
        .await
        .unwrap_err();
    let words = all_words(&error);
    assert!(words.contains("auth_users"), "{words}");
    for value in ["secret", "argon2id"] {
        assert!(!words.contains(value), "{words}");
    }
}
