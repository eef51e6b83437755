//! Two processes whose clocks differ, over one set of stores.

use std::sync::Arc;

use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::{
    ManualClock, Outbox, PASSWORD, RecordingSink, fast_hasher, master_secret, registration,
};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, EventKind, JwtStrategy, OpaqueStrategy, Sessions,
    User,
};
use serde_json::json;
use time::Duration;

use crate::world::block_on;

/// The backends: opaque tokens, checked JWTs, and JWTs without a session at each request.
const BACKENDS: [&str; 3] = ["/auth", "/auth/jwt", "/auth/lag"];

struct Node {
    auth: Auth<User>,
    client: CoreClient<User>,
    clock: ManualClock,
}

struct Tokens {
    access: String,
    refresh: String,
}

impl Node {
    async fn refresh(&self, base: &str, token: &str) -> WireReply {
        let body = json!({ "refresh_token": token });
        let request = WireRequest::post(&format!("{base}/refresh"), &body);
        self.client.send(request).await
    }

    async fn me(&self, token: &str) -> u16 {
        let request = WireRequest::get("/users/me").bearer(token);
        self.client.send(request).await.status
    }
}

fn tokens(reply: &WireReply) -> Tokens {
    assert_eq!(reply.status, 200, "{reply}");
    let text = |name: &str| reply.json()[name].as_str().unwrap().to_owned();
    Tokens {
        access: text("access_token"),
        refresh: text("refresh_token"),
    }
}

/// Two nodes over one set of stores; the clock of the second one differs by so many seconds.
async fn nodes(apart: i64) -> ([Node; 2], RecordingSink) {
    let (users, sessions) = (
        Arc::new(MemoryUserDatabase::new()),
        Arc::new(MemorySessionStore::new()),
    );
    let (expiring, events) = (Arc::new(MemoryExpiringStore::new()), RecordingSink::new());
    let node = |seconds: i64| {
        let clock = ManualClock::new();
        clock.advance(Duration::seconds(seconds));
        let accounts = Accounts::builder(Arc::clone(&users), &master_secret())
            .expiring_store(Arc::clone(&expiring))
            .sessions(Sessions::new(Arc::clone(&sessions), &master_secret()))
            .hooks(Outbox::new())
            .hasher(fast_hasher())
            .clock(clock.clone())
            .event_sink(events.clone());
        let bearer = BearerTransport::new;
        let jwt = || JwtStrategy::from_master(&master_secret()).revoked_in(Arc::clone(&expiring));
        let lag = Backend::new("lag", bearer(), jwt().audience("lag"));
        let auth = Auth::builder(accounts)
            .backend(Backend::new("api", bearer(), OpaqueStrategy::new()))
            .backend(Backend::new("jwt", bearer(), jwt()).with_sessions())
            .backend(lag.dangerous_with_sessions_checked_at_refresh_only())
            .build()
            .unwrap();
        let client = CoreClient::new(auth.clone());
        Node {
            auth,
            client,
            clock,
        }
    };
    let nodes = [node(0), node(apart)];
    let accounts = nodes[0].auth.accounts();
    let ada = registration("ada@example.com");
    accounts.register(ada, &accounts.context()).await.unwrap();
    (nodes, events)
}

async fn log_in(node: &Node, base: &str) -> Tokens {
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let request = WireRequest::post(&format!("{base}/login"), &body);
    tokens(&node.client.send(request).await)
}

/// Two nodes 20 seconds apart: tokens of one are valid at the other at once, and a tab that comes to the
/// other node a second after its sibling's refresh gets the same successor, whichever clock is ahead.
#[test]
fn nodes_twenty_seconds_apart_end_no_session() {
    block_on(async {
        for apart in [20, -20] {
            let ([here, there], events) = nodes(apart).await;
            for base in BACKENDS {
                let mut held = log_in(&here, base).await;
                assert_eq!(there.me(&held.access).await, 200, "{base}, {apart}");
                for (first, second) in [(&here, &there), (&there, &here), (&here, &there)] {
                    let next = tokens(&first.refresh(base, &held.refresh).await);
                    assert_eq!(first.me(&next.access).await, 200, "{base}, {apart}");
                    assert_eq!(second.me(&next.access).await, 200, "{base}, {apart}");
                    for node in [&here, &there] {
                        node.clock.advance(Duration::SECOND);
                    }
                    let reply = second.refresh(base, &held.refresh).await;
                    let late = tokens(&reply);
                    assert_eq!(late.refresh, next.refresh, "{base}, {apart}");
                    assert_eq!(here.me(&late.access).await, 200, "{base}, {apart}");
                    held = next;
                }
            }
            let reused = events.kinds().into_iter();
            let reused = reused.filter(|kind| *kind == EventKind::TokenReused);
            assert_eq!(reused.count(), 0);
        }
    });
}

/// The tolerance has an end: at 60 seconds apart a token of the node ahead is not valid yet, and a used
/// refresh token is a stolen one.
#[test]
fn nodes_a_minute_apart_are_not_tolerated() {
    block_on(async {
        let ([here, there], _) = nodes(60).await;
        let ahead = log_in(&there, "/auth/jwt").await;
        assert_eq!(here.me(&ahead.access).await, 401);
        let first = log_in(&here, "/auth").await;
        let next = tokens(&here.refresh("/auth", &first.refresh).await);
        assert_eq!(here.me(&next.access).await, 200);
        assert_eq!(there.refresh("/auth", &first.refresh).await.status, 401);
        assert_eq!(here.me(&next.access).await, 401);
    });
}

/// A revoked token stays revoked on the node behind, although the node ahead has purged its entry.
#[test]
fn purge_by_the_node_ahead_revives_no_revoked_token() {
    block_on(async {
        let ([here, there], _) = nodes(20).await;
        let held = log_in(&here, "/auth/lag").await;
        let context = here.auth.accounts().context();
        here.auth
            .revoke("lag", &held.access, &context)
            .await
            .unwrap();
        // 15 minutes of life, and up to 30 seconds of tolerance on the node behind.
        for _ in 0..(15 * 60 + 40) / 5 {
            for node in [&here, &there] {
                node.clock.advance(Duration::seconds(5));
            }
            there.auth.accounts().purge_expired().await.unwrap();
            assert_eq!(here.me(&held.access).await, 401);
        }
    });
}
