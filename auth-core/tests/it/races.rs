//! Concurrent requests: each token, address and change takes effect once.

use std::sync::Arc;

use auth_core::EventKind;
use auth_core::store::PageRequest;
use auth_core::testing::PASSWORD;
use auth_core::testing::conformance::{WireReply, WireRequest};
use serde_json::json;
use tokio::sync::Barrier;

use crate::world::{World, block_on_threads};

const RACERS: usize = 64;

/// Sends all requests at the same time, each from its own task, and returns the replies in order.
async fn race(world: &Arc<World>, requests: Vec<WireRequest>) -> Vec<WireReply> {
    let gate = Arc::new(Barrier::new(requests.len()));
    let racers: Vec<_> = requests
        .into_iter()
        .map(|request| {
            let (world, gate) = (Arc::clone(world), Arc::clone(&gate));
            tokio::spawn(async move {
                gate.wait().await;
                world.send(request).await
            })
        })
        .collect();
    let mut replies = Vec::new();
    for racer in racers {
        replies.push(racer.await.unwrap());
    }
    replies
}

/// Returns the number of replies with this status; all others have the other status.
fn count(replies: &[WireReply], status: u16, others: u16) -> usize {
    let won = replies.iter().filter(|reply| reply.status == status);
    let lost = replies.iter().filter(|reply| reply.status == others);
    let (won, lost) = (won.count(), lost.count());
    assert_eq!(won + lost, replies.len(), "{replies:?}");
    won
}

fn post(path: &str, body: &serde_json::Value) -> WireRequest {
    WireRequest::new("POST", path).json(body)
}

/// A2.3.4: of 64 registrations of one address, spelt in two ways, one creates an account.
#[test]
fn simultaneous_registrations_create_one_account() {
    block_on_threads(async {
        let world = World::new();
        let spelt = |number: usize| ["ada@example.com", "ADA@Example.com"][number % 2];
        let request = |number| {
            let body = json!({"email": spelt(number), "password": PASSWORD});
            post("/auth/register", &body)
        };
        let replies = race(&world, (0..RACERS).map(request).collect()).await;
        assert_eq!(count(&replies, 201, 400), 1);
        let kinds = world.events.kinds();
        let created = kinds.iter().filter(|kind| **kind == EventKind::UserCreated);
        assert_eq!(created.count(), 1);
    });
}

/// B-02, C-FP-03, A2.3.4: of 64 resets with one token one succeeds, and its password is the one that counts.
#[test]
fn reset_token_is_used_once() {
    block_on_threads(async {
        let world = World::with_ada().await;
        let body = json!({"email": "ada@example.com"});
        assert_eq!(world.post("/auth/forgot-password", &body).await.status, 202);
        world.wait_idle().await;
        let token = world.outbox.latest("reset", "ada@example.com").unwrap();
        let password = |number: usize| format!("{number} mills that weave");
        let request = |number| {
            let body = json!({"token": token, "password": password(number)});
            post("/auth/reset-password", &body)
        };
        let replies = race(&world, (0..RACERS).map(request).collect()).await;
        assert_eq!(count(&replies, 200, 400), 1);
        let winner = replies
            .iter()
            .position(|reply| reply.status == 200)
            .unwrap();
        let mut works = Vec::new();
        for number in 0..RACERS {
            let reply = world.login("ada@example.com", &password(number)).await;
            works.extend((reply.status == 200).then_some(number));
        }
        assert_eq!(works, [winner]);
    });
}

/// B-02: of 64 proofs with one token one succeeds.
#[test]
fn verification_token_is_used_once() {
    block_on_threads(async {
        let world = World::with_ada().await;
        let token = world.outbox.latest("verify", "ada@example.com").unwrap();
        let request = |_| post("/auth/verify", &json!({ "token": token }));
        let replies = race(&world, (0..RACERS).map(request).collect()).await;
        assert_eq!(count(&replies, 200, 400), 1);
        let kinds = world.events.kinds();
        let verified = kinds
            .iter()
            .filter(|kind| **kind == EventKind::UserVerified);
        assert_eq!(verified.count(), 1);
    });
}

/// A7.4.1: a token that is used during its logout is accepted or refused; after the logout was
/// confirmed it is always refused.
#[test]
fn token_is_refused_after_concurrent_logout() {
    block_on_threads(async {
        let world = World::with_ada().await;
        for _ in 0..8 {
            let token = world.token().await;
            let me = || WireRequest::new("GET", "/users/me").bearer(&token);
            let logout = || WireRequest::new("POST", "/auth/logout").bearer(&token);
            let mut requests: Vec<_> = (0..24).map(|_| me()).collect();
            requests.extend((0..4).map(|_| logout()));
            let replies = race(&world, requests).await;
            let (uses, logouts) = replies.split_at(24);
            count(uses, 200, 401);
            assert_eq!(count(logouts, 204, 401), 4);
            assert_eq!(world.send(me()).await.status, 401);
        }
    });
}

/// B-24, A15.4.2: of a simultaneous reset and change of the password exactly one takes effect.
#[test]
fn concurrent_reset_and_change_take_effect_once() {
    block_on_threads(async {
        for _ in 0..8 {
            let world = World::with_ada().await;
            let access = world.token().await;
            let body = json!({"email": "ada@example.com"});
            world.post("/auth/forgot-password", &body).await;
            world.wait_idle().await;
            let token = world.outbox.latest("reset", "ada@example.com").unwrap();
            let reset = json!({"token": token, "password": "set by the reset token"});
            let change =
                json!({"current_password": PASSWORD, "new_password": "set by the open session"});
            let requests = vec![
                post("/auth/reset-password", &reset),
                post("/users/me/change-password", &change).bearer(&access),
            ];
            let replies = race(&world, requests).await;
            let won: Vec<_> = replies.iter().map(|reply| reply.status < 300).collect();
            assert_eq!(won.iter().filter(|won| **won).count(), 1, "{replies:?}");
            for (password, won) in [
                ("set by the reset token", won[0]),
                ("set by the open session", won[1]),
            ] {
                let reply = world.login("ada@example.com", password).await;
                assert_eq!(reply.status == 200, won);
            }
        }
    });
}

/// A15.4.2: of two superusers who demote each other at the same time, one remains.
#[test]
fn concurrent_demotions_keep_one_superuser() {
    use auth_core::accounts::Privileges;
    use auth_core::testing::registration;

    block_on_threads(async {
        for _ in 0..16 {
            let world = World::new();
            let (mut ids, mut tokens) = (Vec::new(), Vec::new());
            for address in ["one@example.com", "two@example.com"] {
                let privileges = Privileges::none().verified().superuser();
                let (accounts, context) = (world.auth.accounts(), world.auth.accounts().context());
                let created =
                    accounts.create_privileged(registration(address), privileges, &context);
                ids.push(created.await.unwrap().id);
                let reply = world.login(address, PASSWORD).await.json();
                tokens.push(reply["access_token"].as_str().unwrap().to_owned());
            }
            let demote = |by: usize, whom: usize| {
                WireRequest::new("PATCH", &format!("/users/{}", ids[whom]))
                    .bearer(&tokens[by])
                    .json(&json!({"is_superuser": false}))
            };
            let replies = race(&world, vec![demote(0, 1), demote(1, 0)]).await;
            let won = replies.iter().filter(|reply| reply.status == 200);
            assert_eq!(won.count(), 1, "{replies:?}");
        }
    });
}

/// Requests another address for `ada@example.com`, and returns the token that was mailed to it.
async fn pending_token(world: &World, access: &str, address: &str) -> String {
    let reply = world.send(new_address(access, address)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    world.outbox.latest("verify", address).unwrap()
}

fn new_address(access: &str, address: &str) -> WireRequest {
    let body = json!({"email": address, "current_password": PASSWORD});
    WireRequest::new("PATCH", "/users/me")
        .bearer(access)
        .json(&body)
}

/// Returns the address of the only account, and how often it changed.
async fn address(world: &World) -> (String, usize) {
    let users = world.auth.accounts().list(PageRequest::first()).await;
    let users = users.unwrap();
    let kinds = world.events.kinds();
    let changes = kinds
        .iter()
        .filter(|kind| **kind == EventKind::EmailChanged);
    (users.items[0].email().to_string(), changes.count())
}

/// B-02: of 64 proofs of one pending address one succeeds, and the address changes once.
#[test]
fn pending_address_is_completed_once() {
    block_on_threads(async {
        let world = World::with_ada().await;
        let access = world.token().await;
        let token = pending_token(&world, &access, "new@example.com").await;
        let request = |_| post("/auth/verify", &json!({ "token": token }));
        let replies = race(&world, (0..RACERS).map(request).collect()).await;
        assert_eq!(count(&replies, 200, 400), 1);
        let expected = ("new@example.com".to_owned(), 1);
        assert_eq!(address(&world).await, expected);
    });
}

/// Of simultaneous requests for other addresses the last one that was written is pending, and only its
/// token is good.
#[test]
fn one_of_simultaneous_requests_is_pending() {
    block_on_threads(async {
        for _ in 0..8 {
            let world = World::with_ada().await;
            let access = world.token().await;
            let name = |number: usize| format!("new{number}@example.com");
            let requests = (0..8).map(|number| new_address(&access, &name(number)));
            let replies = race(&world, requests.collect()).await;
            assert_eq!(count(&replies, 200, 401), 8);
            let me = WireRequest::new("GET", "/users/me").bearer(&access);
            let me = world.send(me).await.json();
            let pending = me["pending_email"].as_str().unwrap().to_owned();
            let mut proven = Vec::new();
            for number in 0..8 {
                let token = world.outbox.latest("verify", &name(number)).unwrap();
                let reply = world.post("/auth/verify", &json!({ "token": token })).await;
                proven.extend((reply.status == 200).then(|| name(number)));
            }
            assert_eq!(proven, std::slice::from_ref(&pending));
            assert_eq!(address(&world).await, (pending, 1));
        }
    });
}

/// The proof of a pending address against requests for others, a withdrawal and a change of the password:
/// the address changes if and only if the proof succeeded, and never to one that was replaced before.
#[test]
fn proof_is_refused_after_a_concurrent_replacement() {
    block_on_threads(async {
        let ways: [fn(&str) -> WireRequest; 3] = [
            |access| new_address(access, "other@example.com"),
            |access| new_address(access, "ada@example.com"),
            |access| {
                let body = json!({
                    "current_password": PASSWORD, "new_password": "set by the open session"
                });
                post("/users/me/change-password", &body).bearer(access)
            },
        ];
        for way in ways.iter().cycle().take(24) {
            let world = World::with_ada().await;
            let access = world.token().await;
            let token = pending_token(&world, &access, "new@example.com").await;
            let proof = post("/auth/verify", &json!({ "token": token }));
            let replies = race(&world, vec![proof, way(&access)]).await;
            let won: Vec<_> = replies.iter().map(|reply| reply.status < 300).collect();
            assert_eq!(won.iter().filter(|won| **won).count(), 1, "{replies:?}");
            let expected = if won[0] {
                ("new@example.com".to_owned(), 1)
            } else {
                ("ada@example.com".to_owned(), 0)
            };
            assert_eq!(address(&world).await, expected);
        }
    });
}
