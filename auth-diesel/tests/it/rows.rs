//! Invalid rows, and errors without values.

use std::error::Error;

use auth_core::StoreError;
use auth_core::store::{ExpiringKey, ExpiringStore, PageRequest, UserDatabase, Window};

use crate::homes::{File, Home};
use crate::on_each_engine;
use crate::support::{inserted, new_user, now};

on_each_engine!(
    invalid_rows_are_errors,
    negative_count_is_an_error_and_maximum_count_stays,
    errors_contain_no_values,
);

/// Returns the messages of an error and its sources.
fn all_words(error: &StoreError) -> String {
    let mut words = vec![format!("{error} {error:?}")];
    let mut source = error.source();
    while let Some(error) = source {
        words.push(format!("{error} {error:?}"));
        source = error.source();
    }
    words.join(" ")
}

async fn invalid_rows_are_errors(home: impl Home) {
    let store = home.open().await;
    let user = inserted(&store, new_user("ada@example.com")).await;
    for (column, value, good) in [
        ("email", "'nobody-secret'", "'ada@example.com'"),
        ("email", "'Nobody-secret@Example.com'", "'ada@example.com'"),
        ("username", "'a secret name'", "NULL"),
        ("roles", "'secret'", "'[]'"),
        ("roles", "'[\"Secret\"]'", "'[]'"),
        ("roles", "'[1]'", "'[]'"),
        // One rule for every storage: roles are stored sorted, each once.
        ("roles", "'[\"ops\",\"billing\"]'", "'[]'"),
        ("roles", "'[\"ops\",\"ops\"]'", "'[]'"),
    ] {
        home.sql(&format!("UPDATE auth_users SET {column} = {value}"))
            .await;
        let errors = [
            store.get(&user.id).await.err(),
            store.list(PageRequest::first()).await.err(),
        ];
        for error in errors {
            let words = all_words(&error.unwrap_or_else(|| panic!("{column} = {value}")));
            assert!(words.contains(column), "{words}");
            assert!(!words.to_lowercase().contains("secret"), "{words}");
        }
        home.sql(&format!("UPDATE auth_users SET {column} = {good}"))
            .await;
    }
    assert!(store.get(&user.id).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn time_out_of_range_is_an_error() {
    let home = File::new().await.unwrap();
    let store = home.open().await;
    let user = inserted(&store, new_user("ada@example.com")).await;
    home.sql("UPDATE auth_users SET created_at = 9223372036854775807")
        .await;
    let words = all_words(&store.get(&user.id).await.unwrap_err());
    assert!(words.contains("created_at"), "{words}");
}

async fn negative_count_is_an_error_and_maximum_count_stays(home: impl Home) {
    let store = home.open().await;
    let key = ExpiringKey::new("test", "a");
    for window in [Window::Fixed, Window::Sliding] {
        let window = window(time::Duration::MINUTE);
        store.increment(&key, window, now()).await.unwrap();
        home.sql("UPDATE auth_expiring SET count = 9223372036854775806")
            .await;
        for _ in 0..3 {
            let count = store.increment(&key, window, now()).await.unwrap();
            assert_eq!(count, i64::MAX as u64);
        }
    }
    home.sql("UPDATE auth_expiring SET count = -5").await;
    store.count(&key, now()).await.unwrap_err();
}

/// Errors about a missing table and about a constraint of the application contain no values.
async fn errors_contain_no_values(home: impl Home) {
    let store = home.open().await;
    home.sql("CREATE UNIQUE INDEX only_one_hash ON auth_users (created_at)")
        .await;
    inserted(&store, new_user("first@example.com")).await;
    let outcome = UserDatabase::insert(&store, new_user("secret@example.com")).await;
    let words = format!("{:?}", outcome.unwrap());
    assert_eq!(words, "Taken(Other)");

    home.sql("ALTER TABLE auth_users RENAME TO away_users")
        .await;
    let error = UserDatabase::insert(&store, new_user("secret@example.com"))
        .await
        .unwrap_err();
    let words = all_words(&error);
    assert!(words.contains("refused a statement"), "{words}");
    for value in ["secret", "argon2id", "postgres://", "mysql://"] {
        assert!(!words.contains(value), "{words}");
    }
}
