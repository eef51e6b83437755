//! The time and the methods of a login, in sessions and in tokens.

use time::{Duration, OffsetDateTime};

use super::World;
use crate::User;
use crate::accounts::ChangePasswordError;
use crate::authenticator::Authenticated;
use crate::guard::{Guard, GuardError};
use crate::http::BufferedRequest;
use crate::login::{AuthMethod, AuthProof, IssuedTokens, Methods};
use crate::store::UserDatabase;
use crate::testing::{PASSWORD, password};

const BACKENDS: [&str; 3] = ["jwt", "api", "web"];
const FIVE_MINUTES: std::time::Duration = std::time::Duration::from_mins(5);

/// Returns the user of the access token, if it is accepted.
async fn caller(world: &World, tokens: &IssuedTokens<User>) -> Option<Authenticated<User>> {
    let access = tokens.access.expose();
    let head = if &*tokens.backend == "web" {
        let cookie = format!("__Host-auth={access}");
        BufferedRequest::new("GET", Vec::new()).header("cookie", cookie)
    } else {
        let bearer = format!("Bearer {access}");
        BufferedRequest::new("GET", Vec::new()).header("authorization", bearer)
    };
    let who = world.auth.authenticate(&head.head).await.unwrap();
    who.user().cloned()
}

async fn refreshed(world: &World, tokens: &IssuedTokens<User>) -> IssuedTokens<User> {
    let refresh = tokens.refresh.as_ref().unwrap().expose();
    let context = world.auth.accounts().context();
    let tokens = world.auth.refresh(&tokens.backend, refresh, &context).await;
    tokens.unwrap()
}

fn is_fresh(caller: &Authenticated<User>) -> bool {
    let guard = Guard::active().fresh(FIVE_MINUTES);
    let max_age = FIVE_MINUTES;
    match guard.check(Some(caller)) {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error, GuardError::StepUpRequired { max_age });
            false
        }
    }
}

#[tokio::test]
async fn every_backend_says_when_and_how_the_user_was_authenticated() {
    let world = World::with_ada().await;
    for backend in BACKENDS {
        let login = world.auth.accounts().now();
        let tokens = world.logged_in(backend).await;
        world.clock.advance(Duration::minutes(4));
        let caller = caller(&world, &tokens).await.unwrap();
        assert_eq!(caller.auth_time(), Some(login), "{backend}");
        assert_eq!(caller.methods(), &Methods::from(AuthMethod::PASSWORD));
        assert!(is_fresh(&caller), "{backend}");
    }
}

/// N-SE-06: a refresh proves a token, not that the user is present.
#[tokio::test]
async fn refresh_keeps_the_time_and_the_methods_of_the_login() {
    let world = World::with_ada().await;
    for backend in ["api", "web"] {
        let login = world.auth.accounts().now();
        let tokens = world.logged_in(backend).await;
        world.clock.advance(Duration::minutes(6));
        let tokens = refreshed(&world, &tokens).await;
        // Within the grace the access token is issued again.
        let caller = caller(&world, &tokens).await.unwrap();
        assert_eq!(caller.auth_time(), Some(login), "{backend}");
        assert_eq!(caller.methods(), &Methods::from(AuthMethod::PASSWORD));
        assert!(!is_fresh(&caller), "{backend}");
    }
}

#[tokio::test]
async fn change_of_the_password_keeps_the_time_of_the_login() -> Result<(), ChangePasswordError> {
    let world = World::with_ada().await;
    let login = world.auth.accounts().now();
    let tokens = world.logged_in("api").await;
    world.clock.advance(Duration::minutes(6));
    let (accounts, context) = (world.auth.accounts(), world.auth.accounts().context());
    let user = world.database.find(&super::ada()).await.unwrap().unwrap();
    let (current, new) = (
        password(PASSWORD),
        password("another long password of hers"),
    );
    let changed = accounts.change_password(&user, &current, &new, &context);
    let user = changed.await?;
    let mut backends = world.auth.backends().iter();
    let backend = backends.find(|backend| backend.name() == "api").unwrap();
    let id = tokens.session.unwrap();
    let renewed = crate::login::renew(accounts, backend, &user, &id, &context).await;
    let tokens = renewed.unwrap().unwrap();
    let caller = caller(&world, &tokens).await.unwrap();
    assert_eq!(caller.auth_time(), Some(login));
    assert!(!is_fresh(&caller));
    Ok(())
}

#[tokio::test]
async fn provider_says_when_it_authenticated_the_user() {
    let world = World::with_ada().await;
    let user = world.proof().await.user().clone();
    let now = world.auth.accounts().now();
    let hour = Duration::HOUR;
    for (at, expected) in [(now - hour, now - hour), (now + hour, now)] {
        for backend in BACKENDS {
            let proof = AuthProof::vouched_for(user.clone(), AuthMethod::SMS)
                .with_method(&AuthMethod::PIN)
                .authenticated_at(at);
            let tokens = world.log_in(backend, proof).await.unwrap();
            let caller = caller(&world, &tokens).await.unwrap();
            assert_eq!(caller.auth_time(), Some(expected), "{backend}");
            assert_eq!(caller.methods().as_stored_str(), "pin sms");
            assert_eq!(is_fresh(&caller), expected == now, "{backend}");
        }
    }
}

#[test]
fn guard_counts_the_age_in_both_directions_and_needs_a_known_time() {
    let now = OffsetDateTime::UNIX_EPOCH + Duration::DAY;
    let second = Duration::SECOND;
    let five = Duration::minutes(5);
    for (auth_time, expected) in [
        (Some(now), true),
        (Some(now - five + second), true),
        (Some(now - five), false),
        (Some(now + five - second), true),
        (Some(now + five), false),
        (Some(now + Duration::days(400)), false),
        (Some(now - Duration::days(400)), false),
        (None, false),
    ] {
        let user = crate::testing::user("ada@example.com");
        let caller = crate::testing::admit::authenticated(user).at(auth_time, now);
        assert_eq!(is_fresh(&caller), expected, "{auth_time:?}");
    }
}
