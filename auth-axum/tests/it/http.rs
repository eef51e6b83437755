//! Settings of Axum beside the routes of the toolkit.

use auth_axum::{Guard, guard, routes};
use auth_core::accounts::AdminUpdate;
use auth_core::testing::conformance::{Client, HttpClient, WireRequest};
use auth_core::testing::{self, PASSWORD, bearer_headers};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use serde_json::json;

use crate::support::{self, refusal, serve};

#[tokio::test]
async fn body_limit_of_axum_changes_nothing() {
    let app = routes(&testing::auth()).layer(DefaultBodyLimit::max(8));
    let client = HttpClient::new(serve(app).await);
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    let reply = client.send(WireRequest::post("/auth/register", &body));
    assert_eq!(reply.await.status, 201);
}

/// What [`guard`] documents: the two ways to put a layer around a router differ in unknown paths.
#[tokio::test]
async fn unknown_path_behind_a_guard_is_404_or_401() {
    let auth = testing::auth();
    let ada = support::user(&auth, "ada@example.com", AdminUpdate::default()).await;
    let ada = bearer_headers(&auth, &ada).await;
    let pages = || Router::new().route("/page", get(async || "page"));
    let around = |router: Router| router.layer(guard(&auth, Guard::active()));
    let on_routes = serve(pages().route_layer(guard(&auth, Guard::active()))).await;
    let on_all = serve(around(pages())).await;
    for (server, anonymous) in [(on_routes, 404), (on_all, 401)] {
        let reply = support::get(server, "/unknown", &[]).await;
        assert_eq!(reply.status, anonymous);
        assert_eq!(support::get(server, "/unknown", &ada).await.status, 404);
        assert_eq!(support::get(server, "/page", &ada).await.status, 200);
        let reply = support::get(server, "/page", &[]).await;
        assert_eq!(refusal(&reply), (401, "AUTHENTICATION_FAILED".to_owned()));
    }
}
