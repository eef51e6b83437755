//! The state of the account and the decision of the application.

use super::{Answer, World, inactive};
use crate::event::EventKind;
use crate::login::{AuthMethod, AuthProof, LoginError};
use crate::store::{Precondition, UserChange, UserDatabase};
use crate::testing::PASSWORD;

/// Every way in, with the user as the user database has it now.
async fn proofs(world: &World) -> [AuthProof<crate::User>; 2] {
    let proof = world.proof().await;
    let user = proof.user().clone();
    [
        proof,
        AuthProof::vouched_for(user, AuthMethod::custom("sso").unwrap()),
    ]
}

async fn nothing_is_written(world: &World) {
    assert_eq!(world.stored().await, 0);
    for kind in [
        EventKind::LoginSucceeded,
        EventKind::TokenIssued,
        EventKind::SessionCreated,
    ] {
        assert_eq!(world.raised(kind), 0, "{kind:?}");
    }
}

/// A6.1.3: every way in asks for the state of the account.
#[tokio::test]
async fn inactive_account_gets_in_by_no_proof_and_no_backend() {
    let world = World::with_ada().await;
    let user = world.proof().await.user().clone();
    world.change(&user, inactive()).await;
    let wrong = world.check("wrong password").await;
    assert!(matches!(wrong, Err(LoginError::BadCredentials)));
    assert_eq!(world.calls().await, ["wrong password"]);
    for backend in ["jwt", "api", "web"] {
        for proof in proofs(&world).await {
            let refused = world.log_in(backend, proof).await;
            assert!(matches!(refused, Err(LoginError::Inactive)), "{backend}");
            let failed = format!("inactive by {backend}");
            assert_eq!(
                world.calls().await,
                [failed],
                "the hook before is not asked"
            );
        }
    }
    nothing_is_written(&world).await;
}

#[tokio::test]
async fn unverified_account_gets_in_by_no_proof_where_verification_is_required() {
    let world = World::with(|accounts| accounts.require_verification(true));
    let user = world.register("ada@example.com").await;
    for proof in proofs(&world).await {
        let refused = world.log_in("api", proof).await;
        assert!(matches!(refused, Err(LoginError::NotVerified)));
        assert_eq!(world.calls().await, ["not verified by api"]);
    }
    nothing_is_written(&world).await;
    let verified = UserChange {
        is_verified: Some(true),
        ..UserChange::default()
    };
    world.change(&user, verified).await;
    world.logged_in("api").await;
}

#[tokio::test]
async fn application_refuses_every_way_in_before_anything_is_written() {
    let world = World::with_ada().await;
    world.answers(Answer::Refuse);
    for backend in ["jwt", "api", "web"] {
        for proof in proofs(&world).await {
            let refused = world.log_in(backend, proof).await;
            let Err(LoginError::Refused(refusal)) = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(refusal.code(), "ACCOUNT_CLOSED");
            let before = format!("before ada@example.com by {backend}");
            let failed = format!("ACCOUNT_CLOSED by {backend}");
            assert_eq!(world.calls().await, [before, failed]);
        }
    }
    nothing_is_written(&world).await;
    let last = world.sink.events().pop().unwrap();
    assert_eq!(last.kind, EventKind::LoginFailed);
    assert_eq!(last.data.to_string(), "refused by the application");
}

#[tokio::test]
async fn hook_that_fails_before_a_login_is_unavailable_and_writes_nothing() {
    let world = World::with_ada().await;
    world.answers(Answer::Fail);
    for proof in proofs(&world).await {
        let refused = world.log_in("api", proof).await;
        assert!(matches!(refused, Err(LoginError::Unavailable(_))));
    }
    nothing_is_written(&world).await;
    assert_eq!(world.raised(EventKind::HookFailed), 2);
    let last = world.sink.events().pop().unwrap();
    assert_eq!(last.data.to_string(), "on_before_login");
}

/// A refused login does the work of a wrong password: one look-up, one hash and no write.
#[cfg(feature = "bcrypt")]
#[tokio::test]
async fn refused_login_costs_what_a_wrong_password_costs() {
    let world = World::with_ada().await;
    let accounts = world.auth.accounts();
    // A hash that is due for today's parameters must not show either.
    let weak = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    let weak = crate::password::PasswordHash::from_stored(weak.to_owned());
    let user = world.proof().await.user().clone();
    let mut costs = Vec::new();
    for (password, answer, active) in [
        ("wrong password", Answer::Allow, true),
        ("U*U", Answer::Refuse, true),
        ("U*U", Answer::Allow, false),
        ("U*U", Answer::Fail, true),
    ] {
        let change = UserChange {
            is_active: Some(active),
            password_hash: Some(weak.clone()),
            ..UserChange::default()
        };
        world.change(&user, change).await;
        world.answers(answer);
        let cost = || {
            let hashes = accounts.hasher().hashes_done();
            (hashes, world.users.calls(), world.session_faults.calls())
        };
        let before = cost();
        if let Ok(proof) = world.check(password).await {
            assert!(world.log_in("api", proof).await.is_err());
        }
        world.calls().await;
        let after = cost();
        costs.push((after.0 - before.0, after.1 - before.1, after.2 - before.2));
    }
    assert_eq!(costs, [(1, 1, 0); 4]);
    assert_eq!(world.raised(EventKind::PasswordRehashed), 0);
}

/// A proof that is used late is worth what the account is worth then: the tokens of a login carry the
/// epoch that the proof was made for.
#[tokio::test]
async fn login_with_the_proof_of_a_replaced_password_gives_dead_tokens() {
    let world = World::with_ada().await;
    let proof = world.proof().await;
    let moved = UserChange {
        bump_epoch: true,
        ..UserChange::default()
    };
    world.change(&proof.user().clone(), moved).await;
    let tokens = world.log_in("api", proof).await.unwrap();
    let context = world.auth.accounts().context();
    let refresh = tokens.refresh.unwrap();
    assert!(
        world
            .auth
            .refresh("api", refresh.expose(), &context)
            .await
            .is_err()
    );
    let head = crate::http::BufferedRequest::new("GET", Vec::new())
        .header(
            "authorization",
            format!("Bearer {}", tokens.access.expose()),
        )
        .head;
    let who = world.auth.authenticate(&head).await.unwrap();
    assert!(who.user().is_none());
}

/// Two handles with one type of user: the user 7 of one is another person than the user 7 of the other.
#[tokio::test]
async fn proof_of_other_accounts_logs_nobody_in() {
    let (world, other) = (World::with_ada().await, World::with_ada().await);
    let foreign = other.proof().await;
    let refused = world.log_in("api", foreign).await;
    assert!(matches!(refused, Err(LoginError::ForeignProof)));
    nothing_is_written(&world).await;
    // A clone of the handle is the same.
    let clone = world.auth.accounts().clone();
    let (ada, context) = (super::ada(), clone.context());
    let password = crate::testing::password(PASSWORD);
    let proof = clone.check_password(&ada, password, &context);
    world.log_in("api", proof.await.unwrap()).await.unwrap();
}

#[tokio::test]
async fn unknown_backend_is_an_error_and_not_a_login() {
    let world = World::with_ada().await;
    let proof = world.proof().await;
    let refused = world.log_in("apl", proof).await;
    assert!(matches!(refused, Err(LoginError::UnknownBackend(name)) if name == "apl"));
    let context = world.auth.accounts().context();
    let refused = world.auth.refresh("apl", "token", &context).await;
    assert!(refused.is_err());
    let presented = crate::login::PresentedTokens::none();
    assert!(
        world
            .auth
            .log_out("apl", presented, &context)
            .await
            .is_err()
    );
}

/// The account is removed between the proof and the login.
#[tokio::test]
async fn login_of_a_deleted_user_gives_dead_tokens() {
    let world = World::with_ada().await;
    let proof = world.proof().await;
    let user = proof.user().clone();
    let deleted = world
        .database
        .delete(&user.id, Precondition::anything(), None);
    deleted.await.unwrap();
    let tokens = world.log_in("api", proof).await.unwrap();
    let context = world.auth.accounts().context();
    let refresh = tokens.refresh.unwrap();
    assert!(
        world
            .auth
            .refresh("api", refresh.expose(), &context)
            .await
            .is_err()
    );
}

/// A6.3.4: a proof that an application keeps says nothing about the account of now.
#[tokio::test]
async fn login_reads_the_account_again_and_refuses_an_outdated_proof() {
    use crate::accounts::{AdminUpdate, DeleteMode};

    let world = World::with_ada().await;
    let accounts = world.auth.accounts();
    let context = accounts.context();
    let (stale, outdated) = (world.proof().await, world.proof().await);
    let id = stale.user().id;
    let promote = AdminUpdate {
        roles: Some(crate::Roles::parse(["editor"]).unwrap()),
        ..AdminUpdate::default()
    };
    accounts
        .update_as_admin(&id, promote, &context)
        .await
        .unwrap();
    world.clock.advance(time::Duration::seconds(6));
    let step = world.auth.log_in("api", stale, &context).await.unwrap();
    assert!(step.done().unwrap().user.roles().contains("editor"));

    accounts.end_all_sessions(&id, &context).await.unwrap();
    // A time that the application sets does not make the check recent.
    let outdated = outdated.authenticated_at(accounts.now());
    let refused = world.auth.log_in("api", outdated, &context).await;
    assert!(matches!(refused, Err(LoginError::BadCredentials)));
    let of_deleted = world.proof().await;
    accounts
        .delete(&id, DeleteMode::Hard, &context)
        .await
        .unwrap();
    world.clock.advance(time::Duration::seconds(6));
    let refused = world.auth.log_in("api", of_deleted, &context).await;
    assert!(matches!(refused, Err(LoginError::BadCredentials)));
    let calls = world.calls().await;
    let outdated = calls.iter().filter(|call| call.starts_with("outdated"));
    assert_eq!(outdated.count(), 2, "{calls:?}");
}
