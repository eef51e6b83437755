//! The limit of mail to one address.

use super::World;
use crate::testing::{email, password, registration};

const NEW: &str = "an engine of difference";

/// C-FP-02: a thousand requests are ten mails, and the last of them still works.
#[tokio::test]
async fn a_flood_of_requests_fills_no_mailbox() {
    let world = World::new();
    world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let resets = || {
        world
            .outbox
            .items()
            .into_iter()
            .filter(|item| item.kind == "reset")
            .count()
    };
    for _ in 0..1000 {
        world
            .accounts
            .forgot_password(email("ada@example.com"), &world.context())
            .await
            .unwrap();
        world.accounts.wait_idle().await;
    }
    assert_eq!(resets(), 9, "and the mail of the registration");
    let last = world.outbox.latest("reset", "ada@example.com").unwrap();
    assert!(
        world
            .accounts
            .reset_password(&last, password(NEW), &world.context())
            .await
            .is_ok()
    );
    world.clock.advance(time::Duration::HOUR);
    world
        .accounts
        .forgot_password(email("ada@example.com"), &world.context())
        .await
        .unwrap();
    world.accounts.wait_idle().await;
    assert_eq!(resets(), 10, "an hour later there is mail again");
}

/// C-FP-02: with a token lifetime below an hour, a flood of requests does not lock the owner of an address
/// out: as soon as the last token has expired, a request is mailed again, and only one.
#[tokio::test]
async fn flood_does_not_prevent_a_reset_after_the_last_token_has_expired() {
    let lifetime = std::time::Duration::from_mins(10);
    let world = World::with(|builder| builder.account_token_lifetime(lifetime));
    let (ada, context) = (email("ada@example.com"), world.context());
    world
        .accounts
        .register(registration("ada@example.com"), &world.context())
        .await
        .unwrap();
    let flood = async || {
        for _ in 0..20 {
            let asked = world.accounts.forgot_password(ada.clone(), &context);
            asked.await.unwrap();
            world.accounts.wait_idle().await;
        }
        let items = world.outbox.items();
        items.iter().filter(|item| item.kind == "reset").count()
    };
    let first = flood().await;
    assert!(first <= 10, "{first}");
    for later in 1..=5 {
        world.clock.advance(time::Duration::minutes(10));
        assert_eq!(flood().await, first + later);
        let token = world.outbox.latest("reset", "ada@example.com").unwrap();
        let replaced = world
            .accounts
            .reset_password(&token, password(NEW), &context);
        assert!(replaced.await.is_ok());
    }
}
