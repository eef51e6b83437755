//! Accounts, stores with counters, and a client of the core.

use std::future::Future;

use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::{
    FaultInjector, ManualClock, Outbox, PASSWORD, ProbedExpiringStore, ProbedUserDatabase,
    RecordingSink, fast_hasher, master_secret, registration,
};
use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy, User};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) struct World {
    pub(crate) auth: Auth<User>,
    pub(crate) outbox: Outbox,
    pub(crate) events: RecordingSink,
    pub(crate) users: FaultInjector,
    pub(crate) expiring: FaultInjector,
    client: CoreClient<User>,
}

/// On one thread: what is spawned runs only when the test waits.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

/// On several threads.
pub(crate) fn block_on_threads<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(4).build().unwrap().block_on(future)
}

impl World {
    pub(crate) fn new() -> Arc<Self> {
        let (outbox, events) = (Outbox::new(), RecordingSink::new());
        let (users, expiring) = (FaultInjector::new(), FaultInjector::new());
        let store = Arc::new(MemoryExpiringStore::new());
        let probed = || ProbedExpiringStore::new(Arc::clone(&store), &expiring);
        let database = ProbedUserDatabase::new(MemoryUserDatabase::new(), &users);
        let accounts = Accounts::builder(database, &master_secret())
            .expiring_store(probed())
            .hooks(outbox.clone())
            .hasher(fast_hasher())
            .clock(ManualClock::new())
            .event_sink(events.clone());
        let jwt = JwtStrategy::from_master(&master_secret()).revoked_in(probed());
        let auth = Auth::builder(accounts)
            .backend(Backend::new("jwt", BearerTransport::new(), jwt))
            .build()
            .unwrap();
        let client = CoreClient::new(auth.clone());
        Arc::new(Self {
            auth,
            outbox,
            events,
            users,
            expiring,
            client,
        })
    }

    /// One with the account `ada@example.com`.
    pub(crate) async fn with_ada() -> Arc<Self> {
        let world = Self::new();
        let ada = registration("ada@example.com");
        world
            .auth
            .accounts()
            .register(ada, &world.auth.accounts().context())
            .await
            .unwrap();
        world
    }

    pub(crate) async fn send(&self, request: WireRequest) -> WireReply {
        self.client.send(request).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> WireReply {
        self.send(WireRequest::new("POST", path).json(body)).await
    }

    pub(crate) async fn login(&self, address: &str, password: &str) -> WireReply {
        let body = json!({"identifier": address, "password": password});
        self.post("/auth/login", &body).await
    }

    pub(crate) async fn token(&self) -> String {
        let reply = self.login("ada@example.com", PASSWORD).await;
        assert_eq!(reply.status, 200);
        reply.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn wait_idle(&self) {
        self.auth.accounts().wait_idle().await;
    }

    /// Calls to both stores so far.
    pub(crate) fn calls(&self) -> (u64, u64) {
        (self.users.calls(), self.expiring.calls())
    }
}
