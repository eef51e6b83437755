//! `Option<CurrentUser<_>>`, which only Axum offers.

use std::sync::Arc;

use auth_axum::CurrentUser;
use auth_core::accounts::AdminUpdate;
use auth_core::http::Header;
use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use auth_core::testing::{self, FaultInjector, ProbedUserDatabase, bearer_headers};
use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy, User};
use axum::Router;
use axum::routing::get;

use crate::support::{self, parts, refusal, serve};

async fn name(user: Option<CurrentUser<User>>) -> String {
    user.map_or_else(|| "anonymous".to_owned(), |user| user.email().to_string())
}

/// The same answers as `OptionalUser`: an invalid token and an outage are not "no user".
#[tokio::test]
async fn option_of_current_user_refuses_invalid_tokens_and_outages() {
    let users = FaultInjector::new();
    let database = ProbedUserDatabase::new(MemoryUserDatabase::new(), &users);
    let accounts = Accounts::builder(database, &testing::master_secret())
        .expiring_store(MemoryExpiringStore::new())
        .hasher(testing::fast_hasher())
        .shared_hooks(Arc::new(testing::Outbox::new()));
    let jwt = JwtStrategy::from_master(&testing::master_secret()).dangerous_without_revocation();
    let auth = Auth::builder(accounts)
        .backend(Backend::new("jwt", BearerTransport::new(), jwt))
        .build()
        .unwrap();
    let ada = support::user(&auth, "ada@example.com", AdminUpdate::default()).await;
    let ada = bearer_headers(&auth, &ada).await;
    let server = serve(Router::new().route("/", get(name)).with_state(auth)).await;

    let reply = support::get(server, "/", &[]).await;
    assert_eq!(parts(&reply), (200, "anonymous"));
    let reply = support::get(server, "/", &ada).await;
    assert_eq!(parts(&reply), (200, "ada@example.com"));
    let invalid = Header::new("authorization", "Bearer no.such.token").unwrap();
    let reply = support::get(server, "/", &[invalid]).await;
    assert_eq!(refusal(&reply), (401, "AUTHENTICATION_FAILED".to_owned()));
    users.fail(true);
    let reply = support::get(server, "/", &ada).await;
    assert_eq!(refusal(&reply), (503, "SERVICE_UNAVAILABLE".to_owned()));
}
