//! Login: the same work for everybody, and hashes that keep up with the times.

use std::num::NonZeroUsize;

use super::World;
use crate::accounts::{AdminUpdate, LoginError};
use crate::event::EventKind;
use crate::password::{Argon2Params, PasswordHash, PasswordHasher};
use crate::store::{LoginIdentifier, Precondition, UserChange};
use crate::testing::{PASSWORD, email, password, registration};

fn ada() -> LoginIdentifier {
    email("ada@example.com").into()
}

/// A6.3.8: an unknown user and a wrong password cost the same statements and the same hashes.
#[tokio::test]
async fn unknown_and_wrong_are_the_same_work() {
    let world = World::new();
    world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let mut costs = Vec::new();
    for who in [ada(), email("nobody@example.com").into()] {
        let before = (world.users.calls(), world.accounts.hasher().hashes_done());
        let refused = world
            .accounts
            .authenticate(&who, &password("another password"), &world.context())
            .await;
        assert!(matches!(refused, Err(LoginError::BadCredentials)));
        let after = (world.users.calls(), world.accounts.hasher().hashes_done());
        costs.push((after.0 - before.0, after.1 - before.1));
    }
    assert_eq!(costs, [(1, 1), (1, 1)]);
    assert_eq!(world.raised(EventKind::LoginFailed), 2);
}

#[tokio::test]
async fn the_state_of_an_account_is_told_only_after_the_password() {
    let world = World::with(|builder| builder.require_verification(true));
    let user = world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let try_with = async |text| {
        world
            .accounts
            .authenticate(&ada(), &password(text), &world.context())
            .await
    };
    assert!(matches!(
        try_with("wrong password").await,
        Err(LoginError::BadCredentials)
    ));
    assert!(matches!(
        try_with(PASSWORD).await,
        Err(LoginError::NotVerified)
    ));
    let off = AdminUpdate {
        is_active: Some(false),
        ..AdminUpdate::default()
    };
    world
        .accounts
        .update_as_admin(&user.id, off, &world.context())
        .await
        .unwrap();
    assert!(matches!(
        try_with("wrong password").await,
        Err(LoginError::BadCredentials)
    ));
    assert!(matches!(
        try_with(PASSWORD).await,
        Err(LoginError::Inactive)
    ));
}

async fn store_hash(world: &World, stored: &str) {
    let user = world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let hash = Some(PasswordHash::from_stored(stored.to_owned()));
    let change = UserChange {
        password_hash: hash,
        ..UserChange::default()
    };
    world
        .accounts
        .inner
        .database
        .update(&user.id, change, Precondition::anything())
        .await
        .unwrap();
}

/// C-PS-03, C-PS-07: a bcrypt hash from elsewhere logs in once, and is Argon2id afterwards. The
/// epoch stays: nobody is logged out by it.
#[cfg(feature = "bcrypt")]
#[tokio::test]
async fn a_hash_from_elsewhere_is_replaced_at_login() {
    let world = World::new();
    // From the test suite of crypt_blowfish.
    store_hash(
        &world,
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    )
    .await;
    let login = world
        .accounts
        .authenticate(&ada(), &password("U*U"), &world.context())
        .await
        .unwrap();
    let epoch = login.user().account.epoch;
    let stored = world.accounts.get(&login.user().id).await.unwrap().unwrap();
    assert!(
        stored
            .account
            .password_hash
            .unwrap()
            .as_stored_str()
            .starts_with("$argon2id$")
    );
    assert_eq!(stored.account.epoch, epoch);
    assert_eq!(world.raised(EventKind::PasswordRehashed), 1);
    world
        .accounts
        .authenticate(&ada(), &password("U*U"), &world.context())
        .await
        .unwrap();
    assert_eq!(world.raised(EventKind::PasswordRehashed), 1, "once");
}

#[tokio::test]
async fn parameters_that_rise_raise_the_stored_hash() {
    let params = Argon2Params::dangerous_below_floor(16, 2, 1).unwrap();
    let stronger = PasswordHasher::builder()
        .params(params)
        .threads(NonZeroUsize::MIN)
        .build();
    let world = World::with(|builder| builder.hasher(stronger));
    let cheap = crate::testing::fast_hasher()
        .hash(&password(PASSWORD))
        .await
        .unwrap();
    store_hash(&world, cheap.as_stored_str()).await;
    let login = world
        .accounts
        .authenticate(&ada(), &password(PASSWORD), &world.context())
        .await
        .unwrap();
    let stored = world.accounts.get(&login.user().id).await.unwrap().unwrap();
    assert!(
        stored
            .account
            .password_hash
            .unwrap()
            .as_stored_str()
            .contains("m=16,t=2,p=1")
    );
}

/// A16.5.3: a store that fails is neither a wrong password nor a right one.
#[tokio::test]
async fn a_failing_store_is_unavailable() {
    let world = World::new();
    world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    world.users.fail(true);
    let refused = world
        .accounts
        .authenticate(&ada(), &password(PASSWORD), &world.context())
        .await;
    assert!(matches!(refused, Err(LoginError::Unavailable(_))));
}

/// A6.2.10: a password does not expire by itself.
#[tokio::test]
async fn ten_years_later_the_password_still_works() {
    let world = World::new();
    world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    world.clock.advance(time::Duration::days(3653));
    assert!(
        world
            .accounts
            .authenticate(&ada(), &password(PASSWORD), &world.context())
            .await
            .is_ok()
    );
}

/// C-PS-02, C-PS-04: hashes of scrypt and PBKDF2 are no way in, whatever their parameters.
#[tokio::test]
async fn hashes_of_other_schemes_do_not_verify() {
    for stored in [
        "$scrypt$ln=17,r=8,p=1$c2FsdHNhbHRzYWx0$Nn4T1WQ5yN4l0bWmGk1cXh7e2m9zQv8sTq3uYp6rKdA",
        "$pbkdf2-sha256$i=600000,l=32$c2FsdHNhbHRzYWx0$Nn4T1WQ5yN4l0bWmGk1cXh7e2m9zQv8sTq3uYp6rKdA",
        "pbkdf2_sha256$600000$salt$hash=",
    ] {
        let world = World::new();
        store_hash(&world, stored).await;
        let refused = world
            .accounts
            .authenticate(&ada(), &password(PASSWORD), &world.context())
            .await;
        assert!(
            matches!(refused, Err(LoginError::BadCredentials)),
            "{stored}"
        );
        assert_eq!(
            world.accounts.hasher().hashes_done(),
            2,
            "the same work as ever"
        );
    }
}
