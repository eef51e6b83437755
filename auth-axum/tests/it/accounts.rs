//! The routes under a prefix, beside a state of the application.

use auth_axum::{OptionalUser, routes};
use auth_core::accounts::AdminUpdate;
use auth_core::testing::{self, bearer_headers};
use auth_core::{Auth, User};
use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::get;

use crate::support::{self, parts, refusal, serve};

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

async fn greet(State(state): State<AppState>, OptionalUser(user): OptionalUser<User>) -> String {
    let name = user.map_or_else(
        || "stranger".to_owned(),
        |user| user.into_inner().email().to_string(),
    );
    format!("{} {name}", state.greeting)
}

#[tokio::test]
async fn routes_work_under_a_prefix_and_with_another_state() {
    let auth = testing::auth();
    let state = AppState {
        auth: auth.clone(),
        greeting: "hello",
    };
    let app = Router::new()
        .route("/", get(greet))
        .nest("/tenants/{id}", routes(&auth))
        .with_state(state);
    let server = serve(app).await;
    let admin = AdminUpdate {
        is_superuser: Some(true),
        ..AdminUpdate::default()
    };
    let root = support::user(&auth, "root@example.com", admin).await;
    let root = bearer_headers(&auth, &root).await;
    let ada = support::user(&auth, "ada@example.com", AdminUpdate::default());
    let ada = ada.await.id.to_string();

    let reply = support::get(server, "/", &[]).await;
    assert_eq!(parts(&reply), (200, "hello stranger"));
    let reply = support::get(server, "/", &root).await;
    assert_eq!(parts(&reply), (200, "hello root@example.com"));

    // The `{id}` of the prefix is not the one of the user. Percent-encoding is decoded.
    for id in [ada.clone(), ada.replace('-', "%2D")] {
        let path = format!("/tenants/7/users/{id}");
        let reply = support::get(server, &path, &root).await;
        assert_eq!(reply.json()["email"], "ada@example.com");
    }
    // A text that is not valid UTF-8 is an unknown id.
    let reply = support::get(server, "/tenants/7/users/%FF", &root).await;
    assert_eq!(refusal(&reply), (404, "USER_NOT_FOUND".to_owned()));
}
