//! The routes under prefixes, and beside data of the application.

use std::net::SocketAddr;

use auth_core::accounts::AdminUpdate;
use auth_core::http::Header;
use auth_core::testing::{self, bearer_headers};
use auth_core::{Auth, User};
use auth_poem::{OptionalUser, RouteExt, provide, routes};
use poem::web::{Data, Path};
use poem::{EndpointExt, Route, get, handler};

use crate::support::{self, parts, refusal, serve};

#[handler]
fn greet(Data(greeting): Data<&&'static str>, OptionalUser(user): OptionalUser<User>) -> String {
    let name = user.map_or_else(
        || "stranger".to_owned(),
        |user| user.into_inner().email().to_string(),
    );
    format!("{greeting} {name}")
}

#[tokio::test]
async fn routes_work_under_a_prefix_and_with_other_data() {
    let auth = testing::auth();
    let app = Route::new()
        .at("/", get(greet))
        .nest("/outer", Route::new().nest("/inner", routes(&auth)))
        .with(provide(&auth))
        .data("hello");
    let server = serve(app).await;
    let (root, ada) = root_and_ada(&auth).await;

    let reply = support::get(server, "/", &[]).await;
    assert_eq!(parts(&reply), (200, "hello stranger"));
    let reply = support::get(server, "/", &root).await;
    assert_eq!(parts(&reply), (200, "hello root@example.com"));
    reads_by_id(server, &root, "/outer/inner", &ada).await;
    // Poem refuses a path that is not valid UTF-8 before it matches nested routes.
    let reply = support::get(server, "/outer/inner/users/%FF", &root).await;
    assert_eq!(reply.status, 400);
}

/// The `:id` of a prefix is not the one of the user, and the application can read it.
#[tokio::test]
async fn prefix_may_capture_an_id() {
    #[handler]
    fn tenant(Path(id): Path<u32>) -> String {
        format!("tenant {id}")
    }

    let auth = testing::auth();
    let app = Route::new()
        .at("/tenants/:id", get(tenant))
        .merge(routes(&auth).under("/tenants/:id/"))
        .merge(routes(&auth).under("/api/v1"));
    let server = serve(app).await;
    let (root, ada) = root_and_ada(&auth).await;
    let reply = support::get(server, "/tenants/7", &[]).await;
    assert_eq!(parts(&reply), (200, "tenant 7"));
    for prefix in ["/tenants/7", "/tenants/%FF", "/api/v1"] {
        reads_by_id(server, &root, prefix, &ada).await;
        let reply = support::get(server, &format!("{prefix}/users/%FF"), &root).await;
        assert_eq!(refusal(&reply), (404, "USER_NOT_FOUND".to_owned()));
    }
    // A prefix that is the id of a user is not taken for the id.
    reads_by_id(server, &root, &format!("/tenants/{ada}"), &ada).await;
}

/// The headers of a superuser, and the id of a user.
async fn root_and_ada(auth: &Auth<User>) -> (Vec<Header>, String) {
    let admin = AdminUpdate {
        is_superuser: Some(true),
        ..AdminUpdate::default()
    };
    let root = support::user(auth, "root@example.com", admin).await;
    let ada = support::user(auth, "ada@example.com", AdminUpdate::default()).await;
    (bearer_headers(auth, &root).await, ada.id.to_string())
}

async fn reads_by_id(server: SocketAddr, root: &[Header], prefix: &str, ada: &str) {
    // Percent-encoding is decoded.
    for id in [ada.to_owned(), ada.replace('-', "%2D")] {
        let reply = support::get(server, &format!("{prefix}/users/{id}"), root).await;
        assert_eq!(reply.json()["email"], "ada@example.com");
    }
}

#[tokio::test]
async fn handle_is_data_of_a_handler() {
    #[handler]
    fn paths(Data(auth): Data<&Auth<User>>) -> String {
        auth.routes().count().to_string()
    }

    let auth = testing::auth();
    let server = serve(get(paths).with(provide(&auth))).await;
    let reply = support::get(server, "/", &[]).await;
    assert_eq!(parts(&reply), (200, &*auth.routes().count().to_string()));
}

/// The reason for `merge`: a nest at `/` takes over the page of the application at `/`. If a later
/// version of Poem does not, the documentation must change.
#[tokio::test]
async fn merge_keeps_the_page_at_the_root() {
    #[handler]
    fn home() -> &'static str {
        "home"
    }

    let auth = testing::auth();
    let nested = Route::new().at("/", get(home)).nest("/", routes(&auth));
    let reply = support::get(serve(nested).await, "/", &[]).await;
    assert_eq!(reply.status, 404);
    let merged = Route::new().at("/", get(home)).merge(routes(&auth));
    let server = serve(merged).await;
    assert_eq!(parts(&support::get(server, "/", &[]).await), (200, "home"));
    assert_eq!(support::get(server, "/users/me", &[]).await.status, 401);
}
