//! Extractors without `provide`, and `Option`s of Poem's own.

use std::sync::Arc;

use auth_core::accounts::AdminUpdate;
use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use auth_core::testing::{self, FaultInjector, ProbedUserDatabase, bearer_headers};
use auth_core::{Accounts, Auth, Backend, BearerTransport, JwtStrategy, User};
use auth_poem::{ActiveUser, CurrentUser, Guard, OptionalUser, guard, provide};
use poem::{EndpointExt, Route, get, handler};

use crate::support::{self, parts, refusal, serve};

#[handler]
fn three(_: ActiveUser<User>, _: OptionalUser<User>, _: CurrentUser<User>) -> &'static str {
    "in"
}

#[handler]
fn optional(OptionalUser(user): OptionalUser<User>) -> &'static str {
    user.map_or("anonymous", |_| "a user")
}

#[handler]
fn option(user: Option<CurrentUser<User>>) -> &'static str {
    user.map_or("anonymous", |_| "a user")
}

/// A handle whose store of users counts and fails on demand.
fn auth() -> (Auth<User>, FaultInjector) {
    let users = FaultInjector::new();
    let database = ProbedUserDatabase::new(MemoryUserDatabase::new(), &users);
    let accounts = Accounts::builder(database, &testing::master_secret())
        .expiring_store(MemoryExpiringStore::new())
        .hasher(testing::fast_hasher())
        .shared_hooks(Arc::new(testing::Outbox::new()));
    let jwt = JwtStrategy::from_master(&testing::master_secret()).dangerous_without_revocation();
    let builder = Auth::builder(accounts);
    let builder = builder.backend(Backend::new("jwt", BearerTransport::new(), jwt));
    (builder.build().unwrap(), users)
}

/// With the plain data each extractor authenticates for itself, with the same result; behind a guard
/// they share one.
#[tokio::test]
async fn plain_data_is_enough_for_extractors() {
    let (auth, users) = auth();
    let guarded = get(three).with(guard(&auth, Guard::active()));
    let app = Route::new()
        .at("/three", get(three))
        .at("/guarded", guarded);
    let server = serve(app.data(auth.clone())).await;
    let ada = support::user(&auth, "ada@example.com", AdminUpdate::default()).await;
    let ada = bearer_headers(&auth, &ada).await;
    for (path, asked) in [("/three", 3), ("/guarded", 1)] {
        let before = users.calls();
        assert_eq!(parts(&support::get(server, path, &ada).await), (200, "in"));
        assert_eq!(users.calls(), before + asked, "{path}");
    }
    let reply = support::get(server, "/three", &[]).await;
    assert_eq!(refusal(&reply), (401, "AUTHENTICATION_FAILED".to_owned()));
}

/// The reason why `Option<CurrentUser<_>>` is documented as wrong: Poem makes `None` of an outage. If a
/// later version of Poem does not, the documentation must change.
#[tokio::test]
async fn option_of_poem_hides_an_outage_and_optional_user_does_not() {
    let (auth, users) = auth();
    let app = Route::new()
        .at("/option", get(option))
        .at("/optional", get(optional));
    let server = serve(app.with(provide(&auth))).await;
    let ada = support::user(&auth, "ada@example.com", AdminUpdate::default()).await;
    let ada = bearer_headers(&auth, &ada).await;
    for path in ["/option", "/optional"] {
        let reply = support::get(server, path, &ada).await;
        assert_eq!(parts(&reply), (200, "a user"));
    }
    users.fail(true);
    let reply = support::get(server, "/option", &ada).await;
    assert_eq!(parts(&reply), (200, "anonymous"));
    let reply = support::get(server, "/optional", &ada).await;
    assert_eq!(refusal(&reply), (503, "SERVICE_UNAVAILABLE".to_owned()));
}
