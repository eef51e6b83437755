//! Changes to accounts, by their users and by administrators.

use super::World;
use crate::accounts::{
    AccountsBuilder, AdminUpdate, AdminUpdateError, ChangePasswordError, DeleteError, DeleteMode,
    Privileges, SelfUpdate, UpdateSelfError, VerifyError,
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

/// A7.5.1: a new address needs the password, waits for its proof, and ends everything with the proof.
#[tokio::test]
async fn new_address_needs_the_password_and_a_proof() {
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
    };
    for current in [None, Some(NEW)] {
        let refused = world
            .accounts
            .update_self(&user, update(current), &world.context())
            .await;
        assert!(matches!(refused, Err(UpdateSelfError::BadCredentials)));
    }
    let pending = world
        .accounts
        .update_self(&user, update(Some(PASSWORD)), &world.context())
        .await
        .unwrap();
    assert_eq!(pending.account.email, email("ada@example.com"));
    assert_eq!(
        pending.account.pending_email,
        Some(email("ada@example.org"))
    );
    assert_eq!(pending.account.epoch, user.account.epoch);
    assert_eq!(world.raised(EventKind::EmailChanged), 0);
    let token = world.outbox.latest("verify", "ada@example.org").unwrap();
    let changed = world.accounts.verify(&token, &world.context()).await;
    let changed = changed.unwrap();
    assert_eq!(changed.account.email, email("ada@example.org"));
    assert!(changed.account.is_verified && changed.account.pending_email.is_none());
    assert!(changed.account.epoch > user.account.epoch);
    assert_eq!(world.raised(EventKind::EmailChanged), 1);
}

/// Without e-mail flows no address can be proven, so no user changes its own.
#[tokio::test]
async fn without_email_flows_users_do_not_change_their_addresses() {
    let world = World::with(AccountsBuilder::without_email_flows);
    let context = world.context();
    let created = world.accounts.create_privileged(
        registration("ada@example.com"),
        Privileges::none(),
        &context,
    );
    let user = created.await.unwrap();
    let update = SelfUpdate {
        email: Some(email("ada@example.org")),
        current_password: Some(password(PASSWORD)),
        columns: NoColumns,
    };
    let refused = world.accounts.update_self(&user, update, &context).await;
    let Err(UpdateSelfError::Unsupported(field)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(field.field(), "email");
    let update = AdminUpdate {
        email: Some(email("ada@example.org")),
        ..AdminUpdate::default()
    };
    let changed = world.accounts.update_as_admin(&user.id, update, &context);
    assert_eq!(
        changed.await.unwrap().account.email,
        email("ada@example.org")
    );
}

/// C-FP-02: notices of requests are limited, and do not use up the notice of the change.
#[tokio::test]
async fn flood_of_requests_does_not_suppress_the_notice_of_the_change() {
    let world = World::new();
    let context = world.context();
    let registered = world
        .accounts
        .register(registration("ada@example.com"), &context);
    let user = registered.await.unwrap();
    let mails = |kind: &str| {
        let items = world.outbox.items().into_iter();
        items
            .filter(|item| item.kind == kind && item.email == "ada@example.com")
            .count()
    };
    for number in 0..15 {
        let update = SelfUpdate {
            email: Some(email(&format!("new{number}@example.org"))),
            current_password: Some(password(PASSWORD)),
            columns: NoColumns,
        };
        let requested = world.accounts.update_self(&user, update, &context);
        requested.await.unwrap();
    }
    assert_eq!(mails("email-change-requested"), 10);
    let token = world.outbox.latest("verify", "new14@example.org").unwrap();
    world
        .accounts
        .verify(&token, &world.context())
        .await
        .unwrap();
    assert_eq!(mails("email-changed"), 1);
}

/// A token for a pending address is valid in the epoch of its request only: the same address that is asked
/// for again has a token of its own.
#[tokio::test]
async fn end_of_all_sessions_ends_the_tokens_of_pending_addresses() {
    let world = World::new();
    let context = world.context();
    let registered = world
        .accounts
        .register(registration("ada@example.com"), &context);
    let mut user = registered.await.unwrap();
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let update = SelfUpdate {
            email: Some(email("ada@example.org")),
            current_password: Some(password(PASSWORD)),
            columns: NoColumns,
        };
        let requested = world.accounts.update_self(&user, update, &context);
        requested.await.unwrap();
        tokens.push(world.outbox.latest("verify", "ada@example.org").unwrap());
        if tokens.len() == 1 {
            let ended = world.accounts.end_all_sessions(&user.id, &context);
            assert!(ended.await.unwrap());
            user = world.accounts.get(&user.id).await.unwrap().unwrap();
            assert!(user.account.pending_email.is_none());
        }
    }
    let old = world.accounts.verify(&tokens[0], &world.context()).await;
    assert!(matches!(old, Err(VerifyError::BadToken)));
    let new = world.accounts.verify(&tokens[1], &world.context()).await;
    assert_eq!(new.unwrap().account.email, email("ada@example.org"));
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
