//! What a login writes, ends and tells, in which order, and what a failure leaves behind.

use super::World;
use crate::event::EventKind;
use crate::login::{LoginError, LoginStep, PresentedTokens, RefreshError};

#[tokio::test]
async fn login_raises_its_events_and_calls_its_hooks_in_order() {
    let world = World::with_ada().await;
    let tokens = world.logged_in("api").await;
    let events = world.sink.events();
    let kinds: Vec<_> = events.iter().skip(1).map(|event| event.kind).collect();
    let expected = [
        EventKind::SessionCreated,
        EventKind::LoginSucceeded,
        EventKind::TokenIssued,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(events[1].session, tokens.session);
    assert!(
        events
            .iter()
            .skip(1)
            .all(|event| event.backend.as_deref() == Some("api"))
    );
    let calls = world.calls().await;
    assert_eq!(
        calls,
        [
            "before ada@example.com by api",
            "after ada@example.com by api"
        ]
    );
    assert_eq!(&*tokens.backend, "api");
}

#[tokio::test]
async fn backend_without_sessions_issues_an_access_token_alone() {
    let world = World::with_ada().await;
    let tokens = world.logged_in("jwt").await;
    assert!(tokens.refresh.is_none() && tokens.session.is_none());
    assert_eq!(world.stored().await, 0);
    let context = world.auth.accounts().context();
    let refused = world.auth.refresh("jwt", "x", &context).await;
    assert!(matches!(refused, Err(RefreshError::Invalid)));
    let presented = PresentedTokens::none().with_access(tokens.access.expose());
    assert!(
        world
            .auth
            .log_out("jwt", presented, &context)
            .await
            .unwrap()
    );
    assert!(
        !world
            .auth
            .log_out("jwt", presented, &context)
            .await
            .unwrap()
    );
    assert_eq!(world.raised(EventKind::TokenRevoked), 1);
}

/// A7.2.4: the session whose cookies a login overwrites ends with it.
#[tokio::test]
async fn login_ends_the_session_that_it_replaces_and_no_other() {
    let world = World::with_ada().await;
    let context = world.auth.accounts().context();
    let (old, other) = (world.logged_in("web").await, world.logged_in("web").await);
    let by_api = world.logged_in("api").await;
    let refresh = |tokens: &crate::login::IssuedTokens<crate::User>| {
        tokens.refresh.as_ref().unwrap().expose().to_owned()
    };
    let presented = [refresh(&old), refresh(&by_api)];
    for token in [old.access.expose(), "not a token", by_api.access.expose()] {
        for presented in &presented {
            let replaced = PresentedTokens::none()
                .with_access(token)
                .with_refresh(presented);
            let proof = world.proof().await;
            let step = world
                .auth
                .log_in_replacing("web", proof, replaced, &context)
                .await;
            assert!(step.unwrap().done().is_some());
        }
    }
    // Three were there, six came, and one was replaced: a token of another backend replaces nothing.
    assert_eq!(world.stored().await, 8);
    assert!(
        world
            .auth
            .refresh("web", &refresh(&old), &context)
            .await
            .is_err()
    );
    assert!(
        world
            .auth
            .refresh("web", &refresh(&other), &context)
            .await
            .is_ok()
    );
    assert!(
        world
            .auth
            .refresh("api", &refresh(&by_api), &context)
            .await
            .is_ok()
    );
    let ended = world.sink.events();
    let ended: Vec<_> = ended
        .iter()
        .filter(|event| event.kind == EventKind::SessionEnded)
        .map(|event| (event.session, event.data.to_string()))
        .collect();
    assert_eq!(ended, [(old.session, "replaced".to_owned())]);
}

/// A2.3.3: a store that fails at any step of a login leaves neither a session nor a token that could be used.
#[tokio::test]
async fn login_that_fails_at_any_step_leaves_no_session() {
    let world = World::with_ada().await;
    let context = world.auth.accounts().context();
    for fails_after in 0.. {
        let old = world.logged_in("web").await;
        let before = world.stored().await;
        let replaced = PresentedTokens::none().with_access(old.access.expose());
        let proof = world.proof().await;
        world.session_faults.fail_after(fails_after);
        let step = world
            .auth
            .log_in_replacing("web", proof, replaced, &context)
            .await;
        world.session_faults.fail(false);
        if matches!(step, Ok(LoginStep::Done(_))) {
            assert_eq!(fails_after, 3, "a look-up, an insert and a deletion");
            assert_eq!(world.stored().await, before);
            break;
        }
        assert!(matches!(step, Err(LoginError::Unavailable(_))));
        let created = world.raised(EventKind::SessionCreated);
        let logged_in = world.raised(EventKind::LoginSucceeded);
        let left = world.stored().await - before;
        // The deletion of the old session and of the new one fail together: the new one, whose tokens
        // have not left, stays, and its event says so.
        assert_eq!(
            left,
            usize::from(fails_after == 2),
            "after {fails_after} calls"
        );
        assert_eq!(created - logged_in, left);
        world.auth.log_out("web", replaced, &context).await.unwrap();
    }
}

#[tokio::test]
async fn refresh_keeps_the_session_and_rotates_both_tokens() {
    let world = World::with_ada().await;
    let context = world.auth.accounts().context();
    let first = world.logged_in("api").await;
    let refresh = first.refresh.unwrap();
    let second = world
        .auth
        .refresh("api", refresh.expose(), &context)
        .await
        .unwrap();
    assert_eq!(second.session, first.session);
    assert_ne!(second.access.expose(), first.access.expose());
    assert_ne!(second.refresh.as_ref().unwrap().expose(), refresh.expose());
    assert_eq!(second.user.id, first.user.id);
    // A token of this backend opens nothing at another one.
    let foreign = second.refresh.unwrap();
    let refused = world.auth.refresh("web", foreign.expose(), &context).await;
    assert!(matches!(refused, Err(RefreshError::Invalid)));
    // Spent, and the window of lost replies has passed: a theft.
    world.clock.advance(time::Duration::minutes(6));
    let stolen = world.auth.refresh("api", refresh.expose(), &context).await;
    assert!(matches!(stolen, Err(RefreshError::Invalid)));
    assert_eq!(world.raised(EventKind::TokenReused), 1);
    assert_eq!(world.stored().await, 0);
}

#[tokio::test]
async fn inactive_user_is_not_refreshed() {
    let world = World::with_ada().await;
    let context = world.auth.accounts().context();
    let tokens = world.logged_in("api").await;
    world.change(&tokens.user, super::inactive()).await;
    let refresh = tokens.refresh.unwrap();
    let refused = world.auth.refresh("api", refresh.expose(), &context).await;
    assert!(matches!(refused, Err(RefreshError::Invalid)));
}

/// Each token ends its session, the refresh token also when it was spent; an invalid token ends none.
#[tokio::test]
async fn logout_ends_the_session_of_each_token() {
    let world = World::with_ada().await;
    let context = world.auth.accounts().context();
    for (backend, other) in [("api", "web"), ("web", "api")] {
        for by_access in [true, false] {
            let first = world.logged_in(backend).await;
            let spent = first.refresh.unwrap();
            let renewed = world.auth.refresh(backend, spent.expose(), &context).await;
            let renewed = renewed.unwrap();
            let presented = if by_access {
                PresentedTokens::none().with_access(renewed.access.expose())
            } else {
                PresentedTokens::none().with_refresh(spent.expose())
            };
            assert!(!world.log_out(other, presented).await, "of another backend");
            assert!(world.log_out(backend, presented).await);
            assert!(!world.log_out(backend, presented).await, "ended already");
            let good = renewed.refresh.unwrap();
            let ended = world.auth.refresh(backend, good.expose(), &context).await;
            assert!(matches!(ended, Err(RefreshError::Invalid)));
        }
    }
    let nothing = PresentedTokens::none().with_access("x").with_refresh("y");
    assert!(!world.log_out("api", nothing).await);
    assert_eq!(world.stored().await, 0);
    assert_eq!(world.raised(EventKind::SessionEnded), 4);
}

#[tokio::test]
async fn logout_that_cannot_be_stored_is_no_success() {
    let world = World::with_ada().await;
    let context = world.auth.accounts().context();
    let tokens = world.logged_in("api").await;
    let presented = PresentedTokens::none().with_access(tokens.access.expose());
    for fails_after in 0..2 {
        world.session_faults.fail_after(fails_after);
        assert!(
            world
                .auth
                .log_out("api", presented, &context)
                .await
                .is_err()
        );
        world.session_faults.fail(false);
    }
    assert_eq!(world.raised(EventKind::SessionEnded), 0);
    assert!(
        world
            .auth
            .log_out("api", presented, &context)
            .await
            .unwrap()
    );
}

/// A7.4.1: the session of an authenticated caller ends, although its token has expired since.
#[tokio::test]
async fn logout_ends_the_proven_session_of_a_token_that_has_expired_since() {
    let world = World::with_ada().await;
    let accounts = world.auth.accounts();
    let tokens = world.logged_in("web").await;
    world.clock.advance(time::Duration::seconds(
        i64::try_from(tokens.access.expires_in().as_secs()).unwrap() + 61,
    ));
    let context = accounts.context();
    let presented = PresentedTokens::none().with_access(tokens.access.expose());
    let mut backends = world.auth.backends().iter();
    let backend = backends.find(|backend| backend.name() == "web").unwrap();
    let ended = |proven| crate::login::log_out(accounts, backend, presented, proven, &context);
    assert!(ended(tokens.session).await.unwrap());
    assert_eq!(world.stored().await, 0);
    assert!(!ended(tokens.session).await.unwrap());
}

/// A7.4.1: a logout that fails in the middle can be repeated, because the session ends first.
#[tokio::test]
async fn logout_that_cannot_end_the_session_revokes_nothing_and_can_be_repeated() {
    let world = World::with_ada().await;
    let tokens = world.logged_in("api").await;
    let context = world.auth.accounts().context();
    let presented = PresentedTokens::none().with_access(tokens.access.expose());
    // The look-up succeeds, and the deletion fails.
    world.session_faults.fail_after(1);
    let failed = world.auth.log_out("api", presented, &context).await;
    assert!(failed.is_err());
    world.session_faults.fail(false);
    assert_eq!(world.stored().await, 1);
    let ended = world.auth.log_out("api", presented, &context).await;
    assert!(ended.unwrap());
    assert_eq!(world.stored().await, 0);
}
