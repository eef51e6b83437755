//! Verification and reset: bound, spent once, and silent about who exists.

use super::World;
use crate::accounts::{AdminUpdate, RegisterError, ResetPasswordError, SelfUpdate, VerifyError};
use crate::event::EventKind;
use crate::testing::{PASSWORD, email, password, registration};
use crate::user::NoColumns;

const NEW: &str = "an engine of difference";

/// A6.5.1, B-02, A6.4.1: a verification token works once.
#[tokio::test]
async fn a_verification_token_is_spent_once() {
    let world = World::new();
    let user = world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let token = world.outbox.latest("verify", "ada@example.com").unwrap();
    assert!(
        world
            .accounts
            .verify(&token, &world.context())
            .await
            .unwrap()
            .is_verified()
    );
    let again = world.accounts.verify(&token, &world.context()).await;
    assert!(matches!(again, Err(VerifyError::AlreadyVerified)));
    let unproven = AdminUpdate {
        is_verified: Some(false),
        ..AdminUpdate::default()
    };
    world
        .accounts
        .update_as_admin(&user.id, unproven, &world.context())
        .await
        .unwrap();
    assert!(matches!(
        world.accounts.verify(&token, &world.context()).await,
        Err(VerifyError::BadToken)
    ));
}

/// B-05: a token proves the address that it was mailed to, and no later one.
#[tokio::test]
async fn verification_token_is_bound_to_its_address() {
    let world = World::new();
    let user = world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let of_old = world.outbox.latest("verify", "ada@example.com").unwrap();
    let update = SelfUpdate {
        email: Some(email("ada@example.org")),
        current_password: Some(password(PASSWORD)),
        columns: NoColumns,
    };
    world
        .accounts
        .update_self(&user, update, &world.context())
        .await
        .unwrap();
    let of_new = world.outbox.latest("verify", "ada@example.org").unwrap();
    assert!(
        world
            .accounts
            .verify(&of_new, &world.context())
            .await
            .unwrap()
            .is_verified()
    );
    assert!(matches!(
        world.accounts.verify(&of_old, &world.context()).await,
        Err(VerifyError::BadToken)
    ));
}

/// A store that fails in the middle does not spend the token.
#[tokio::test]
async fn a_token_survives_a_fault() {
    let world = World::new();
    world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let token = world.outbox.latest("verify", "ada@example.com").unwrap();
    for plan in [&world.users, &world.expiring] {
        plan.fail(true);
        let failed = world.accounts.verify(&token, &world.context()).await;
        assert!(matches!(failed, Err(VerifyError::Unavailable(_))));
        plan.fail(false);
    }
    assert!(
        world
            .accounts
            .verify(&token, &world.context())
            .await
            .is_ok()
    );
}

/// C-FP-03, C-FP-08: once, for its hour, and a refused password does not spend it.
#[tokio::test]
async fn a_reset_token_replaces_the_password_once() {
    let world = World::new();
    world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    world
        .accounts
        .forgot_password(email("ada@example.com"), &world.context())
        .await
        .unwrap();
    world.accounts.wait_idle().await;
    let token = world.outbox.latest("reset", "ada@example.com").unwrap();

    let refused = world
        .accounts
        .reset_password(&token, password("short"), &world.context())
        .await;
    assert!(matches!(refused, Err(ResetPasswordError::Password(_))));
    let user = world
        .accounts
        .reset_password(&token, password(NEW), &world.context())
        .await
        .unwrap();
    assert!(user.account.is_verified, "the mailed token proves it");
    let again = world
        .accounts
        .reset_password(&token, password(PASSWORD), &world.context())
        .await;
    assert!(matches!(again, Err(ResetPasswordError::BadToken)));
    let ada = email("ada@example.com").into();
    let (accounts, context) = (&world.accounts, world.context());
    let check = async |text| {
        accounts
            .check_password(&ada, password(text), &context)
            .await
    };
    assert!(check(NEW).await.is_ok());
    assert!(check(PASSWORD).await.is_err());
}

/// C-FP-07: a later request makes the tokens of earlier ones worthless.
#[tokio::test]
async fn the_latest_reset_token_is_the_only_one() {
    let world = World::new();
    world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let mut tokens = Vec::new();
    for _ in 0..3 {
        world
            .accounts
            .forgot_password(email("ada@example.com"), &world.context())
            .await
            .unwrap();
        world.accounts.wait_idle().await;
        tokens.push(world.outbox.latest("reset", "ada@example.com").unwrap());
        world.clock.advance(time::Duration::minutes(50));
    }
    let last = tokens.pop().unwrap();
    for earlier in tokens {
        let refused = world
            .accounts
            .reset_password(&earlier, password(NEW), &world.context())
            .await;
        assert!(matches!(refused, Err(ResetPasswordError::BadToken)));
    }
    assert!(
        world
            .accounts
            .reset_password(&last, password(NEW), &world.context())
            .await
            .is_ok()
    );
}

/// C-FP-07: a change of the address ends reset tokens. A token lives an hour and half a minute.
#[tokio::test]
async fn a_reset_token_dies_with_what_it_is_bound_to() {
    for change in ["address", "activity", "time"] {
        let world = World::new();
        let user = world
            .accounts
            .register(registration("ada@example.com"), &world.context())
            .await
            .unwrap();
        world
            .accounts
            .forgot_password(email("ada@example.com"), &world.context())
            .await
            .unwrap();
        world.accounts.wait_idle().await;
        let token = world.outbox.latest("reset", "ada@example.com").unwrap();
        let mut update = AdminUpdate::default();
        match change {
            "address" => update.email = Some(email("ada@example.org")),
            "activity" => update.is_active = Some(false),
            _ => world.clock.advance(time::Duration::seconds(3600 + 30)),
        }
        world
            .accounts
            .update_as_admin(&user.id, update, &world.context())
            .await
            .unwrap();
        let refused = world
            .accounts
            .reset_password(&token, password(NEW), &world.context())
            .await;
        assert!(
            matches!(refused, Err(ResetPasswordError::BadToken)),
            "{change}"
        );
    }
}

/// C-FP-01: the work before the reply is one count in every case; the user is looked up after it.
#[tokio::test]
async fn requests_do_the_same_for_known_and_unknown_addresses() {
    let world = World::new();
    world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let mut before_reply = Vec::new();
    for address in ["ada@example.com", "unknown@example.com"] {
        for reset in [true, false] {
            let (users, expiring) = (world.users.calls(), world.expiring.calls());
            // On this runtime of one thread nothing in the background runs before the next await
            // that waits, so the counts are those of the reply.
            if reset {
                world
                    .accounts
                    .forgot_password(email(address), &world.context())
                    .await
                    .unwrap();
            } else {
                world
                    .accounts
                    .request_verify(email(address), &world.context())
                    .await
                    .unwrap();
            }
            before_reply.push((
                world.users.calls() - users,
                world.expiring.calls() - expiring,
            ));
            world.accounts.wait_idle().await;
            assert_eq!(
                world.users.calls() - users,
                1,
                "one look-up, after the reply"
            );
        }
    }
    assert_eq!(before_reply, [(0, 1); 4]);
    let kinds: Vec<_> = world
        .outbox
        .items()
        .into_iter()
        .map(|item| item.kind)
        .collect();
    assert_eq!(kinds, ["verify", "reset", "verify", "reset-unknown"]);
}

/// A request whose store fails is an error and not a silent promise.
#[tokio::test]
async fn a_request_says_when_the_store_is_down() {
    let world = World::new();
    world.expiring.fail(true);
    assert!(
        world
            .accounts
            .forgot_password(email("ada@example.com"), &world.context())
            .await
            .is_err()
    );
    assert!(
        world
            .accounts
            .request_verify(email("ada@example.com"), &world.context())
            .await
            .is_err()
    );
    world.expiring.fail(false);
    world.users.fail(true);
    world
        .accounts
        .forgot_password(email("ada@example.com"), &world.context())
        .await
        .unwrap();
    world.accounts.wait_idle().await;
    assert_eq!(world.raised(EventKind::ServiceUnavailable), 1);
}

/// With hidden accounts a registration reveals no account; the owner of the address is notified.
#[tokio::test]
async fn a_private_registration_tells_only_the_owner() {
    let world = World::new();
    for _ in 0..2 {
        world
            .accounts
            .register_privately(registration("ada@example.com"), &world.context())
            .await
            .unwrap();
        world.accounts.wait_idle().await;
    }
    let kinds: Vec<_> = world
        .outbox
        .items()
        .into_iter()
        .map(|item| item.kind)
        .collect();
    assert_eq!(kinds, ["verify", "duplicate"]);
    let openly = world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await;
    assert!(matches!(openly, Err(RegisterError::Taken(_))));
}

/// A9.2.2, B-27: a token of one purpose is worth nothing for the other.
#[tokio::test]
async fn purposes_do_not_mix() {
    let world = World::new();
    world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    world
        .accounts
        .forgot_password(email("ada@example.com"), &world.context())
        .await
        .unwrap();
    world.accounts.wait_idle().await;
    let verify = world.outbox.latest("verify", "ada@example.com").unwrap();
    let reset = world.outbox.latest("reset", "ada@example.com").unwrap();
    assert!(matches!(
        world.accounts.verify(&reset, &world.context()).await,
        Err(VerifyError::BadToken)
    ));
    let refused = world
        .accounts
        .reset_password(&verify, password(NEW), &world.context())
        .await;
    assert!(matches!(refused, Err(ResetPasswordError::BadToken)));
}

/// A6.4.1: the secret that a new account is mailed is random, lives for an hour, is not a password and cannot
/// set one.
#[tokio::test]
async fn what_is_mailed_first_cannot_become_a_password() {
    let world = World::new();
    for address in ["ada@example.com", "grace@example.com"] {
        world
            .accounts
            .register(registration(address), &world.context())
            .await
            .unwrap();
    }
    let token = world.outbox.latest("verify", "ada@example.com").unwrap();
    assert_ne!(
        Some(&token),
        world.outbox.latest("verify", "grace@example.com").as_ref()
    );
    assert!(
        crate::Password::parse(token.as_str()).is_err(),
        "longer than any password"
    );
    let context = world.context();
    let reset = world
        .accounts
        .reset_password(&token, password(NEW), &context);
    assert!(matches!(reset.await, Err(ResetPasswordError::BadToken)));
    world.clock.advance(time::Duration::seconds(3600 + 30));
    assert!(matches!(
        world.accounts.verify(&token, &world.context()).await,
        Err(VerifyError::BadToken)
    ));
}
