//! Every step from every state.

use super::*;

#[derive(Debug)]
struct Key {
    kid: KeyId,
    can_sign: bool,
    weakness: Option<SecretWeakness>,
}

impl RotatableKey for Key {
    fn kid(&self) -> &KeyId {
        &self.kid
    }

    fn weakness(&self) -> Option<SecretWeakness> {
        self.weakness
    }

    fn can_sign(&self) -> bool {
        self.can_sign
    }
}

fn kid(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

fn key(name: &str) -> Arc<Key> {
    Arc::new(Key {
        kid: kid(name),
        can_sign: true,
        weakness: None,
    })
}

/// Returns a ring as a text: `a*` is active, `+b` is next, `c` only verifies.
fn shown(ring: &Rotation<Key>) -> String {
    let shown = ring.states().map(|(state, key)| match state {
        KeyState::Active => format!("{}*", key.kid),
        KeyState::Next => format!("+{}", key.kid),
        KeyState::VerifyOnly => key.kid.to_string(),
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn ring() -> Rotation<Key> {
    Rotation::new(key("a"))
        .with_next(key("b"))
        .with_verify_only(key("c"))
}

/// A13.3.4: all states of a key, step by step.
#[test]
fn key_goes_through_its_states() {
    let ring = Rotation::new(key("a"));
    let announced = ring.add_next(key("b")).unwrap();
    assert_eq!(shown(&announced), "a* +b");
    let activated = announced.activate(&kid("b")).unwrap();
    assert_eq!(shown(&activated), "b* a");
    let retired = activated.retire(&kid("a")).unwrap();
    assert_eq!(shown(&retired), "b*");
    assert_eq!(shown(&ring), "a*", "a step makes a new value");
}

#[test]
fn steps_from_each_state_have_expected_result() {
    let activate = |name| ring().activate(&kid(name)).map(|ring| shown(&ring));
    assert_eq!(activate("a"), Ok("a* +b c".to_owned()), "it is already");
    assert_eq!(activate("b"), Ok("b* a c".to_owned()));
    assert_eq!(activate("c"), Ok("c* a +b".to_owned()), "back again");
    assert_eq!(activate("d"), Err(KeyRingError::Unknown(kid("d"))));

    let retire = |name| ring().retire(&kid(name)).map(|ring| shown(&ring));
    assert_eq!(retire("a"), Err(KeyRingError::Active(kid("a"))));
    assert_eq!(retire("b"), Ok("a* c".to_owned()), "never used");
    assert_eq!(retire("c"), Ok("a* +b".to_owned()));
    assert_eq!(retire("d"), Err(KeyRingError::Unknown(kid("d"))));
}

#[test]
fn weak_and_duplicate_keys_are_rejected() {
    for name in ["a", "b", "c"] {
        let fault = KeyRingProblem::DuplicateKid(kid(name));
        let refused = ring().add_next(key(name)).map(drop);
        assert_eq!(refused, Err(KeyRingError::Problem(fault)), "{name}");
    }
    let weakness = SecretWeakness::TooShort { bytes: 7 };
    let weak = Arc::new(Key {
        kid: kid("d"),
        can_sign: true,
        weakness: Some(weakness),
    });
    let kid_of_weak = kid("d");
    assert_eq!(
        ring().add_next(weak).map(drop),
        Err(KeyRingError::Weak {
            kid: kid_of_weak,
            weakness
        }),
    );
}

#[test]
fn key_that_cannot_sign_is_never_active() {
    let public = Arc::new(Key {
        kid: kid("d"),
        can_sign: false,
        weakness: None,
    });
    let ring = ring().add_next(Arc::clone(&public)).unwrap();
    let fault = KeyRingProblem::SignerVerifiesOnly(kid("d"));
    assert_eq!(
        ring.activate(&kid("d")).map(drop),
        Err(KeyRingError::Problem(fault.clone())),
    );
    let faulty = Rotation::new(public).checked().map(drop);
    assert_eq!(faulty, Err(KeyRingError::Problem(fault)));
}
