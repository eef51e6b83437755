//! Credentials in SQL, beyond the contract suite.

use auth_core::store::{
    CredentialData, CredentialId, CredentialInsert, CredentialKind, CredentialStore,
    StoredCredential,
};
use auth_core::{StoreError, UserDatabase};
use auth_diesel::{AnyStore, DieselStore, OpenError};

use crate::homes::{File, Home};
use crate::on_each_engine;
use crate::support::{columns, inserted, new_user, now, owner};

on_each_engine!(
    any_store_holds_credentials,
    database_without_credentials_gets_the_table,
    table_of_credentials_that_does_not_fit_is_rejected,
    failed_insertion_is_not_reported_as_taken,
);

const BADGE: CredentialKind = CredentialKind::from_static("badge");

fn badge(of: &str) -> StoredCredential {
    let owner = owner(of);
    StoredCredential {
        kind: BADGE,
        id: CredentialId::of_owner(&owner),
        owner,
        data: CredentialData::new(*b"\0secret\xff").unwrap(),
        label: Some("front door".to_owned()),
        created_at: now(),
        last_used_at: None,
        version: 0,
    }
}

async fn found<S: CredentialStore>(store: &S, row: &StoredCredential) -> Option<StoredCredential> {
    store.credential(&row.kind, &row.id).await.unwrap()
}

async fn any_store_holds_credentials(home: impl Home) {
    let store: AnyStore = AnyStore::open(home.url()).await.unwrap();
    let row = badge("users:7");
    let insert = || store.insert_credential(row.clone());
    assert_eq!(insert().await.unwrap(), CredentialInsert::Inserted);
    assert_eq!(insert().await.unwrap(), CredentialInsert::Taken);
    assert_eq!(found(&store, &row).await, Some(row.clone()));
    let next = StoredCredential {
        last_used_at: Some(now()),
        ..row.next_version()
    };
    assert!(store.swap_credential(&next).await.unwrap());
    let list = store.credentials_of(&row.owner, None, 9).await.unwrap();
    assert_eq!(list, std::slice::from_ref(&next));
    let page = store.credentials_after(&BADGE, None, 9).await.unwrap();
    assert_eq!(page, [next]);
    let delete = || store.delete_credential(&row.owner, &row.kind, &row.id);
    assert!(delete().await.unwrap());
    assert!(!delete().await.unwrap());
    insert().await.unwrap();
    let removed = store.delete_credentials_of(&row.owner, Some(&BADGE)).await;
    assert_eq!(removed.unwrap(), 1);
}

/// The database was created by an earlier version and has a user.
async fn database_without_credentials_gets_the_table(home: impl Home) {
    let store = home.open().await;
    let user = inserted(&store, new_user("ada@example.com")).await;
    home.sql("DROP TABLE auth_credentials").await;
    home.sql("DELETE FROM auth_migrations WHERE name = '0004_credentials'")
        .await;
    let store = home.open().await;
    let known = store.get(&user.id).await.unwrap().unwrap();
    assert_eq!(columns(&known), columns(&user));
    let row = badge("users:7");
    store.insert_credential(row.clone()).await.unwrap();
    assert_eq!(found(&store, &row).await, Some(row));
}

async fn table_of_credentials_that_does_not_fit_is_rejected<H: Home>(home: H) {
    home.open().await;
    for (script, column) in [
        (
            "ALTER TABLE auth_credentials RENAME COLUMN label TO caption",
            "label",
        ),
        ("DROP TABLE auth_credentials", "auth_credentials"),
    ] {
        home.sql(script).await;
        let error = DieselStore::<H::Connection>::open(home.url()).await;
        let error = error.unwrap_err();
        assert!(matches!(error, OpenError::Table { .. }), "{error:?}");
        let words = error.to_string();
        assert!(words.contains("table auth_credentials"), "{words}");
        assert!(words.contains(column), "{words}");
    }
}

/// Returns the messages of an error and its sources.
fn all_words(error: &StoreError) -> String {
    let source = std::error::Error::source(error).unwrap();
    format!("{error} {error:?} {source} {source:?}")
}

/// Only the unique index is an outcome, and the error shows no value.
async fn failed_insertion_is_not_reported_as_taken(home: impl Home) {
    let store = home.open().await;
    home.sql("ALTER TABLE auth_credentials RENAME TO away_credentials")
        .await;
    let error = store.insert_credential(badge("users:7")).await.unwrap_err();
    let words = all_words(&error);
    assert!(words.contains("refused a statement"), "{words}");
    for value in ["secret", "users:7", "front door"] {
        assert!(!words.contains(value), "{words}");
    }
}

/// An error names the column, and does not show its value.
#[tokio::test(flavor = "multi_thread")]
async fn invalid_rows_are_errors() {
    let home = File::new().await.unwrap();
    let store = home.open().await;
    let row = badge("users:7");
    store.insert_credential(row.clone()).await.unwrap();
    let list = || async { store.credentials_of(&row.owner, None, 9).await };
    for (column, invalid, good) in [
        ("kind", "'A Secret'", "'badge'"),
        ("id", "'a secret'", "'dXNlcnM6Nw'"),
        ("created_at", "9223372036854775807", "1800000000123456"),
        ("last_used_at", "9223372036854775807", "NULL"),
    ] {
        let set = |value| format!("UPDATE auth_credentials SET {column} = {value}");
        home.sql(&set(invalid)).await;
        let words = all_words(&list().await.unwrap_err());
        assert!(words.contains(column), "{words}");
        assert!(!words.to_lowercase().contains("secret"), "{words}");
        assert!(!words.contains("92233720368547758"), "{words}");
        home.sql(&set(good)).await;
        assert_eq!(list().await.unwrap(), std::slice::from_ref(&row));
    }
    home.sql("UPDATE auth_credentials SET owner = 'secret' || char(0)")
        .await;
    let error = store.credential(&row.kind, &row.id).await.unwrap_err();
    assert!(all_words(&error).contains("owner"));
}
