//! Forgotten wiring: how it shows, and how a test finds it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use auth_core::http::Header;
use auth_core::testing::conformance::{Client, HttpClient, WireRequest};
use auth_core::{User, testing};
use auth_poem::{
    AuthRejection, CurrentUser, Guard, OptionalUser, RouteExt, assert_wired, guard, provide, routes,
};
use poem::http::{Method, StatusCode};
use poem::web::Json;
use poem::{EndpointExt, IntoResponse, Response, Route, get, handler, post};
use serde_json::Value;

use crate::support::{self, parts, refusal, serve};

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
async fn forgotten_handle_is_500_and_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = Route::new()
        .at("/account", get(account))
        .at("/home", get(home));
    let server = serve(app).await;
    for path in ["/account", "/home"] {
        let token = Header::new("authorization", "Bearer some.old.token").unwrap();
        let reply = support::get(server, path, &[token]).await;
        assert_eq!(refusal(&reply), (500, "INTERNAL_ERROR".to_owned()));
        assert!(reply.header("cache-control").eq([b"no-store"]));
        assert!(!parts(&reply).1.contains("provide"), "{reply}");
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let sentence = "put `.with(auth_poem::provide(&auth))` around its route";
    assert_eq!(log.matches(sentence).count(), 2, "{log}");
    assert!(log.contains("bundled::User"), "{log}");
}

#[tokio::test]
async fn complete_wiring_passes_and_no_handler_runs() {
    #[handler]
    fn never(_: OptionalUser<User>) -> &'static str {
        panic!("the handler ran")
    }

    let auth = testing::auth();
    let app = Route::new()
        .at("/account", get(account))
        .at("/home", get(never))
        .at(
            "/reports",
            post(public).with(guard(&auth, Guard::active().superuser())),
        )
        .nest("/inner", Route::new().at("/orders/:id", get(account)))
        .with(provide(&auth));
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
    // The same with the plain data.
    let app = get(account).data(auth.clone());
    assert_wired(&app, [(Method::GET, "/")]).await;
}

/// Each fault is a sentence, and all of them come at once.
#[tokio::test]
async fn missing_wiring_is_listed() {
    let auth = testing::auth();
    let app = Route::new()
        .at("/account", get(account))
        .at("/late", post(late).with(provide(&auth)))
        .at("/public", get(public).with(provide(&auth)))
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
    assert!(lines[1].starts_with("POST /late: no extractor or guard of a user ran"));
    assert_eq!(
        lines[2],
        "GET /public: no extractor or guard of a user ran; the reply was 200"
    );
    assert_eq!(lines[3], "GET no path: this is not a valid path");
}

async fn own_form(error: poem::Error) -> Response {
    format!("our own form: {error}")
        .with_status(error.status())
        .into_response()
}

/// An error handler around `provide` does not change refusals; one below it may.
#[tokio::test]
async fn error_handlers_see_refusals_only_below_provide() {
    let auth = testing::auth();
    let around = Route::new()
        .at("/account", get(account))
        .with(provide(&auth))
        .catch_all_error(own_form);
    let below = Route::new()
        .at("/account", get(account))
        .catch_error(async |rejection: AuthRejection| rejection.code().as_str())
        .with(provide(&auth));
    let server = serve(around).await;
    let reply = support::get(server, "/account", &[]).await;
    assert_eq!(refusal(&reply), (401, "AUTHENTICATION_FAILED".to_owned()));
    assert!(reply.header("www-authenticate").eq([b"Bearer"]));
    let reply = support::get(server, "/elsewhere", &[]).await;
    assert_eq!(parts(&reply), (404, "our own form: not found"));

    let server = serve(below).await;
    let reply = support::get(server, "/account", &[]).await;
    assert_eq!(parts(&reply), (200, "AUTHENTICATION_FAILED"));
}

/// Replies of the toolkit's routes are not Poem errors: error handlers do not change them.
#[tokio::test]
async fn error_handlers_do_not_change_replies_of_routes() {
    let auth = testing::auth();
    let app = Route::new().merge(routes(&auth)).catch_all_error(own_form);
    let client = HttpClient::new(serve(app).await);
    for (method, expected) in [
        ("GET", (401, "AUTHENTICATION_FAILED")),
        ("PUT", (405, "METHOD_NOT_ALLOWED")),
    ] {
        let reply = client.send(WireRequest::new(method, "/users/me")).await;
        let (status, code) = refusal(&reply);
        assert_eq!((status, &*code), expected);
    }
}
