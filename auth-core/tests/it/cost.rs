//! The cost of a reply does not show whether an account exists: the same hashes, the same calls.

use auth_core::accounts::Privileges;
use auth_core::testing::conformance::WireRequest;
use auth_core::testing::{PASSWORD, registration};
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

/// B-60, C-PS-08: a password above the limit is refused by every route that takes one, before any hash.
#[test]
fn long_password_costs_no_hash() {
    block_on(async {
        let world = World::with_ada().await;
        let accounts = world.auth.accounts();
        let privileges = Privileges::none().verified().superuser();
        let root = registration("root@example.com");
        let context = accounts.context();
        let root = accounts.create_privileged(root, privileges, &context).await;
        let root = root.unwrap();
        let by_id = format!("/users/{}", root.id);
        let reply = world.login("root@example.com", PASSWORD).await.json();
        let (token, admin) = (world.token().await, reply["access_token"].as_str().unwrap());
        let mailed = world.outbox.latest("verify", "ada@example.com").unwrap();
        let before = accounts.hasher().hashes_done();
        for (length, status) in [(129, 422), (60_000, 422), (1 << 20, 413)] {
            let long = "x".repeat(length);
            for (method, path, body) in [
                (
                    "POST",
                    "/auth/login",
                    json!({"identifier": "ada@example.com", "password": long}),
                ),
                (
                    "POST",
                    "/auth/register",
                    json!({"email": "new@example.com", "password": long}),
                ),
                (
                    "POST",
                    "/auth/reset-password",
                    json!({"token": mailed, "password": long}),
                ),
                (
                    "POST",
                    "/users/me/change-password",
                    json!({"current_password": long, "new_password": PASSWORD}),
                ),
                (
                    "POST",
                    "/users/me/change-password",
                    json!({"current_password": PASSWORD, "new_password": long}),
                ),
                (
                    "PATCH",
                    "/users/me",
                    json!({"email": "new@example.com", "current_password": long}),
                ),
                ("PATCH", &by_id, json!({"password": long})),
            ] {
                let bearer = if path == by_id { admin } else { &token };
                let request = WireRequest::new(method, path).bearer(bearer).json(&body);
                assert_eq!(world.send(request).await.status, status, "{path} {length}");
            }
        }
        world.wait_idle().await;
        assert_eq!(accounts.hasher().hashes_done(), before);
    });
}
