//! The journeys of an account through the routes.

use auth_axum::{CurrentUser, OptionalUser, routes};
use auth_core::accounts::AdminUpdate;
use auth_core::testing::PASSWORD;
use auth_core::{Auth, User};
use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use serde_json::json;

use crate::support::TestApp;

async fn account(user: CurrentUser<User>) -> String {
    format!("{} by {}", user.email(), user.backend())
}

#[tokio::test]
async fn register_verify_login_ask_and_log_out() {
    let house = TestApp::new();
    let app = Router::new()
        .route("/account", get(account))
        .merge(routes(&house.auth))
        .with_state(house.auth.clone());
    let client = house.serve(app).await;

    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    let registered = client.post("/auth/register", &body).await;
    assert_eq!(registered.status, 201, "{}", registered.text);
    assert_eq!(registered.json()["email"], "ada@example.com");

    house.auth.accounts().wait_idle().await;
    let token = house.outbox.latest("verify", "ada@example.com").unwrap();
    let verified = client.post("/auth/verify", &json!({"token": token})).await;
    assert_eq!(verified.json()["is_verified"], true);

    let token = house.token(&client, "", "ada@example.com").await;
    let answer = client.get_as(&token, "/account").await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (200, "ada@example.com by jwt")
    );

    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(
        client
            .send("POST", "/auth/logout", &headers, "")
            .await
            .status,
        204
    );
    assert_eq!(client.get_as(&token, "/account").await.status, 401);
}

/// The state of an application, with the handle as a part of it.
#[derive(Clone)]
struct AppState {
    auth: Auth<User>,
    greeting: &'static str,
}

impl FromRef<AppState> for Auth<User> {
    fn from_ref(state: &AppState) -> Self {
        state.auth.clone()
    }
}

async fn greet(
    axum::extract::State(state): axum::extract::State<AppState>,
    OptionalUser(user): OptionalUser<User>,
) -> String {
    let name = user.map_or_else(
        || "stranger".to_owned(),
        |user| user.into_inner().email().to_string(),
    );
    format!("{} {name}", state.greeting)
}

#[tokio::test]
async fn routes_fit_under_a_prefix_and_into_a_state_of_the_applications_own() {
    let house = TestApp::new();
    let state = AppState {
        auth: house.auth.clone(),
        greeting: "hello",
    };
    let app = Router::new()
        .route("/", get(greet))
        .nest("/tenants/{id}", routes(&house.auth))
        .with_state(state);
    let client = house.serve(app).await;
    let admin = AdminUpdate {
        is_superuser: Some(true),
        ..AdminUpdate::default()
    };
    house.user("root@example.com", admin).await;
    let ada = house.user("ada@example.com", AdminUpdate::default()).await;

    assert_eq!(client.get("/").await.text, "hello stranger");
    let token = house.token(&client, "/tenants/7", "root@example.com").await;
    assert_eq!(
        client.get_as(&token, "/").await.text,
        "hello root@example.com"
    );

    // The `{id}` of the prefix is not the one of the user.
    let read = client
        .get_as(&token, &format!("/tenants/7/users/{ada}"))
        .await;
    assert_eq!(read.json()["email"], "ada@example.com");
    // Percent-encoding is decoded; a text that is not valid UTF-8 is an unknown id.
    let encoded = ada.to_string().replace('-', "%2D");
    let read = client
        .get_as(&token, &format!("/tenants/7/users/{encoded}"))
        .await;
    assert_eq!(read.json()["email"], "ada@example.com");
    let none = client.get_as(&token, "/tenants/7/users/%FF").await;
    assert_eq!((none.status, none.code().as_str()), (404, "USER_NOT_FOUND"));
}
