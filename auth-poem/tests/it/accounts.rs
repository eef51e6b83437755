//! The journeys of an account through the routes.

use auth_core::accounts::AdminUpdate;
use auth_core::testing::PASSWORD;
use auth_core::{Auth, User};
use auth_poem::{CurrentUser, OptionalUser, RouteExt, provide, routes};
use poem::web::{Data, Path};
use poem::{EndpointExt, Route, get, handler};
use serde_json::json;

use crate::support::{Client, TestApp, UserKey};

#[handler]
fn account(user: CurrentUser<User>) -> String {
    let backend = user.backend().to_owned();
    format!("{} by {backend}", user.into_inner().email())
}

#[tokio::test]
async fn register_verify_login_ask_and_log_out() {
    let house = TestApp::new();
    let app = Route::new()
        .at("/account", get(account))
        .merge(routes(&house.auth))
        .with(provide(&house.auth));
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

#[handler]
fn greet(Data(greeting): Data<&&'static str>, OptionalUser(user): OptionalUser<User>) -> String {
    let name = user.map_or_else(
        || "stranger".to_owned(),
        |user| user.into_inner().email().to_string(),
    );
    format!("{greeting} {name}")
}

#[tokio::test]
async fn routes_fit_under_a_prefix_and_beside_data_of_the_applications_own() {
    let house = TestApp::new();
    let app = Route::new()
        .at("/", get(greet))
        .nest("/outer", Route::new().nest("/inner", routes(&house.auth)))
        .with(provide(&house.auth))
        .data("hello");
    let client = house.serve(app).await;
    let admin = AdminUpdate {
        is_superuser: Some(true),
        ..AdminUpdate::default()
    };
    house.user("root@example.com", admin).await;
    let ada = house.user("ada@example.com", AdminUpdate::default()).await;

    assert_eq!(client.get("/").await.text, "hello stranger");
    let token = house.token(&client, "/outer/inner", "root@example.com");
    let token = token.await;
    assert_eq!(
        client.get_as(&token, "/").await.text,
        "hello root@example.com"
    );
    reads_by_id(&client, &token, "/outer/inner", ada).await;
    // Poem refuses a path that is not valid UTF-8 before it matches nested routes.
    let none = client.get_as(&token, "/outer/inner/users/%FF").await;
    assert_eq!(none.status, 400);
}

/// The `:id` of a prefix is not the one of the user, and is still there for the application.
#[tokio::test]
async fn a_prefix_may_capture_and_have_an_id_of_its_own() {
    #[handler]
    fn tenant(Path(id): Path<u32>) -> String {
        format!("tenant {id}")
    }

    let house = TestApp::new();
    let app = Route::new()
        .at("/tenants/:id", get(tenant))
        .merge(routes(&house.auth).under("/tenants/:id/"))
        .merge(routes(&house.auth).under("/api/v1"));
    let client = house.serve(app).await;
    let admin = AdminUpdate {
        is_superuser: Some(true),
        ..AdminUpdate::default()
    };
    house.user("root@example.com", admin).await;
    let ada = house.user("ada@example.com", AdminUpdate::default()).await;
    let token = house.token(&client, "/tenants/7", "root@example.com").await;
    assert_eq!(client.get("/tenants/7").await.text, "tenant 7");
    for prefix in ["/tenants/7", "/tenants/%FF", "/api/v1"] {
        reads_by_id(&client, &token, prefix, ada).await;
        let none = client.get_as(&token, &format!("{prefix}/users/%FF")).await;
        assert_eq!((none.status, none.code().as_str()), (404, "USER_NOT_FOUND"));
    }
    // Not even a prefix that is a user's id is taken for the id.
    reads_by_id(&client, &token, &format!("/tenants/{ada}"), ada).await;
}

async fn reads_by_id(client: &Client, token: &str, prefix: &str, ada: UserKey) {
    let read = client.get_as(token, &format!("{prefix}/users/{ada}")).await;
    assert_eq!(read.json()["email"], "ada@example.com");
    // Percent-encoding is undone.
    let encoded = ada.to_string().replace('-', "%2D");
    let read = client
        .get_as(token, &format!("{prefix}/users/{encoded}"))
        .await;
    assert_eq!(read.json()["email"], "ada@example.com");
}

/// A handler that takes the handle itself works with it.
#[tokio::test]
async fn the_handle_is_data() {
    #[handler]
    fn paths(Data(auth): Data<&Auth<User>>) -> String {
        auth.routes().count().to_string()
    }

    let house = TestApp::new();
    let client = house.serve(get(paths).with(provide(&house.auth))).await;
    assert_eq!(
        client.get("/").await.text,
        house.auth.routes().count().to_string()
    );
}

/// Why `merge` is there: a nest at `/` takes over the application's own page at `/`. Were Poem to
/// change this, the documentation could, too.
#[tokio::test]
async fn merging_leaves_the_applications_root_alone() {
    #[handler]
    fn home() -> &'static str {
        "home"
    }

    let house = TestApp::new();
    let nested = Route::new()
        .at("/", get(home))
        .nest("/", routes(&house.auth));
    let merged = Route::new().at("/", get(home)).merge(routes(&house.auth));
    assert_eq!(house.serve(nested).await.get("/").await.status, 404);
    let client = house.serve(merged).await;
    assert_eq!(client.get("/").await.text, "home");
    assert_eq!(client.get("/users/me").await.status, 401);
}
