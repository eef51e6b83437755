//! The limit of the sessions of a user.

use std::num::NonZeroU16;

use time::Duration;

use super::races::{is_accepted, race};
use super::*;
use crate::event::{EventData, LoginRefusal, SessionsEnded};
use crate::http::BufferedRequest;
use crate::session::AtSessionLimit;

async fn world(count: u16, at_limit: AtSessionLimit) -> World {
    let sessions = Arc::new(MemorySessionStore::new());
    let limited = Sessions::new(Arc::clone(&sessions), &master_secret())
        .limit_per_user(NonZeroU16::new(count).unwrap(), at_limit);
    let mut world = World::with(|accounts| accounts.sessions(limited));
    world.sessions = sessions;
    world.register("ada@example.com").await;
    world
}

fn ended_by_limit(world: &World) -> usize {
    let expected = EventData::SessionsEnded(SessionsEnded::Limit);
    let events = world.sink.events();
    events.iter().filter(|event| event.data == expected).count()
}

/// The session that was not used for the longest time ends, whenever it was started.
#[tokio::test]
async fn login_beyond_the_limit_ends_the_session_that_was_idle_longest() {
    let world = world(3, AtSessionLimit::EndOldest).await;
    let mut logins = Vec::new();
    for backend in ["api", "api", "web"] {
        logins.push(world.logged_in(backend).await);
        world.clock.advance(Duration::minutes(2));
    }
    assert!(is_accepted(&world, &logins[0]).await, "used last");
    let fourth = world.logged_in("api").await;
    assert_eq!((world.stored().await, ended_by_limit(&world)), (3, 1));
    assert!(!is_accepted(&world, &logins[1]).await);
    assert!(is_accepted(&world, &logins[0]).await && is_accepted(&world, &fourth).await);
    world.logged_in("jwt").await;
    assert_eq!(
        world.stored().await,
        3,
        "a login without a session ends none"
    );
}

#[tokio::test]
async fn login_beyond_the_limit_is_refused_until_a_session_ends() {
    let world = world(2, AtSessionLimit::RefuseLogin).await;
    let first = world.logged_in("api").await;
    world.logged_in("web").await;
    let refused = world.log_in("api", world.proof().await).await;
    assert!(matches!(refused, Err(LoginError::TooManySessions)));
    assert_eq!(world.stored().await, 2);
    let reason = EventData::LoginRefused(LoginRefusal::SessionLimit);
    assert!(world.sink.events().iter().any(|event| event.data == reason));
    assert_eq!(
        world.raised(EventKind::SessionCreated),
        2,
        "nothing was written"
    );
    assert!(
        world
            .calls()
            .await
            .contains(&"too many sessions by api".to_owned())
    );
    world.logged_in("jwt").await;

    let access = first.access.expose();
    assert!(
        world
            .log_out("api", PresentedTokens::none().with_access(access))
            .await
    );
    world.logged_in("api").await;
    world.clock.advance(Duration::days(31));
    world.logged_in("api").await;
    assert_eq!(world.stored().await, 1, "expired sessions do not count");
}

/// A login of a browser that is logged in replaces its session, so it needs no place.
#[tokio::test]
async fn replaced_session_does_not_count() {
    for at_limit in [AtSessionLimit::EndOldest, AtSessionLimit::RefuseLogin] {
        let world = world(2, at_limit).await;
        let other = world.logged_in("api").await;
        world.clock.advance(Duration::minutes(2));
        let browser = world.logged_in("web").await;
        let context = world.auth.accounts().context();
        let cookies = PresentedTokens::none().with_access(browser.access.expose());
        let backends = world.auth.backends();
        let web = backends.iter().find(|backend| backend.name() == "web");
        let proof = world.proof().await;
        let step = crate::login::log_in(
            world.auth.accounts(),
            web.unwrap(),
            proof,
            cookies,
            &context,
        );
        assert!(step.await.is_ok(), "{at_limit:?}");
        assert!(is_accepted(&world, &other).await, "{at_limit:?}");
        assert_eq!((world.stored().await, ended_by_limit(&world)), (2, 0));
    }
}

/// 64 logins at one moment leave no more sessions than allowed, and refuse no login while there is room.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn limit_holds_after_simultaneous_logins() {
    for at_limit in [AtSessionLimit::EndOldest, AtSessionLimit::RefuseLogin] {
        for _ in 0..4 {
            let world = Arc::new(world(5, at_limit).await);
            let user = world.proof().await.user().clone();
            let logins = race((0..64).map(|_| {
                let (world, user) = (Arc::clone(&world), user.clone());
                async move {
                    let method = crate::login::AuthMethod::PASSWORD;
                    world
                        .log_in("api", AuthProof::vouched_for(user, method))
                        .await
                }
            }));
            let logins = logins.await;
            let stored = world.stored().await;
            let mut accepted = 0;
            for tokens in logins.iter().flatten() {
                accepted += usize::from(is_accepted(&world, tokens).await);
            }
            assert_eq!(accepted, stored, "{at_limit:?}");
            match at_limit {
                AtSessionLimit::EndOldest => {
                    assert_eq!(stored, 5);
                    assert!(logins.iter().all(Result::is_ok));
                }
                AtSessionLimit::RefuseLogin => {
                    assert!(stored <= 5, "{stored}");
                    assert_eq!(logins.iter().flatten().count(), stored);
                }
            }
        }
    }
}

/// A limit that is set later ends the sessions beyond it, some at each login.
#[tokio::test]
async fn new_limit_ends_the_sessions_of_before() {
    let world = world(1, AtSessionLimit::EndOldest).await;
    let login = world.logged_in("api").await;
    let row = world
        .sessions
        .session(&login.session.unwrap())
        .await
        .unwrap()
        .unwrap();
    for _ in 0..1500 {
        let copy = crate::store::StoredSession {
            id: crate::SessionId::generate().unwrap(),
            ..row.clone()
        };
        world.sessions.insert_session(copy).await.unwrap();
    }
    world.clock.advance(Duration::SECOND);
    world.logged_in("api").await;
    assert_eq!(world.stored().await, 502);
    world.logged_in("api").await;
    assert_eq!(world.stored().await, 1);
}

/// Over HTTP the reply is 403, or that of a wrong password where the state of accounts is hidden.
#[tokio::test]
async fn reply_at_the_limit_is_403_or_hidden() {
    for (hides, status, code) in [
        (false, 403, "LOGIN_TOO_MANY_SESSIONS"),
        (true, 400, "LOGIN_BAD_CREDENTIALS"),
    ] {
        let sessions = Sessions::new(MemorySessionStore::new(), &master_secret())
            .limit_per_user(NonZeroU16::MIN, AtSessionLimit::RefuseLogin);
        let accounts = Accounts::<User>::builder(MemoryUserDatabase::new(), &master_secret())
            .expiring_store(MemoryExpiringStore::new())
            .sessions(sessions)
            .hasher(fast_hasher());
        let auth = Auth::builder(accounts)
            .backend(Backend::new(
                "api",
                BearerTransport::new(),
                OpaqueStrategy::new(),
            ))
            .hide_account_state(hides)
            .build()
            .unwrap();
        let accounts = auth.accounts();
        let context = accounts.context();
        let registered = accounts.register(registration("ada@example.com"), &context);
        registered.await.unwrap();
        let log_in = async || {
            let body = format!(r#"{{"identifier":"ada@example.com","password":"{PASSWORD}"}}"#);
            let mut request = BufferedRequest::new("POST", body.into_bytes())
                .header("content-type", "application/json");
            let route = auth
                .routes()
                .find(|route| route.path() == "/auth/login")
                .unwrap();
            let parts = crate::api::RequestParts {
                head: &request.head,
                id: None,
                path: None,
                body: &mut request.body,
            };
            auth.respond(route, parts).await
        };
        assert_eq!(log_in().await.status(), 200);
        let refused = log_in().await;
        assert_eq!(refused.status(), status);
        let body = String::from_utf8(refused.body().to_vec()).unwrap();
        assert!(body.contains(code), "{body}");
        let route = auth
            .routes()
            .find(|route| route.path() == "/auth/login")
            .unwrap();
        let codes = route.specs().next().unwrap().error_codes();
        let is_listed = codes.iter().any(|listed| listed.as_str() == code);
        assert!(is_listed);
    }
}
