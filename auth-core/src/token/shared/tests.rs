//! Rings that change while they are used.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::secret::{MasterSecret, Purpose, SecretWeakness, keyed_digest_bytes};
use crate::token::{Claims, InvalidToken, KeyRingProblem, KeyState, TokenProfile, decode, encode};

const NOW: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);

fn secret(number: u8) -> Secret {
    Secret::new(keyed_digest_bytes(&Secret::new("shared"), &[&[number]]))
}

fn kid(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

fn key(name: &str) -> JwtKey {
    JwtKey::hs256(kid(name), secret(name.as_bytes()[0]))
}

fn profile() -> TokenProfile {
    TokenProfile::new("at+jwt", "api")
}

fn sign(keys: &SharedKeyRing) -> String {
    let claims = Claims::new("user-1", "token-1", NOW, Duration::from_mins(15));
    encode(&keys.current(), &profile(), &claims).unwrap()
}

fn read(keys: &SharedKeyRing, token: &str) -> Result<(), InvalidToken> {
    decode(&keys.current(), &profile(), token, NOW).map(drop)
}

fn states(keys: &SharedKeyRing) -> Vec<(String, KeyState)> {
    let ring = keys.current();
    let states = ring.states();
    states
        .map(|(state, key)| (key.kid().to_string(), state))
        .collect()
}

/// A13.3.4: a key signs only while it is active, and verifies in every state.
#[test]
fn key_signs_only_while_it_is_active() {
    let keys = SharedKeyRing::new(KeyRing::new(key("a")));
    let elsewhere = SharedKeyRing::new(KeyRing::new(key("b")));
    let (of_a, of_b) = (sign(&keys), sign(&elsewhere));
    assert_eq!(read(&keys, &of_b), Err(InvalidToken::UnknownKey));

    keys.add_next(key("b")).unwrap();
    assert_eq!(read(&keys, &of_b), Ok(()), "another process is ahead");
    assert_eq!(sign(&keys), of_a, "the next key does not sign");

    keys.activate(&kid("b")).unwrap();
    assert_eq!(sign(&keys), of_b);
    assert_eq!(read(&keys, &of_a), Ok(()));

    keys.retire(&kid("a")).unwrap();
    assert_eq!(read(&keys, &of_a), Err(InvalidToken::UnknownKey));
    assert_eq!(read(&keys, &of_b), Ok(()));
}

/// A refused ring or key leaves the ring unchanged.
#[test]
fn rings_with_problems_and_weak_keys_are_rejected() {
    let keys = SharedKeyRing::from(KeyRing::new(key("a")).also_verify(key("b")));
    let before = states(&keys);
    let duplicate = KeyRingError::Problem(KeyRingProblem::DuplicateKid(kid("b")));
    assert_eq!(keys.add_next(key("b")), Err(duplicate.clone()));
    let twice = KeyRing::new(key("b")).also_verify(key("b"));
    assert_eq!(keys.replace(twice), Err(duplicate));

    let weak = || JwtKey::hs256(kid("w"), Secret::new("hunter2"));
    let refused = KeyRingError::Weak {
        kid: kid("w"),
        weakness: SecretWeakness::TooShort { bytes: 7 },
    };
    assert_eq!(keys.add_next(weak()), Err(refused.clone()));
    assert_eq!(keys.replace(KeyRing::new(weak())), Err(refused));

    #[cfg(feature = "jwt")]
    {
        let problem = KeyRingProblem::SignerVerifiesOnly(kid("c"));
        let silent = KeyRing::new(crate::token::tests::public_key("c"));
        assert_eq!(keys.replace(silent), Err(KeyRingError::Problem(problem)));
    }
    assert_eq!(
        keys.activate(&kid("z")),
        Err(KeyRingError::Unknown(kid("z")))
    );
    assert_eq!(keys.retire(&kid("a")), Err(KeyRingError::Active(kid("a"))));
    assert_eq!(states(&keys), before);
}

#[test]
fn ring_can_be_built_from_current_ring() {
    let keys = SharedKeyRing::new(KeyRing::new(key("a")));
    let of_a = sign(&keys);
    let old = Arc::clone(keys.current().keys().next().unwrap());
    let ring = KeyRing::new(key("b")).also_verify(old);
    let clone = keys.clone();
    clone.replace(ring).unwrap();
    assert_eq!(read(&keys, &of_a), Ok(()), "clones are one ring");
    let expected = [("b", KeyState::Active), ("a", KeyState::VerifyOnly)];
    assert_eq!(
        states(&keys),
        expected.map(|(kid, state)| (kid.to_owned(), state))
    );
}

/// A reader keeps the ring that it has read, and a later reader gets the new one.
#[test]
fn ring_in_use_does_not_change() {
    let keys = SharedKeyRing::new(KeyRing::new(key("a")));
    let before = keys.current();
    keys.replace(KeyRing::new(key("b"))).unwrap();
    assert_eq!(before.signer().kid(), &kid("a"));
    assert_eq!(keys.current().signer().kid(), &kid("b"));
}

/// A ring of a master follows it in all states, and cannot be changed directly.
#[test]
fn derived_rings_follow_their_master() {
    let master = MasterSecret::new(secret(1));
    let keys = SharedKeyRing::from(master.keys(Purpose::ACCESS_TOKEN));
    let of_first = sign(&keys);
    let next = master.add_next(secret(2)).unwrap();
    let of_states = |keys: &SharedKeyRing| states(keys).into_iter().map(|(_, state)| state);
    assert!(of_states(&keys).eq([KeyState::Active, KeyState::Next]));
    let first = master.kid();
    master.activate(&next).unwrap();
    let of_second = sign(&keys);
    assert_ne!(of_first, of_second);
    assert_eq!(
        (read(&keys, &of_first), read(&keys, &of_second)),
        (Ok(()), Ok(()))
    );
    master.retire(&first).unwrap();
    assert_eq!(read(&keys, &of_first), Err(InvalidToken::UnknownKey));
    assert_eq!(read(&keys, &of_second), Ok(()));

    let derived = Err(KeyRingError::Derived);
    assert_eq!(keys.add_next(key("a")), derived);
    assert_eq!(keys.activate(&kid("a")), derived);
    assert_eq!(keys.retire(&kid("a")), derived);
    assert_eq!(keys.replace(KeyRing::new(key("a"))), derived);
}

/// The names of derived keys depend on the key alone, and are the same on every machine.
#[test]
fn derived_keys_equal_keys_of_the_purpose() {
    let master = MasterSecret::new(secret(1));
    let keys = SharedKeyRing::from(master.keys(Purpose::ACCESS_TOKEN));
    let alone = JwtKey::hs256_auto_kid(master.derive(Purpose::ACCESS_TOKEN));
    assert_eq!(keys.current().signer().kid(), alone.kid());
    assert!(alone.uses_secret(&master.derive(Purpose::ACCESS_TOKEN)));
}

/// Four threads sign and read while the ring changes twice: every token is valid when it is made
/// and read under one ring or the next. Once its key is retired, no token is.
#[test]
fn ring_can_change_while_threads_read_it() {
    let keys = SharedKeyRing::new(KeyRing::new(key("a")));
    change_while_threads_read(&keys, || {
        keys.add_next(key("b")).unwrap();
        keys.activate(&kid("b")).unwrap();
        keys.add_next(key("c")).unwrap();
        keys.activate(&kid("c")).unwrap();
    });
    let old = sign(&SharedKeyRing::new(KeyRing::new(key("a"))));
    assert_eq!(read(&keys, &old), Ok(()));
    keys.retire(&kid("a")).unwrap();
    assert_eq!(read(&keys, &old), Err(InvalidToken::UnknownKey));
}

/// The same with the keys of a master.
#[test]
fn master_can_change_while_threads_read_its_keys() {
    let master = MasterSecret::new(secret(1));
    let keys = SharedKeyRing::from(master.keys(Purpose::ACCESS_TOKEN));
    let (first, old) = (master.kid(), sign(&keys));
    change_while_threads_read(&keys, || {
        for number in [2, 3] {
            let next = master.add_next(secret(number)).unwrap();
            master.activate(&next).unwrap();
        }
    });
    assert_eq!(read(&keys, &old), Ok(()));
    master.retire(&first).unwrap();
    assert_eq!(read(&keys, &old), Err(InvalidToken::UnknownKey));
}

/// Runs `change` while four threads sign and read, each at least a hundred times before and after.
fn change_while_threads_read(keys: &SharedKeyRing, change: impl FnOnce()) {
    const READERS: usize = 4;
    let (started, changed) = (Barrier::new(READERS + 1), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                let mut tokens = vec![sign(keys)];
                let mut round = || {
                    for _ in 0..100 {
                        tokens.push(sign(keys));
                        let middle = tokens.len() / 2;
                        for token in [&tokens[0], &tokens[middle], &tokens[tokens.len() - 1]] {
                            assert_eq!(read(keys, token), Ok(()));
                        }
                    }
                };
                round();
                started.wait();
                while !changed.load(Ordering::Acquire) {
                    round();
                }
                round();
            });
        }
        started.wait();
        change();
        changed.store(true, Ordering::Release);
    });
}
