//! What was written is there after a restart.

use auth_core::store::{
    ExpiringKey, InsertOutcome, Inserted, NewUser, Precondition, UpdateOutcome, UserChange,
    UserDatabase,
};
use auth_core::testing::{ManualClock, email};
use auth_core::{Clock, Epoch, ExpiringStore, NoColumns, Roles, User};
use custom_storage::RedbStore;
use time::Duration;

#[tokio::test]
async fn a_restart_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.redb");
    let now = ManualClock::new().now();
    let key = ExpiringKey::new("jti", "revoked");

    let store = RedbStore::open(&path).unwrap();
    let new = NewUser {
        email: email("ada@example.com"),
        username: None,
        password_hash: None,
        is_active: true,
        is_verified: false,
        is_superuser: false,
        roles: Roles::parse(["billing"]).unwrap(),
        created_at: now,
        columns: NoColumns,
    };
    let InsertOutcome::Inserted(ada) = store.insert(new).await.unwrap() else {
        panic!("the file is empty")
    };
    let change = UserChange::<User> {
        is_verified: Some(true),
        bump_epoch: true,
        ..UserChange::default()
    };
    let outcome = store
        .update(&ada.id, change, Precondition::anything())
        .await;
    assert!(matches!(outcome, Ok(UpdateOutcome::Updated(_))));
    let revoked = store.insert_once(&key, now + Duration::HOUR, now).await;
    assert_eq!(revoked.unwrap(), Inserted::New);
    drop(store);

    let store = RedbStore::open(&path).unwrap();
    let user = store.get(&ada.id).await.unwrap().unwrap();
    assert_eq!(
        (user.is_verified(), user.epoch()),
        (true, Epoch::FIRST.next())
    );
    assert_eq!((user.email(), user.roles()), (ada.email(), ada.roles()));
    assert_eq!(user.account.created_at, Some(now));
    assert_eq!(store.count(&key, now).await.unwrap(), 1);
}

/// One file is one process's: a second one is told so, and does not overwrite the first.
#[tokio::test]
async fn a_file_is_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.redb");
    let _store = RedbStore::open(&path).unwrap();
    assert!(RedbStore::open(&path).is_err());
}
