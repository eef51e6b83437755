//! What is forgotten, and how one finds out.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use auth_core::User;
use auth_poem::{
    AuthRejection, CurrentUser, Guard, OptionalUser, RouteExt, assert_wired, guard, provide, routes,
};
use poem::http::{Method, StatusCode};
use poem::web::Json;
use poem::{EndpointExt, IntoResponse, Response, Route, get, handler, post};
use serde_json::Value;

use crate::support::TestApp;

#[handler]
fn account(user: CurrentUser<User>) -> String {
    user.into_inner().email().to_string()
}

#[handler]
fn home(_: OptionalUser<User>) -> &'static str {
    "home"
}

#[handler]
fn public() -> &'static str {
    "public"
}

#[handler]
fn late(_: Json<Value>, _: CurrentUser<User>) -> &'static str {
    "late"
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_forgotten_handle_is_500_and_a_sentence_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let house = TestApp::new();
    let app = Route::new()
        .at("/account", get(account))
        .at("/home", get(home));
    let client = house.serve(app).await;
    for path in ["/account", "/home"] {
        let answer = client.get_as("some.old.token", path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (500, "INTERNAL_ERROR")
        );
        assert!(answer.head.contains("cache-control: no-store"));
        assert!(!answer.text.contains("provide"), "{}", answer.text);
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let sentence = "put `.with(auth_poem::provide(&auth))` around its route";
    assert_eq!(log.matches(sentence).count(), 2, "{log}");
    assert!(log.contains("bundled::User"), "{log}");
}

#[tokio::test]
async fn a_complete_wiring_passes_and_asks_no_store() {
    let house = TestApp::new();
    let app = Route::new()
        .at("/account", get(account))
        .at("/home", get(home))
        .at(
            "/reports",
            post(public).with(guard(&house.auth, Guard::active().superuser())),
        )
        .nest("/inner", Route::new().at("/orders/:id", get(account)))
        .with(provide(&house.auth));
    let calls = house.calls();
    assert_wired(
        &app,
        [
            (Method::GET, "/account"),
            (Method::GET, "/home"),
            (Method::POST, "/reports"),
            (Method::GET, "/inner/orders/7"),
        ],
    )
    .await;
    assert_eq!(house.calls(), calls);
    // The same with the plain data.
    let app = get(account).data(house.auth.clone());
    assert_wired(&app, [(Method::GET, "/")]).await;
}

/// Each fault is a sentence, and all of them come at once.
#[tokio::test]
async fn what_is_not_wired_is_listed() {
    let house = TestApp::new();
    let app = Route::new()
        .at("/account", get(account))
        .at("/late", post(late).with(provide(&house.auth)))
        .at("/public", get(public).with(provide(&house.auth)))
        // An error handler of the application hides nothing.
        .catch_all_error(async |_| StatusCode::OK);
    let checked = tokio::spawn(async move {
        let routes = [
            (Method::GET, "/account"),
            (Method::POST, "/late"),
            (Method::GET, "/public"),
            (Method::GET, "no path"),
        ];
        assert_wired(&app, routes).await;
    });
    let panic = checked.await.unwrap_err().into_panic();
    let text = panic.downcast_ref::<String>().unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].starts_with("GET /account: no handle for this type of user"));
    assert!(lines[0].contains("provide(&auth)"), "{text}");
    assert!(lines[1].starts_with("POST /late: nothing asked for a user"));
    assert_eq!(
        lines[2],
        "GET /public: nothing asked for a user; the reply was 200"
    );
    assert_eq!(lines[3], "GET no path: this is not a valid path");
}

async fn own_form(error: poem::Error) -> Response {
    format!("our own form: {error}")
        .with_status(error.status())
        .into_response()
}

/// Around `provide`, the error handling of an application changes nothing of ours; below it, it may.
#[tokio::test]
async fn error_handlers_see_refusals_below_provide_only() {
    let house = TestApp::new();
    let around = Route::new()
        .at("/account", get(account))
        .with(provide(&house.auth))
        .catch_all_error(own_form);
    let below = Route::new()
        .at("/account", get(account))
        .catch_error(async |rejection: AuthRejection| rejection.code().as_str())
        .with(provide(&house.auth));
    let client = house.serve(around).await;
    let answer = client.get("/account").await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (401, "AUTHENTICATION_FAILED")
    );
    assert!(answer.head.contains("www-authenticate: Bearer"));
    let other = client.get("/elsewhere").await;
    assert_eq!(other.text, "our own form: not found");

    let client = house.serve(below).await;
    assert_eq!(client.get("/account").await.text, "AUTHENTICATION_FAILED");
}

/// Replies of the toolkit's routes are not Poem errors: error handlers do not change them.
#[tokio::test]
async fn routes_are_out_of_reach_of_error_handlers() {
    let house = TestApp::new();
    let app = Route::new()
        .merge(routes(&house.auth))
        .catch_all_error(own_form);
    let client = house.serve(app).await;
    let answer = client.get("/users/me").await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (401, "AUTHENTICATION_FAILED")
    );
    let answer = client.send("PUT", "/users/me", &[], "").await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (405, "METHOD_NOT_ALLOWED")
    );
}
