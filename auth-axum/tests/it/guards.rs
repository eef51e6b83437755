//! Rules for whole routers.

use auth_axum::{CurrentUser, Guard, guard, routes};
use auth_core::accounts::AdminUpdate;
use auth_core::{Roles, User};
use axum::Router;
use axum::routing::get;

use crate::support::TestApp;

#[tokio::test]
async fn a_router_behind_a_guard_answers_whom_the_guard_lets_pass() {
    let house = TestApp::new();
    let billing = Guard::active().any_role(&["billing"]);
    let inner = Router::new()
        .route("/invoices", get(async || "the invoices"))
        .route_layer(guard(&house.auth, billing));
    let app = Router::new().merge(inner).merge(routes(&house.auth));
    let client = house.serve(app).await;
    let roles = AdminUpdate {
        roles: Some(Roles::parse(["billing"]).unwrap()),
        ..AdminUpdate::default()
    };
    house.user("ada@example.com", roles).await;
    house.user("bob@example.com", AdminUpdate::default()).await;

    let nobody = client.get("/invoices").await;
    assert_eq!(nobody.status, 401);
    assert!(
        nobody.head.contains("www-authenticate: Bearer"),
        "{}",
        nobody.head
    );
    let token = house.token(&client, "", "bob@example.com").await;
    let bob = client.get_as(&token, "/invoices").await;
    assert_eq!(
        (bob.status, bob.code().as_str()),
        (403, "INSUFFICIENT_ROLES")
    );
    let token = house.token(&client, "", "ada@example.com").await;
    assert_eq!(
        client.get_as(&token, "/invoices").await.text,
        "the invoices"
    );
}

/// Two handles over one type of user: what one has found out is nothing to the other.
#[tokio::test]
async fn a_guard_of_another_handle_does_not_vouch() {
    let (house, other) = (TestApp::new(), TestApp::new());
    let app = Router::new()
        .route(
            "/account",
            get(async |user: CurrentUser<User>| user.email().to_string()),
        )
        .layer(guard(&other.auth, Guard::active()))
        .with_state(house.auth.clone())
        .merge(routes(&other.auth));
    let client = house.serve(app).await;
    other.user("ada@example.com", AdminUpdate::default()).await;
    let token = other.token(&client, "", "ada@example.com").await;

    let calls = other.calls();
    let answer = client.get_as(&token, "/account").await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (401, "AUTHENTICATION_FAILED")
    );
    assert_eq!(
        other.calls(),
        (calls.0 + 1, calls.1 + 1),
        "the guard admitted it"
    );
}
