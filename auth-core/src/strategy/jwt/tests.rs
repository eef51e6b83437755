//! Users, epochs, revocation and key rings of the JWT strategy.

mod verified;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::Clock;
use crate::login::{AuthMethod, Methods};
use crate::store::memory::MemoryExpiringStore;
use crate::strategy::Subject;
use crate::testing::{
    FaultInjector, ManualClock, Outbox, ProbedExpiringStore, accounts, master_secret, registration,
};
use crate::user::User;

async fn user() -> User {
    let accounts = accounts(Arc::new(Outbox::new()));
    accounts
        .register(registration("ada@example.com"), &accounts.context())
        .await
        .unwrap()
}

fn strategy() -> JwtStrategy {
    JwtStrategy::from_master(&master_secret()).revoked_in(MemoryExpiringStore::new())
}

async fn issue(strategy: &JwtStrategy, user: &User, clock: &ManualClock) -> String {
    let issued = strategy
        .issue(IssueRequest::new(
            user,
            DEFAULT_REALM,
            None,
            clock.now(),
            &AuthMethod::PASSWORD.into(),
            clock.now(),
        ))
        .await
        .unwrap();
    issued.expose().to_owned()
}

async fn is_accepted(strategy: &JwtStrategy, token: &str, clock: &ManualClock) -> bool {
    try_read(strategy, token, clock).await.unwrap()
}

/// Reads a token and asks whether it was revoked, as a backend does.
async fn try_read(
    strategy: &JwtStrategy,
    token: &str,
    clock: &ManualClock,
) -> Result<bool, Unavailable> {
    let read = Strategy::<User>::read(strategy, token, clock.now()).await?;
    let Some(PresentedToken::SelfContained(subject)) = read else {
        return Ok(false);
    };
    match subject.revocation {
        Some(revocation) => Ok(!revocation.is_recorded(clock.now()).await?),
        None => Ok(true),
    }
}

#[tokio::test]
async fn token_names_its_user_until_it_expires() {
    let (strategy, user, clock) = (strategy(), user().await, ManualClock::new());
    let token = issue(&strategy, &user, &clock).await;
    let reading = Strategy::<User>::read(&strategy, &token, clock.now())
        .await
        .unwrap();
    let expected = Subject::new(user.id, user.epoch())
        .in_realm(DEFAULT_REALM)
        .authenticated(Some(clock.now()), AuthMethod::PASSWORD.into());
    let Some(PresentedToken::SelfContained(mut subject)) = reading else {
        panic!("the token is self-contained");
    };
    assert!(subject.revocation.take().is_some());
    assert_eq!(subject, expected);
    clock.advance(time::Duration::seconds(15 * 60 + 29));
    assert!(
        is_accepted(&strategy, &token, &clock).await,
        "within the leeway"
    );
    clock.advance(time::Duration::SECOND);
    assert!(!is_accepted(&strategy, &token, &clock).await);
}

/// A7.4.1: a revoked token is refused at once; other tokens stay valid.
#[tokio::test]
async fn revocation_ends_one_token() {
    let (strategy, user, clock) = (strategy(), user().await, ManualClock::new());
    let first = issue(&strategy, &user, &clock).await;
    let second = issue(&strategy, &user, &clock).await;
    let outcome = Strategy::<User>::revoke(&strategy, &first, clock.now()).await;
    assert_eq!(outcome.unwrap(), RevokeOutcome::Revoked);
    assert!(!is_accepted(&strategy, &first, &clock).await);
    assert!(is_accepted(&strategy, &second, &clock).await);
    clock.advance(time::Duration::seconds(15 * 60 + 29));
    assert!(
        !is_accepted(&strategy, &first, &clock).await,
        "until it expires"
    );
}

/// A strategy that records nothing does not report a revocation.
#[tokio::test]
async fn revocation_without_a_store_is_reported_as_unsupported() {
    let (user, clock) = (user().await, ManualClock::new());
    for strategy in [
        JwtStrategy::from_master(&master_secret()),
        JwtStrategy::from_master(&master_secret()).dangerous_without_revocation(),
    ] {
        let token = issue(&strategy, &user, &clock).await;
        let outcome = Strategy::<User>::revoke(&strategy, &token, clock.now()).await;
        assert_eq!(outcome.unwrap(), RevokeOutcome::Unsupported);
        assert!(is_accepted(&strategy, &token, &clock).await);
    }
}

/// A16.5.3: a deny-list that cannot answer is an error, in both directions.
#[tokio::test]
async fn unreachable_deny_list_is_an_error() {
    let plan = FaultInjector::new();
    let store = ProbedExpiringStore::new(MemoryExpiringStore::new(), &plan);
    let strategy = JwtStrategy::from_master(&master_secret()).revoked_in(store);
    let (user, clock) = (user().await, ManualClock::new());
    let token = issue(&strategy, &user, &clock).await;
    plan.fail(true);
    assert!(try_read(&strategy, &token, &clock).await.is_err());
    assert!(
        Strategy::<User>::revoke(&strategy, &token, clock.now())
            .await
            .is_err()
    );
    assert!(
        !is_accepted(&strategy, "no.such.token", &clock).await,
        "an invalid token needs no store"
    );
}

/// A9.2.3, J-08, J-12: audience, issuer and key each keep tokens apart.
#[tokio::test]
async fn tokens_of_another_audience_issuer_or_key_are_refused() {
    let (user, clock) = (user().await, ManualClock::new());
    let ours = strategy().issuer("https://a.example");
    let others = [
        strategy(),
        strategy().issuer("https://b.example"),
        strategy().issuer("https://a.example").audience("staff"),
        JwtStrategy::hs256(Secret::generate().unwrap())
            .revoked_in(MemoryExpiringStore::new())
            .issuer("https://a.example"),
    ];
    for other in others {
        let token = issue(&other, &user, &clock).await;
        assert!(is_accepted(&other, &token, &clock).await);
        assert!(!is_accepted(&ours, &token, &clock).await);
    }
}

#[tokio::test]
async fn ring_signs_with_the_first_key_and_accepts_all() {
    let key = |byte: u8| JwtKey::hs256_auto_kid(Secret::new([byte; 32]));
    let (user, clock) = (user().await, ManualClock::new());
    let old = JwtStrategy::new(KeyRing::new(key(1))).dangerous_without_revocation();
    let both = JwtStrategy::new(KeyRing::new(key(2)).also_verify(key(1)))
        .dangerous_without_revocation()
        .lifetime(Duration::from_mins(5));
    let new = JwtStrategy::new(KeyRing::new(key(2))).dangerous_without_revocation();
    let of_old = issue(&old, &user, &clock).await;
    let of_both = issue(&both, &user, &clock).await;
    assert!(is_accepted(&both, &of_old, &clock).await);
    assert!(is_accepted(&new, &of_both, &clock).await);
    assert!(!is_accepted(&new, &of_old, &clock).await);
}

/// A13.3.4: a token that was issued before a new master took over is accepted until the old one is
/// retired.
#[tokio::test]
async fn tokens_of_an_old_master_are_accepted_until_it_is_retired() {
    let master = master_secret();
    let strategy = JwtStrategy::from_master(&master).revoked_in(MemoryExpiringStore::new());
    let (user, clock) = (user().await, ManualClock::new());
    let of_old = issue(&strategy, &user, &clock).await;
    let old = master.kid();
    let new = master.add_next(Secret::generate().unwrap()).unwrap();
    master.activate(&new).unwrap();
    let of_new = issue(&strategy, &user, &clock).await;
    assert!(is_accepted(&strategy, &of_old, &clock).await);
    master.retire(&old).unwrap();
    assert!(!is_accepted(&strategy, &of_old, &clock).await);
    assert!(is_accepted(&strategy, &of_new, &clock).await);
    assert!(Strategy::<User>::public_keys(&strategy).is_empty());
}

/// The keys of all states are published: future keys, so that others know them in time, and former
/// keys.
#[test]
fn public_keys_of_all_states_are_published() {
    let key = |kid: &str| {
        JwtKey::from_jwk(&format!(
            r#"{{"kty":"OKP","crv":"Ed25519","kid":"{kid}",
                "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
                "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}"#
        ))
        .unwrap()
    };
    let ring = KeyRing::new(key("a"))
        .with_next(key("b"))
        .also_verify(key("c"));
    let strategy = JwtStrategy::new(ring);
    let kids = |strategy: &JwtStrategy| {
        let keys = Strategy::<User>::public_keys(strategy);
        keys.iter()
            .map(|key| key.kid().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(kids(&strategy), ["a", "b", "c"]);
    let gone = token::KeyId::parse("c").unwrap();
    strategy.keys().retire(&gone).unwrap();
    assert_eq!(kids(&strategy), ["a", "b"]);
}

/// A9.2.1: `auth_time` and `amr` are claims of one form; a token without them is valid and says nothing.
#[tokio::test]
async fn invalid_login_claims_are_refused() {
    let (strategy, user, clock) = (strategy(), user().await, ManualClock::new());
    let seconds = clock.now().unix_timestamp();
    let claims = || {
        let jti = token::random_id().unwrap();
        Claims::new(
            user.id.to_string(),
            jti,
            clock.now(),
            Duration::from_mins(15),
        )
        .with_integer("epoch", user.epoch().as_i64())
    };
    let read = async |claims: Claims| {
        let keys = strategy.keys.current();
        let token = token::encode(&keys, &strategy.profile.built, &claims).unwrap();
        let read = Strategy::<User>::read(&strategy, &token, clock.now()).await;
        match read.unwrap() {
            Some(PresentedToken::SelfContained(subject)) => Some(subject),
            _ => None,
        }
    };
    let plain = read(claims()).await.unwrap();
    assert_eq!((plain.auth_time, plain.methods), (None, Methods::none()));
    let full: Vec<String> = (0..9).map(|number| format!("m{number}")).collect();
    let texts = |count: usize| full.iter().take(count).map(String::as_str);
    for (claims, expected) in [
        (claims().with_integer("auth_time", seconds + 3600), true),
        (claims().with_integer("auth_time", 0), true),
        (claims().with_integer("auth_time", -1), false),
        (claims().with_integer("auth_time", i64::MAX), false),
        (claims().with_text("auth_time", seconds.to_string()), false),
        (claims().with_texts("amr", ["pwd", "otp"]), true),
        (claims().with_texts("amr", texts(8)), true),
        (claims().with_texts("amr", texts(9)), false),
        (claims().with_texts("amr", ["pwd otp"]), false),
        (claims().with_texts("amr", [""]), false),
        (claims().with_text("amr", "pwd"), false),
        (claims().with_integer("amr", 1), false),
        (claims().with_text("realm", "staff"), true),
        (claims().with_integer("realm", 1), false),
    ] {
        assert_eq!(read(claims.clone()).await.is_some(), expected, "{claims:?}");
    }
}
