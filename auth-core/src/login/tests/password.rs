//! The check of a password: equal work, and hashes with today's parameters.

use std::num::NonZeroUsize;

use super::{World, ada};
use crate::event::EventKind;
use crate::login::{AuthMethod, LoginError};
use crate::password::{Argon2Params, PasswordHash, PasswordHasher};
use crate::store::{NewUser, UserChange, UserDatabase};
use crate::testing::{PASSWORD, email, password};
use crate::user::{NoColumns, Roles};

async fn store_hash(world: &World, stored: &str) {
    let user = world.register("ada@example.com").await;
    let change = UserChange {
        password_hash: Some(PasswordHash::from_stored(stored.to_owned())),
        ..UserChange::default()
    };
    world.change(&user, change).await;
}

async fn stored_hash(world: &World) -> String {
    let user = world.database.find(&ada()).await.unwrap().unwrap();
    user.password_hash().unwrap().as_stored_str().to_owned()
}

/// A6.3.8: an unknown user and a wrong password cost the same statements and the same hashes.
#[tokio::test]
async fn unknown_and_wrong_are_the_same_work() {
    let world = World::with_ada().await;
    let accounts = world.auth.accounts();
    let mut costs = Vec::new();
    for who in [ada(), email("unknown@example.com").into()] {
        let before = (world.users.calls(), accounts.hasher().hashes_done());
        let wrong = password("another password");
        let refused = accounts
            .check_password(&who, wrong, &accounts.context())
            .await;
        assert!(matches!(refused, Err(LoginError::BadCredentials)));
        let after = (world.users.calls(), accounts.hasher().hashes_done());
        costs.push((after.0 - before.0, after.1 - before.1));
    }
    assert_eq!(costs, [(1, 1), (1, 1)]);
    assert_eq!(world.raised(EventKind::LoginFailed), 2);
    let calls = world.calls().await;
    assert_eq!(calls, ["wrong password", "unknown user"]);
}

#[tokio::test]
async fn proof_of_a_password_names_its_user_method_and_time() {
    let world = World::with_ada().await;
    let proof = world.proof().await;
    assert_eq!(proof.user().email().as_str(), "ada@example.com");
    assert_eq!(*proof.methods(), AuthMethod::PASSWORD.into());
    assert_eq!(proof.at(), Some(world.auth.accounts().now()));
    assert!(!format!("{proof:?}").contains("ada"));
}

/// C-PS-03, C-PS-07: a bcrypt hash from elsewhere logs in once, and is Argon2id afterwards. The
/// epoch stays: no session ends by it.
#[cfg(feature = "bcrypt")]
#[tokio::test]
async fn a_hash_from_elsewhere_is_replaced_at_login() {
    let world = World::new();
    // From the test suite of crypt_blowfish.
    let bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    store_hash(&world, bcrypt).await;
    for _ in 0..2 {
        let proof = world.check("U*U").await.unwrap();
        let epoch = proof.user().epoch();
        world.log_in("api", proof).await.unwrap();
        assert!(stored_hash(&world).await.starts_with("$argon2id$"));
        let user = world.database.find(&ada()).await.unwrap().unwrap();
        assert_eq!(user.epoch(), epoch);
        assert_eq!(world.raised(EventKind::PasswordRehashed), 1, "once");
    }
}

#[tokio::test]
async fn parameters_that_rise_raise_the_stored_hash() {
    let params = Argon2Params::dangerous_below_floor(16, 2, 1).unwrap();
    let stronger = PasswordHasher::builder()
        .params(params)
        .threads(NonZeroUsize::MIN)
        .build();
    let world = World::with(|builder| builder.hasher(stronger));
    let cheap = crate::testing::fast_hasher();
    let cheap = cheap.hash(&password(PASSWORD)).await.unwrap();
    store_hash(&world, cheap.as_stored_str()).await;
    world.logged_in("jwt").await;
    assert!(stored_hash(&world).await.contains("m=16,t=2,p=1"));
}

/// A16.5.3: a store that fails is neither a wrong password nor a right one.
#[tokio::test]
async fn a_failing_store_is_unavailable() {
    let world = World::with_ada().await;
    world.users.fail(true);
    let refused = world.check(PASSWORD).await;
    assert!(matches!(refused, Err(LoginError::Unavailable(_))));
    assert_eq!(world.raised(EventKind::LoginFailed), 0);
}

/// A6.2.10: a password does not expire by itself.
#[tokio::test]
async fn ten_years_later_the_password_still_works() {
    let world = World::with_ada().await;
    world.clock.advance(time::Duration::days(3653));
    world.logged_in("api").await;
}

/// C-PS-02, C-PS-04: hashes of scrypt and PBKDF2 do not verify with the right password, whether their
/// parameters are strong or weak. They were computed with Python.
#[tokio::test]
async fn hashes_of_other_schemes_do_not_verify() {
    for stored in [
        "$scrypt$ln=17,r=8,p=1$c2FsdHNhbHRzYWx0$oqQE2/wH17j3iU5JoqtzRss7gSQnrqzyR9dImbJlnFE",
        "$scrypt$ln=14,r=8,p=1$c2FsdHNhbHRzYWx0$4KBl5Us+XCUXyMVvF/JNH2zPLTH6DEzXLxzJ3muStlU",
        "$pbkdf2-sha256$i=600000,l=32$c2FsdHNhbHRzYWx0$LxxoywDmiZnBn85ovd4XGm54Tj2GdRgKslIQ3HQ66lU",
        "$pbkdf2-sha512$i=1000,l=64$c2FsdHNhbHRzYWx0$ObKcBm1tSk79YhuvI8Zrncs0rpGiPZ86FVP22B4e1ys7GShXK9Y3BMdr4QHtQYGuIAL4uS5pm91QZ16V+IL3zw",
        "pbkdf2_sha256$600000$saltsaltsalt$LxxoywDmiZnBn85ovd4XGm54Tj2GdRgKslIQ3HQ66lU=",
    ] {
        let world = World::new();
        store_hash(&world, stored).await;
        let refused = world.check(PASSWORD).await;
        assert!(
            matches!(refused, Err(LoginError::BadCredentials)),
            "{stored}"
        );
        let hashes = world.auth.accounts().hasher().hashes_done();
        assert_eq!(hashes, 2, "the same work as ever");
    }
}

/// B-18: an account without a password has no hash, and no password logs in: a blank one neither.
#[tokio::test]
async fn account_without_a_password_is_not_entered_with_one() {
    assert!(crate::Password::parse("").is_err());
    let world = World::new();
    let new = NewUser {
        email: email("ada@example.com"),
        username: None,
        password_hash: None,
        is_active: true,
        is_verified: true,
        is_superuser: false,
        roles: Roles::none(),
        created_at: world.auth.accounts().now(),
        columns: NoColumns,
    };
    world.database.insert(new).await.unwrap();
    let stored = world.database.find(&ada()).await.unwrap().unwrap();
    assert!(stored.password_hash().is_none());
    for text in [" ", "\0", "null", PASSWORD] {
        let refused = world.check(text).await;
        assert!(
            matches!(refused, Err(LoginError::BadCredentials)),
            "{text:?}"
        );
    }
    assert_eq!(world.auth.accounts().hasher().hashes_done(), 4);
}
