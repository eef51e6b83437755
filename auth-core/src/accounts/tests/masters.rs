//! Mailed tokens while one master secret takes over from another.

use super::World;
use crate::accounts::{AccountSecrets, ResetPasswordError, VerifyError};
use crate::secret::{MasterSecret, Secret};
use crate::testing::{email, master_secret, password, registration};
use crate::token::KeyId;

const ADA: &str = "ada@example.com";
const NEW: &str = "an engine of difference";

/// Ada, who has been mailed a token of each kind.
async fn with_ada(secrets: impl Into<AccountSecrets>) -> (World, String, String) {
    let world = World::of(secrets, |builder| builder);
    world
        .accounts
        .register(registration(ADA), &world.context())
        .await
        .unwrap();
    let verify = world.outbox.latest("verify", ADA).unwrap();
    let reset = ask_reset(&world).await;
    (world, verify, reset)
}

async fn ask_reset(world: &World) -> String {
    world
        .accounts
        .forgot_password(email(ADA), &world.context())
        .await
        .unwrap();
    world.accounts.wait_idle().await;
    world.outbox.latest("reset", ADA).unwrap()
}

async fn is_bad(world: &World, reset: &str) -> bool {
    let refused = world
        .accounts
        .reset_password(reset, password(NEW), &world.context())
        .await;
    matches!(refused, Err(ResetPasswordError::BadToken))
}

/// Lets a new master take over, and says the name of the old one.
fn take_over(master: &MasterSecret) -> KeyId {
    let old = master.kid();
    let new = master.add_next(Secret::generate().unwrap()).unwrap();
    master.activate(&new).unwrap();
    old
}

/// A13.3.4: what was mailed before is good afterwards, with the digests that it is bound to.
#[tokio::test]
async fn mailed_tokens_outlive_a_change_of_master() {
    let master = master_secret();
    let (world, verify, reset) = with_ada(&master).await;
    take_over(&master);
    assert!(
        world
            .accounts
            .verify(&verify, &world.context())
            .await
            .unwrap()
            .is_verified()
    );
    let replaced = world
        .accounts
        .reset_password(&reset, password(NEW), &world.context())
        .await;
    assert!(replaced.is_ok());
    assert!(is_bad(&world, &reset).await, "spent");
}

/// A13.3.4: with the master its tokens are gone.
#[tokio::test]
async fn tokens_of_a_retired_master_are_refused() {
    let master = master_secret();
    let (world, verify, reset) = with_ada(&master).await;
    master.retire(&take_over(&master)).unwrap();
    let refused = world.accounts.verify(&verify, &world.context()).await;
    assert!(matches!(refused, Err(VerifyError::BadToken)));
    assert!(is_bad(&world, &reset).await);
    let reset = ask_reset(&world).await;
    let replaced = world
        .accounts
        .reset_password(&reset, password(NEW), &world.context())
        .await;
    assert!(replaced.is_ok(), "those of the new one are good");
}

/// C-FP-07: a later request makes the tokens of earlier ones worthless, whichever master signed them.
#[tokio::test]
async fn the_latest_reset_token_is_the_only_one_under_all_masters() {
    let master = master_secret();
    let (world, _, of_old) = with_ada(&master).await;
    let old = take_over(&master);
    let of_new = ask_reset(&world).await;
    assert!(is_bad(&world, &of_old).await);

    master.activate(&old).unwrap();
    let latest = ask_reset(&world).await;
    assert!(is_bad(&world, &of_old).await);
    assert!(is_bad(&world, &of_new).await);
    let replaced = world
        .accounts
        .reset_password(&latest, password(NEW), &world.context())
        .await;
    assert!(replaced.is_ok());
}

/// B-05: also under another master a token proves the address that it was mailed to, and no other.
#[tokio::test]
async fn a_token_of_an_old_master_is_bound_to_its_address() {
    use crate::accounts::SelfUpdate;
    use crate::testing::PASSWORD;
    use crate::user::NoColumns;

    let master = master_secret();
    let (world, verify, _) = with_ada(&master).await;
    let name = email(ADA).into();
    let ada = world
        .accounts
        .database()
        .find(&name)
        .await
        .unwrap()
        .unwrap();
    take_over(&master);
    let update = SelfUpdate {
        email: Some(email("ada@example.org")),
        current_password: Some(password(PASSWORD)),
        columns: NoColumns,
    };
    world
        .accounts
        .update_self(&ada, update, &world.context())
        .await
        .unwrap();
    let of_new = world.outbox.latest("verify", "ada@example.org").unwrap();
    let proven = world.accounts.verify(&of_new, &world.context()).await;
    assert!(proven.is_ok());
    let refused = world.accounts.verify(&verify, &world.context()).await;
    assert!(matches!(refused, Err(VerifyError::BadToken)));
}

/// Secrets of one's own work as a master does, and do not change.
#[tokio::test]
async fn separate_secrets_make_and_read_tokens() {
    let secret = || Secret::generate().unwrap();
    let secrets = AccountSecrets::separate(secret(), secret(), secret());
    let (world, verify, reset) = with_ada(secrets).await;
    assert!(
        world
            .accounts
            .verify(&verify, &world.context())
            .await
            .unwrap()
            .is_verified()
    );
    let replaced = world
        .accounts
        .reset_password(&reset, password(NEW), &world.context())
        .await;
    assert!(replaced.is_ok());
}

/// An old master is accepted from the start on, as after a restart between the steps.
#[tokio::test]
async fn an_old_master_can_be_configured() {
    let bytes = *b"\x8f\x0e\xd1\x4c\x92\x37\xb8\x60\x1a\xe5\x7d\x23\xc4\x99\x5b\x06\
        \xf2\x48\xa1\x3e\xd7\x84\x6c\x10\x95\xbb\x2f\x71\xe8\x5d\x0a\x36";
    let master = MasterSecret::from_bytes(bytes);
    let (world, _, reset) = with_ada(&master).await;
    let restarted = MasterSecret::new(Secret::generate().unwrap()).also_accept(Secret::new(bytes));
    let tokens = crate::accounts::email_token::EmailTokens::new(
        AccountSecrets::from(&restarted),
        "users",
        time::Duration::HOUR,
    );
    let read = tokens.read_reset::<crate::user::User>(&reset, world.accounts.now());
    assert_eq!(read.unwrap().generation, 1);
}
