//! Counts the allocations of one authenticated request, by stage, with the stores in memory. The numbers are exact, so
//! that growth is seen: a larger one is a defect, or needs a reason.
#![cfg(test)]

use std::alloc::System;

use auth_core::guard::Active;
use auth_core::http::{BufferedRequest, RequestHead};
use auth_core::login::{AuthMethod, AuthProof};
use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::testing::{Outbox, fast_hasher, master_secret, registration};
use auth_core::transport::CredentialSource;
use auth_core::{
    Accounts, Auth, Backend, BearerTransport, CookieTransport, JwtStrategy, OpaqueStrategy,
    RequestAuth, Sessions, Strategy, User,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The counts of one request: of its context, of the reading of its token, and of all of it with an extractor.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    context: usize,
    token: usize,
    request: usize,
}

/// Returns a handle with one backend.
fn auth(backend: Backend<User>) -> Auth<User> {
    let accounts = Accounts::builder(MemoryUserDatabase::new(), &master_secret())
        .expiring_store(MemoryExpiringStore::new())
        .sessions(Sessions::new(MemorySessionStore::new(), &master_secret()))
        .hasher(fast_hasher())
        .hooks(Outbox::new());
    Auth::builder(accounts).backend(backend).build().unwrap()
}

async fn token(auth: &Auth<User>) -> String {
    let backend = auth.backends()[0].name();
    let accounts = auth.accounts();
    let context = accounts.context();
    let user = accounts.register(registration("ada@example.com"), &context);
    let proof = AuthProof::vouched_for(user.await.unwrap(), AuthMethod::PASSWORD);
    let step = auth.log_in(backend, proof, &context).await.unwrap();
    accounts.wait_idle().await;
    step.done().unwrap().access.expose().to_owned()
}

/// Returns the smallest number of allocations of a call, after it has run often: what it costs when it is warm.
async fn count<T>(call: impl AsyncFn() -> T) -> usize {
    let mut fewest = usize::MAX;
    for _ in 0..100 {
        let before = ALLOCATOR.stats().allocations;
        let value = call().await;
        let after = ALLOCATOR.stats().allocations;
        drop(value);
        fewest = fewest.min(after - before);
    }
    fewest
}

async fn counts(backend: Backend<User>) -> Counts {
    let auth = &auth(backend);
    let token = token(auth).await;
    let request = BufferedRequest::new("GET", Vec::new()).header("user-agent", "Mozilla/5.0 (X11)");
    let backend = &auth.backends()[0];
    let request = match backend.transport().source() {
        CredentialSource::Cookie => request.header("cookie", format!("__Host-auth={token}")),
        CredentialSource::Header => request.header("authorization", format!("Bearer {token}")),
    };
    let head: &dyn RequestHead = &request.head;
    let now = auth.accounts().now();
    Counts {
        context: count(async || auth.context(head)).await,
        token: count(async || {
            let read = Strategy::<User>::read(backend.strategy(), &token, now).await;
            assert!(read.unwrap().is_some());
        })
        .await,
        request: count(async || {
            let cell = RequestAuth::new(auth);
            let user = auth.admit::<Active>(Some(&cell), head).await.unwrap();
            (cell, user)
        })
        .await,
    }
}

#[test]
fn authenticated_request_allocates_little() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let jwt = || JwtStrategy::from_master(&master_secret());
        let plain = jwt().revoked_in(MemoryExpiringStore::new());
        let plain = Backend::new("plain", BearerTransport::new(), plain);
        let session = Backend::new("session", BearerTransport::new(), jwt()).with_sessions();
        let opaque = Backend::new("opaque", BearerTransport::new(), OpaqueStrategy::new());
        let classic = Backend::new("classic", CookieTransport::new(), OpaqueStrategy::new());
        // The cell of the request, the user agent, and the boxed futures of the strategy and of two stores.
        let expected = Counts {
            context: 1,
            token: 1,
            request: 5,
        };
        for backend in [plain, session, opaque, classic] {
            let name = backend.name().to_owned();
            assert_eq!(counts(backend).await, expected, "{name}");
        }
    });
}
