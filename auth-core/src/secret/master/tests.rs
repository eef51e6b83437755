//! Rotation of master secrets, and the keys that follow them.

use super::*;
use crate::keys::KeyRingProblem;
use crate::secret::same_secret;

const PURPOSE: Purpose = Purpose::ACCESS_TOKEN;

fn secret(byte: u8) -> Secret {
    // Random enough for the rules on weak secrets, and the same in every run.
    let label = [byte];
    let bytes = keyed_digest_bytes(&Secret::new("tests of masters"), &[&label]);
    Secret::new(bytes)
}

fn kid(byte: u8) -> KeyId {
    MasterSecret::new(secret(byte)).kid()
}

#[test]
fn clones_share_one_master() {
    let master = MasterSecret::new(secret(1));
    let clone = master.clone();
    let derived = || (master.derive(PURPOSE), clone.derive(PURPOSE));
    let (of_master, of_clone) = derived();
    assert!(same_secret(&of_master, &of_clone));
    let new = clone.add_next(secret(2)).unwrap();
    master.activate(&new).unwrap();
    let (changed, of_clone) = derived();
    assert!(same_secret(&changed, &of_clone));
    assert!(!same_secret(&changed, &of_master));
}

/// A13.3.4: a new master becomes active, and the old one is retired.
#[test]
fn sub_keys_follow_their_master() {
    let master = MasterSecret::new(secret(1));
    let keys = master.keys(PURPOSE);
    let seen = || {
        let kids = keys.all().into_iter().map(|key| key.kid().clone());
        kids.collect::<Vec<_>>()
    };
    assert_eq!(seen(), [kid(1)]);
    master.add_next(secret(2)).unwrap();
    assert_eq!(seen(), [kid(1), kid(2)]);
    master.activate(&kid(2)).unwrap();
    assert_eq!(seen(), [kid(2), kid(1)]);
    for byte in [1, 2] {
        let alone = MasterSecret::new(secret(byte)).derive(PURPOSE);
        let found = keys.find(kid(byte).as_str()).unwrap();
        assert!(same_secret(found.secret(), &alone), "{byte}");
    }
    master.retire(&kid(1)).unwrap();
    assert_eq!(seen(), [kid(2)]);
    assert!(keys.find(kid(1).as_str()).is_none());
}

#[test]
fn sub_keys_are_derived_once() {
    let master = MasterSecret::new(secret(1));
    let keys = master.keys(PURPOSE);
    assert!(Arc::ptr_eq(&keys.active(), &keys.clone().active()));
}

#[test]
fn invalid_steps_change_nothing() {
    let master = MasterSecret::new(secret(1)).also_accept(secret(2));
    let before = master.states();
    let duplicate = KeyRingError::Problem(KeyRingProblem::DuplicateKid(kid(2)));
    assert_eq!(master.add_next(secret(2)), Err(duplicate));
    assert!(matches!(
        master.add_next(Secret::new("hunter2")),
        Err(KeyRingError::Weak { .. }),
    ));
    assert_eq!(master.activate(&kid(3)), Err(KeyRingError::Unknown(kid(3))));
    assert_eq!(master.retire(&kid(3)), Err(KeyRingError::Unknown(kid(3))));
    assert_eq!(master.retire(&kid(1)), Err(KeyRingError::Active(kid(1))));
    assert_eq!(master.states(), before);
}

#[test]
fn old_master_is_accepted_once() {
    let master = MasterSecret::new(secret(1))
        .also_accept(secret(2))
        .also_accept(secret(2))
        .also_accept(secret(1));
    let expected = [(kid(1), KeyState::Active), (kid(2), KeyState::VerifyOnly)];
    assert_eq!(master.states(), expected);
}

/// J-05: an old master is checked like the active one.
#[test]
fn every_weak_master_is_reported() {
    let master = MasterSecret::new(secret(1));
    assert_eq!(master.weakness(), None);
    let weak = master.also_accept(Secret::new("hunter2"));
    assert_eq!(weak.weakness(), Some(SecretWeakness::TooShort { bytes: 7 }));
}

/// A16.2.5: names and states, and no secret.
#[test]
fn debug_shows_no_secret() {
    let master = MasterSecret::from_bytes("hunter2");
    let kid = master.kid();
    assert_eq!(
        format!("{master:?}"),
        format!("MasterSecret([({kid:?}, Active)])")
    );
    assert_eq!(
        format!("{:?}", master.keys(PURPOSE)),
        format!("SubKeys([({kid:?}, Active)])"),
    );
    assert_eq!(
        format!("{:?}", master.keys(PURPOSE).active()),
        format!("SubKey {{ kid: {kid:?}, secret: Secret([redacted]) }}"),
    );
}
