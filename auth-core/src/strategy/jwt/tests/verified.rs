//! Remembered tokens: when they end, their bound, and their keys.

use std::sync::atomic::{AtomicBool, Ordering};

use time::Duration as Span;

use super::*;

/// Returns whether the strategy remembers the token: its claims are then not read again.
fn is_remembered(strategy: &JwtStrategy, token: &str, clock: &ManualClock) -> bool {
    let now = clock.now().unix_timestamp();
    let (one, other) = (strategy.verify(token, now), strategy.verify(token, now));
    Arc::ptr_eq(&one.unwrap(), &other.unwrap())
}

fn is_valid(strategy: &JwtStrategy, token: &str, clock: &ManualClock) -> bool {
    strategy.verified(token, clock.now()).is_some()
}

fn key(byte: u8) -> JwtKey {
    use sha2::Digest;
    let bytes: [u8; 32] = sha2::Sha256::digest([byte]).into();
    JwtKey::hs256_auto_kid(Secret::new(bytes))
}

/// Mints a token without the time that a login takes.
fn mint(strategy: &JwtStrategy, number: u64, clock: &ManualClock) -> String {
    let claims = Claims::new(
        uuid::Uuid::from_u64_pair(0, number).to_string(),
        number.to_string(),
        clock.now(),
        strategy.lifetime,
    );
    let claims = claims.with_integer("epoch", 0);
    token::encode(&strategy.keys.current(), &strategy.profile.built, &claims).unwrap()
}

#[tokio::test]
async fn token_is_verified_once_until_it_expires() {
    let (strategy, clock) = (strategy(), ManualClock::new());
    let token = mint(&strategy, 1, &clock);
    assert!(is_remembered(&strategy, &token, &clock));
    clock.advance(Span::seconds(15 * 60 + 29));
    assert!(is_accepted(&strategy, &token, &clock).await);
    assert!(is_remembered(&strategy, &token, &clock));
    clock.advance(Span::SECOND);
    let now = clock.now().unix_timestamp();
    assert_eq!(
        strategy.verify(&token, now).err(),
        Some(InvalidToken::Expired)
    );
    assert_eq!(strategy.verified.len(), 0, "an expired token is forgotten");
}

/// The clock of a machine can be set back: a remembered token is then not valid yet, like any other.
#[test]
fn remembered_token_is_refused_before_its_time() {
    let (strategy, clock) = (strategy(), ManualClock::new());
    let token = mint(&strategy, 1, &clock);
    assert!(is_remembered(&strategy, &token, &clock));
    clock.advance(Span::seconds(-31));
    let now = clock.now().unix_timestamp();
    let refused = strategy.verify(&token, now).err();
    assert_eq!(refused, Some(InvalidToken::NotYetValid));
    assert_eq!(strategy.verified.len(), 1);
}

#[tokio::test]
async fn remembered_token_can_be_revoked() {
    let (strategy, clock) = (strategy(), ManualClock::new());
    let token = mint(&strategy, 1, &clock);
    assert!(is_accepted(&strategy, &token, &clock).await);
    let outcome = Strategy::<User>::revoke(&strategy, &token, clock.now()).await;
    assert_eq!(outcome.unwrap(), RevokeOutcome::Revoked);
    assert!(is_remembered(&strategy, &token, &clock));
    assert!(!is_accepted(&strategy, &token, &clock).await);
}

/// A13.3.4: the first verification with the new ring forgets the tokens of the old one.
#[test]
fn replaced_ring_ends_remembered_tokens_of_its_retired_keys() {
    let clock = ManualClock::new();
    let strategy = JwtStrategy::new(KeyRing::new(key(1)));
    let (old, new) = (key(1).kid().clone(), key(2).kid().clone());
    let of_old = mint(&strategy, 1, &clock);
    assert!(is_remembered(&strategy, &of_old, &clock));
    let ring = Arc::downgrade(&strategy.keys.current());
    strategy.keys().add_next(key(2)).unwrap();
    assert!(
        ring.upgrade().is_none(),
        "a memory of tokens keeps no key in memory"
    );
    assert!(is_remembered(&strategy, &of_old, &clock));
    strategy.keys().activate(&new).unwrap();
    let of_new = mint(&strategy, 2, &clock);
    assert!(is_remembered(&strategy, &of_old, &clock));
    assert!(is_remembered(&strategy, &of_new, &clock));
    strategy.keys().retire(&old).unwrap();
    assert!(!is_valid(&strategy, &of_old, &clock));
    assert!(is_valid(&strategy, &of_new, &clock));
    strategy.keys().add_next(key(1)).unwrap();
    assert!(is_valid(&strategy, &of_old, &clock));
}

#[test]
fn replaced_master_ends_remembered_tokens() {
    let (master, clock) = (master_secret(), ManualClock::new());
    let strategy = JwtStrategy::from_master(&master);
    let token = mint(&strategy, 1, &clock);
    assert!(is_remembered(&strategy, &token, &clock));
    let old = master.kid();
    let new = master.add_next(Secret::generate().unwrap()).unwrap();
    master.activate(&new).unwrap();
    assert!(is_remembered(&strategy, &token, &clock));
    master.retire(&old).unwrap();
    assert!(!is_valid(&strategy, &token, &clock));
}

#[test]
fn text_with_one_other_byte_is_never_found() {
    let (strategy, clock) = (strategy(), ManualClock::new());
    let token = mint(&strategy, 1, &clock);
    assert!(is_remembered(&strategy, &token, &clock));
    for place in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[place] ^= 1;
        let other = String::from_utf8(bytes).unwrap();
        assert!(!is_valid(&strategy, &other, &clock), "{place}");
    }
    let shorter: String = token.chars().skip(1).collect();
    for other in [shorter, format!("{token} "), format!("{token}A")] {
        assert!(!is_valid(&strategy, &other, &clock));
    }
    assert_eq!(strategy.verified.len(), 1, "refused texts are not kept");
}

/// A change of the profile after the first token, by an application that still builds the strategy.
#[test]
fn another_audience_or_issuer_ends_remembered_tokens() {
    let clock = ManualClock::new();
    let of_issuer = |strategy: JwtStrategy| strategy.issuer("https://a.example");
    let of_audience = |strategy: JwtStrategy| strategy.audience("staff");
    for change in [of_issuer, of_audience] {
        let strategy = strategy();
        let token = mint(&strategy, 1, &clock);
        assert!(is_remembered(&strategy, &token, &clock));
        assert!(!is_valid(&change(strategy), &token, &clock));
    }
}

#[test]
fn number_of_remembered_tokens_is_bounded() {
    let clock = ManualClock::new();
    for (capacity, expected, tokens) in [
        (0, 0..=0, 100),
        (1, 1..=1, 100),
        (7, 7..=7, 100),
        (1000, 993..=1000, 5000),
    ] {
        let strategy = strategy().verified_tokens(capacity);
        for number in 0..tokens {
            let token = mint(&strategy, number, &clock);
            assert!(is_valid(&strategy, &token, &clock));
        }
        let len = strategy.verified.len();
        assert!(expected.contains(&len), "{len} of {capacity}");
        let last = mint(&strategy, 1, &clock);
        assert_eq!(is_remembered(&strategy, &last, &clock), capacity > 0);
    }
}

/// Expired tokens make room before valid ones do.
#[test]
fn expired_tokens_are_replaced_first() {
    let clock = ManualClock::new();
    let strategy = strategy().verified_tokens(8);
    let short = (0..7).map(|number| mint(&strategy, number, &clock));
    assert!(
        short
            .into_iter()
            .all(|token| is_valid(&strategy, &token, &clock))
    );
    clock.advance(Span::minutes(14));
    let long = mint(&strategy, 100, &clock);
    assert!(is_valid(&strategy, &long, &clock));
    clock.advance(Span::minutes(2));
    for number in 200..207 {
        assert!(is_valid(
            &strategy,
            &mint(&strategy, number, &clock),
            &clock
        ));
    }
    assert!(is_remembered(&strategy, &long, &clock));
    assert_eq!(strategy.verified.len(), 8);
}

/// A13.3.4: threads read the token of a key while it is retired: a read that begins after the retirement fails.
#[test]
fn token_of_a_retired_key_is_refused_while_threads_read_it() {
    let clock = ManualClock::new();
    for _ in 0..20 {
        let strategy = JwtStrategy::new(KeyRing::new(key(1)));
        let token = mint(&strategy, 1, &clock);
        strategy.keys().add_next(key(2)).unwrap();
        strategy.keys().activate(key(2).kid()).unwrap();
        let of_new = mint(&strategy, 2, &clock);
        let is_retired = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..2000 {
                        let was_retired = is_retired.load(Ordering::SeqCst);
                        let is_accepted = is_valid(&strategy, &token, &clock);
                        assert!(!(was_retired && is_accepted));
                        assert!(is_valid(&strategy, &of_new, &clock));
                        if was_retired {
                            break;
                        }
                    }
                });
            }
            while !is_remembered_now(&strategy, &token, &clock) {}
            strategy.keys().retire(key(1).kid()).unwrap();
            is_retired.store(true, Ordering::SeqCst);
        });
        assert!(!is_valid(&strategy, &token, &clock));
    }
}

fn is_remembered_now(strategy: &JwtStrategy, token: &str, clock: &ManualClock) -> bool {
    let ring = strategy.keys.current();
    let found = strategy
        .verified
        .get(&ring, token, clock.now().unix_timestamp());
    found.is_some()
}
