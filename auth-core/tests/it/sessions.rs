//! Sessions through a change of master secrets, a purge, and with a clock that jumps.

use std::sync::Arc;

use auth_core::auth::RevokeError;
use auth_core::secret::{MasterSecret, Secret};
use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::{ManualClock, Outbox, PASSWORD, fast_hasher, registration};
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, CookieTransport, JwtStrategy, OpaqueStrategy,
    SessionStore, Sessions, User,
};
use serde_json::json;
use time::Duration;

use crate::world::block_on;

struct TestApp {
    auth: Auth<User>,
    client: CoreClient<User>,
    clock: ManualClock,
    master: MasterSecret,
    store: Arc<MemorySessionStore>,
}

struct Tokens {
    access: String,
    refresh: String,
}

impl TestApp {
    async fn new() -> Self {
        let master = MasterSecret::new(Secret::generate().unwrap());
        let (clock, store) = (ManualClock::new(), Arc::new(MemorySessionStore::new()));
        let accounts = Accounts::builder(MemoryUserDatabase::new(), &master)
            .expiring_store(MemoryExpiringStore::new())
            .hasher(fast_hasher())
            .clock(clock.clone())
            .hooks(Outbox::new())
            .sessions(Sessions::new(Arc::clone(&store), &master));
        let auth = Auth::builder(accounts)
            .backend(Backend::new(
                "api",
                BearerTransport::new(),
                OpaqueStrategy::new(),
            ))
            .backend(Backend::new("web", CookieTransport::new(), OpaqueStrategy::new()).rotating())
            .build()
            .unwrap();
        let ada = registration("ada@example.com");
        auth.accounts()
            .register(ada, &auth.accounts().context())
            .await
            .unwrap();
        Self {
            client: CoreClient::new(auth.clone()),
            auth,
            clock,
            master,
            store,
        }
    }

    async fn log_in(&self) -> Tokens {
        let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
        tokens(
            &self
                .client
                .send(WireRequest::post("/auth/login", &body))
                .await,
        )
        .unwrap()
    }

    async fn refresh(&self, token: &str) -> Option<Tokens> {
        let body = json!({ "refresh_token": token });
        tokens(
            &self
                .client
                .send(WireRequest::post("/auth/refresh", &body))
                .await,
        )
    }

    async fn is_accepted(&self, access: &str) -> bool {
        let request = WireRequest::get("/users/me").bearer(access);
        self.client.send(request).await.status == 200
    }
}

fn tokens(reply: &WireReply) -> Option<Tokens> {
    let json = reply.json();
    Some(Tokens {
        access: json["access_token"].as_str()?.to_owned(),
        refresh: json["refresh_token"].as_str()?.to_owned(),
    })
}

/// A rotation of the master ends no session: old tokens are valid until it is retired, a repeated
/// refresh returns the same successor after the rotation, and a refreshed session stays valid.
#[test]
fn sessions_survive_rotation_of_the_master() {
    block_on(async {
        let house = TestApp::new().await;
        let (first, idle) = (house.log_in().await, house.log_in().await);
        let second = house.refresh(&first.refresh).await.unwrap();

        let old = house.master.kid();
        let new = house.master.add_next(Secret::generate().unwrap()).unwrap();
        house.master.activate(&new).unwrap();
        let again = house.refresh(&first.refresh).await.unwrap();
        assert_eq!(
            (&again.refresh, &again.access),
            (&second.refresh, &second.access)
        );
        assert!(house.is_accepted(&second.access).await && house.is_accepted(&idle.access).await);

        house.clock.advance(Duration::minutes(10));
        let third = house.refresh(&second.refresh).await.unwrap();
        assert!(
            house.is_accepted(&second.access).await,
            "the access token of before"
        );
        house.master.retire(&old).unwrap();
        assert!(house.is_accepted(&third.access).await);
        assert!(
            !house.is_accepted(&second.access).await,
            "made with a retired key"
        );
        assert!(house.refresh(&third.refresh).await.is_some());
        assert!(
            house.refresh(&idle.refresh).await.is_none(),
            "never refreshed"
        );
    });
}

/// Only expired rows are purged, in batches; the repeating future does the same.
#[test]
fn purge_removes_expired_rows_only() {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let house = TestApp::new().await;
        for _ in 0..1200 {
            house.log_in().await;
        }
        house.clock.advance(Duration::days(20));
        let young = house.log_in().await;
        let counts_of_mail = house.auth.accounts().purge_expired().await.unwrap();
        assert_eq!(counts_of_mail, 2, "those of the registration");
        house.clock.advance(Duration::days(10));
        assert_eq!(house.auth.accounts().purge_expired().await.unwrap(), 1200);
        let young = house.refresh(&young.refresh).await.unwrap();

        house.clock.advance(Duration::days(30));
        let pause = std::time::Duration::from_mins(10);
        let purging = tokio::spawn(house.auth.accounts().purge_every(pause));
        // The future waits, and wakes after the pause.
        tokio::task::yield_now().await;
        tokio::time::advance(pause).await;
        tokio::task::yield_now().await;
        purging.abort();
        let _ = purging.await;
        let left = house
            .store
            .purge_sessions(house.auth.accounts().now(), 10)
            .await;
        assert_eq!(left.unwrap(), 0, "the future has removed it");
        assert!(house.refresh(&young.refresh).await.is_none());
    });
}

/// A clock that is set back ends no session, extends no grace, and keeps later times.
#[test]
fn clock_set_back_extends_nothing() {
    block_on(async {
        let house = TestApp::new().await;
        let first = house.log_in().await;
        house.clock.advance(Duration::hours(2));
        let second = house.refresh(&first.refresh).await.unwrap();
        house.clock.advance(-Duration::hours(1));
        assert!(house.is_accepted(&second.access).await);
        assert!(
            house.refresh(&first.refresh).await.is_none(),
            "an hour before it was spent"
        );
        assert!(
            house.refresh(&second.refresh).await.is_none(),
            "that was a reuse"
        );
    });
}

/// A session has the same size after ten thousand rotations as after one: only the two latest
/// generations are stored. (Only the version gains digits.)
#[test]
fn stored_session_does_not_grow() {
    block_on(async {
        let house = TestApp::new().await;
        let mut tokens = house.log_in().await;
        let user = house.auth.accounts();
        let ada = auth_core::testing::email("ada@example.com").into();
        let password = auth_core::testing::password(PASSWORD);
        let proof = user.check_password(&ada, password, &user.context()).await;
        let id = user.sessions(proof.unwrap().user()).await.unwrap()[0].id;
        let room = async || {
            let row = house.store.session(&id).await.unwrap().unwrap();
            row.tokens.as_stored_str().len()
        };
        let mut sizes = Vec::new();
        for _ in 0..10_000 {
            tokens = house.refresh(&tokens.refresh).await.unwrap();
            sizes.push(room().await);
        }
        assert_eq!(sizes[8], sizes[1]);
        assert!(
            sizes.iter().all(|size| size.abs_diff(sizes[2]) <= 4),
            "{:?}",
            sizes.last()
        );
        assert!(sizes[9_999] <= auth_core::store::SessionTokens::MAX_BYTES);
    });
}

/// One token of a session ends, the current one or the previous one; the session stays valid, and a refresh
/// within the grace is answered with a token that works.
#[test]
fn revocation_ends_one_access_token() {
    block_on(async {
        let house = TestApp::new().await;
        let first = house.log_in().await;
        let second = house.refresh(&first.refresh).await.unwrap();
        let context = house.auth.accounts().context();
        let revoke = async |backend, token| house.auth.revoke(backend, token, &context).await;
        revoke("api", &first.access).await.unwrap();
        assert!(!house.is_accepted(&first.access).await && house.is_accepted(&second.access).await);
        // A revocation by the wrong backend revokes nothing, and says so.
        let elsewhere = revoke("web", &second.access).await;
        assert!(matches!(elsewhere, Err(RevokeError::NotAccepted(name)) if name == "web"));
        assert!(house.is_accepted(&second.access).await);
        revoke("api", &second.access).await.unwrap();
        for token in [&*second.access, "no token at all"] {
            let nothing = revoke("api", token).await;
            assert!(matches!(nothing, Err(RevokeError::NotAccepted(name)) if name == "api"));
        }
        assert!(!house.is_accepted(&second.access).await);
        let third = house.refresh(&second.refresh).await.unwrap();
        assert!(house.is_accepted(&third.access).await);
    });
}

/// A revocation that did not happen is an error: an unknown backend, and a backend that records no
/// revoked tokens.
#[test]
fn unsupported_revocation_is_an_error() {
    block_on(async {
        let app = TestApp::new().await;
        let tokens = app.log_in().await;
        let unknown = app
            .auth
            .revoke("apl", &tokens.access, &app.auth.accounts().context())
            .await;
        assert!(matches!(unknown, Err(RevokeError::UnknownBackend(name)) if name == "apl"));
        assert!(app.is_accepted(&tokens.access).await);

        let master = MasterSecret::new(Secret::generate().unwrap());
        let accounts = Accounts::builder(MemoryUserDatabase::new(), &master)
            .expiring_store(MemoryExpiringStore::new())
            .hasher(fast_hasher())
            .hooks(Outbox::new());
        let jwt = JwtStrategy::from_master(&master).dangerous_without_revocation();
        let auth = Auth::builder(accounts)
            .backend(Backend::new("api", BearerTransport::new(), jwt))
            .build()
            .unwrap();
        let ada = registration("ada@example.com");
        auth.accounts()
            .register(ada, &auth.accounts().context())
            .await
            .unwrap();
        let client = CoreClient::new(auth.clone());
        let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
        let reply = client.send(WireRequest::post("/auth/login", &body)).await;
        let token = reply.json()["access_token"].as_str().unwrap().to_owned();
        let refused = auth.revoke("api", &token, &auth.accounts().context()).await;
        assert!(matches!(refused, Err(RevokeError::Unsupported(name)) if name == "api"));
    });
}
