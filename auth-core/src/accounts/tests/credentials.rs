//! What a user owns besides, when the user goes.

use std::sync::Arc;

use super::World;
use crate::Clock;
use crate::accounts::{DeleteError, DeleteMode};
use crate::event::EventKind;
use crate::store::memory::MemoryCredentialStore;
use crate::store::{
    CredentialData, CredentialId, CredentialKind, CredentialStore, Owner, StoredCredential,
};
use crate::testing::{FaultInjector, ManualClock, ProbedCredentialStore, registration};
use crate::user::User;

async fn registered(world: &World) -> User {
    let new = registration("ada@example.com");
    let user = world.accounts.register(new, &world.context()).await;
    user.unwrap()
}

/// Stores a credential of a user of a realm.
async fn enrol(store: &MemoryCredentialStore, realm: &str, user: &User) -> Owner {
    let owner = Owner::new(realm, &user.id.to_string()).unwrap();
    let row = StoredCredential {
        kind: CredentialKind::from_static("badge"),
        id: CredentialId::of_owner(&owner),
        owner: owner.clone(),
        data: CredentialData::new(*b"digest").unwrap(),
        label: None,
        created_at: ManualClock::new().now(),
        last_used_at: None,
        version: 0,
    };
    store.insert_credential(row).await.unwrap();
    owner
}

async fn delete(world: &World, user: &User, mode: DeleteMode) -> Result<(), DeleteError> {
    let context = world.context();
    world.accounts.delete(&user.id, mode, &context).await
}

async fn count(store: &MemoryCredentialStore, owner: &Owner) -> usize {
    store.credentials_of(owner, None, 9).await.unwrap().len()
}

#[tokio::test]
async fn a_removed_user_takes_the_credentials_along() {
    let store = Arc::new(MemoryCredentialStore::new());
    let world = World::with(|builder| builder.credentials(Arc::clone(&store)).realm("staff"));
    let user = registered(&world).await;
    let (staff, customer) = (
        enrol(&store, "staff", &user).await,
        enrol(&store, "users", &user).await,
    );
    delete(&world, &user, DeleteMode::Hard).await.unwrap();
    assert_eq!(count(&store, &staff).await, 0);
    // The user with the same key of another realm is another user.
    assert_eq!(count(&store, &customer).await, 1);
}

#[tokio::test]
async fn a_deactivated_user_keeps_the_credentials() {
    let store = Arc::new(MemoryCredentialStore::new());
    let world = World::with(|builder| builder.credentials(Arc::clone(&store)));
    let user = registered(&world).await;
    let owner = enrol(&store, "users", &user).await;
    delete(&world, &user, DeleteMode::Soft).await.unwrap();
    assert_eq!(count(&store, &owner).await, 1);
}

/// A user who cannot be removed keeps them, too.
#[tokio::test]
async fn a_deletion_that_fails_removes_no_credential() {
    let store = Arc::new(MemoryCredentialStore::new());
    let world = World::with(|builder| builder.credentials(Arc::clone(&store)));
    let user = registered(&world).await;
    let owner = enrol(&store, "users", &user).await;
    // The look-up succeeds, and the deletion does not.
    world.users.fail_after(1);
    delete(&world, &user, DeleteMode::Hard).await.unwrap_err();
    world.users.fail(false);
    assert!(world.accounts.get(&user.id).await.unwrap().is_some());
    assert_eq!(count(&store, &owner).await, 1);
}

/// The user is gone by then: the failure is an event, and the deletion succeeds.
#[tokio::test]
async fn a_failing_store_of_credentials_is_told() {
    let plan = FaultInjector::new();
    let probed = ProbedCredentialStore::new(MemoryCredentialStore::new(), &plan);
    let world = World::with(|builder| builder.credentials(probed));
    let user = registered(&world).await;
    plan.fail(true);
    delete(&world, &user, DeleteMode::Hard).await.unwrap();
    assert!(world.accounts.get(&user.id).await.unwrap().is_none());
    assert_eq!(plan.calls(), 1);
    assert_eq!(world.raised(EventKind::ServiceUnavailable), 1);
}
