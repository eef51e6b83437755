//! The cost of a reply does not show whether an account exists: the same hashes, the same calls.

use auth_core::testing::PASSWORD;
use serde_json::json;

use crate::world::{World, block_on};

/// A6.3.8, B-62: an unknown user costs one hash and one look-up, exactly like a wrong password.
#[test]
fn failed_login_costs_the_same_for_unknown_users() {
    block_on(async {
        let world = World::with_ada().await;
        let mut costs = Vec::new();
        for address in ["ada@example.com", "unknown@example.com"] {
            let (hashes, calls) = (world.auth.accounts().hasher().hashes_done(), world.calls());
            let reply = world.login(address, "a guess that leads nowhere").await;
            assert_eq!(reply.status, 400);
            world.wait_idle().await;
            let after = world.calls();
            costs.push((
                world.auth.accounts().hasher().hashes_done() - hashes,
                after.0 - calls.0,
                after.1 - calls.1,
            ));
        }
        assert_eq!(costs, [(1, 1, 0), (1, 1, 0)]);
        assert_eq!(world.login("ada@example.com", PASSWORD).await.status, 200);
    });
}

/// C-FP-01: the reply to a request for a mail has cost one call to the expiring store, and none to
/// the users, for every address. On one thread what is spawned has not begun by then.
#[test]
fn mail_request_costs_the_same_for_unknown_addresses() {
    block_on(async {
        let world = World::with_ada().await;
        // A token that is mailed is counted, and a reset token has a generation, too.
        for (path, counts) in [
            ("/auth/forgot-password", 2),
            ("/auth/request-verify-token", 1),
        ] {
            for address in ["ada@example.com", "unknown@example.com"] {
                let before = world.calls();
                let reply = world.post(path, &json!({ "email": address })).await;
                assert_eq!((reply.status, reply.body.len()), (202, 0));
                let after = world.calls();
                assert_eq!(
                    (after.0 - before.0, after.1 - before.1),
                    (0, 1),
                    "{path} {address}"
                );
                world.wait_idle().await;
                let later = world.calls();
                assert_eq!(
                    (later.0 - after.0, later.1 - after.1),
                    (1, counts),
                    "{path} {address}"
                );
            }
        }
    });
}
