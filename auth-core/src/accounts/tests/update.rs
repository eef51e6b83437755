//! Changes to accounts, by their users and by administrators.

use super::World;
use crate::accounts::{
    AdminUpdate, AdminUpdateError, ChangePasswordError, DeleteError, DeleteMode, Privileges,
    SelfUpdate, UpdateSelfError,
};
use crate::event::EventKind;
use crate::testing::{PASSWORD, email, password, registration};
use crate::user::Roles;
use crate::user::{NoColumns, User};

const NEW: &str = "an engine of difference";

async fn administrator(world: &World, address: &str) -> User {
    let privileges = Privileges::none().verified().superuser();
    let (accounts, context) = (&world.accounts, world.context());
    let created = accounts.create_privileged(registration(address), privileges, &context);
    created.await.unwrap()
}

/// A6.2.2, A6.2.3: a change needs the current password and the new one, and ends what was held.
#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let world = World::new();
    let user = world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let wrong = world
        .accounts
        .change_password(&user, &password(NEW), &password(NEW), &world.context())
        .await;
    assert!(matches!(wrong, Err(ChangePasswordError::BadCredentials)));
    assert_eq!(world.raised(EventKind::PasswordChangeFailed), 1);
    let changed = world
        .accounts
        .change_password(&user, &password(PASSWORD), &password(NEW), &world.context())
        .await;
    assert!(changed.unwrap().account.epoch > user.account.epoch);
    // The copy of before is worthless now, whatever password it is shown with.
    let stale = world
        .accounts
        .change_password(&user, &password(PASSWORD), &password(NEW), &world.context())
        .await;
    assert!(matches!(stale, Err(ChangePasswordError::Outdated)));
}

/// A7.5.1: a new address needs the password, is unproven, and ends what was held.
#[tokio::test]
async fn an_address_is_changed_by_who_knows_the_password() {
    let world = World::new();
    let user = world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let update = |current: Option<&str>| SelfUpdate {
        email: Some(email("ada@example.org")),
        current_password: current.map(password),
        columns: NoColumns,
        keep_session: None,
    };
    for current in [None, Some(NEW)] {
        let refused = world
            .accounts
            .update_self(&user, update(current), &world.context())
            .await;
        assert!(matches!(refused, Err(UpdateSelfError::BadCredentials)));
    }
    let changed = world
        .accounts
        .update_self(&user, update(Some(PASSWORD)), &world.context())
        .await
        .unwrap();
    assert_eq!(changed.account.email, email("ada@example.org"));
    assert!(changed.account.epoch > user.account.epoch && !changed.account.is_verified);
    assert_eq!(world.raised(EventKind::EmailChanged), 1);
}

#[tokio::test]
async fn the_own_address_again_is_no_change() {
    let world = World::new();
    let user = world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let calls = world.users.calls();
    let update = SelfUpdate {
        email: Some(email("ADA@example.com")),
        current_password: None,
        columns: NoColumns,
        keep_session: None,
    };
    let same = world
        .accounts
        .update_self(&user, update, &world.context())
        .await
        .unwrap();
    assert_eq!((same.epoch(), world.users.calls()), (user.epoch(), calls));
}

/// A7.4.2, B-24: deactivation ends everything in the statement that does it.
#[tokio::test]
async fn deactivation_moves_the_epoch() {
    let world = World::new();
    let user = world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    world
        .accounts
        .delete(&user.id, DeleteMode::Soft, &world.context())
        .await
        .unwrap();
    let stored = world.accounts.get(&user.id).await.unwrap().unwrap();
    assert!(!stored.account.is_active && stored.account.epoch > user.account.epoch);
    assert_eq!(world.raised(EventKind::UserDeactivated), 1);
}

#[tokio::test]
async fn the_last_active_superuser_stays() {
    let world = World::new();
    let root = administrator(&world, "root@example.com").await;
    for update in [
        AdminUpdate {
            is_superuser: Some(false),
            ..AdminUpdate::default()
        },
        AdminUpdate {
            is_active: Some(false),
            ..AdminUpdate::default()
        },
    ] {
        let refused = world
            .accounts
            .update_as_admin(&root.id, update, &world.context())
            .await;
        assert!(matches!(refused, Err(AdminUpdateError::LastSuperuser)));
    }
    for mode in [DeleteMode::Soft, DeleteMode::Hard] {
        let refused = world
            .accounts
            .delete(&root.id, mode, &world.context())
            .await;
        assert!(matches!(refused, Err(DeleteError::LastSuperuser)));
    }
    administrator(&world, "second@example.com").await;
    assert!(
        world
            .accounts
            .delete(&root.id, DeleteMode::Hard, &world.context())
            .await
            .is_ok()
    );
}

/// Two administrators who demote each other at the same moment: one of them stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_cannot_demote_each_other() {
    for round in 0..50 {
        let world = World::new();
        let one = administrator(&world, "one@example.com").await;
        let two = administrator(&world, "two@example.com").await;
        let demote = |id| {
            let accounts = world.accounts.clone();
            let update = AdminUpdate {
                is_superuser: Some(false),
                ..AdminUpdate::default()
            };
            tokio::spawn(async move {
                accounts
                    .update_as_admin(&id, update, &accounts.context())
                    .await
                    .is_ok()
            })
        };
        let (first, second) = (demote(one.id), demote(two.id));
        let done = [first.await.unwrap(), second.await.unwrap()];
        assert_eq!(
            done.iter().filter(|done| **done).count(),
            1,
            "round {round}"
        );
    }
}

/// B-08: an update writes the columns that it names, so that it cannot undo another.
#[tokio::test]
async fn an_update_writes_only_what_it_names() {
    let world = World::new();
    let user = world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let roles = Roles::parse(["billing"]).unwrap();
    let first = AdminUpdate {
        roles: Some(roles.clone()),
        ..AdminUpdate::default()
    };
    world
        .accounts
        .update_as_admin(&user.id, first, &world.context())
        .await
        .unwrap();
    let second = AdminUpdate {
        is_verified: Some(true),
        ..AdminUpdate::default()
    };
    let stored = world
        .accounts
        .update_as_admin(&user.id, second, &world.context())
        .await
        .unwrap();
    assert_eq!(
        (
            stored.account.roles,
            stored.account.is_verified,
            stored.account.epoch
        ),
        (roles, true, user.account.epoch)
    );
}
