//! The routes of the toolkit over a real connection: methods, bodies, and clients that disconnect.

use serde_json::json;

use super::app::{App, assert_refused};
use crate::api::{ErrorCode, MAX_BODY_BYTES, Rejection};
use crate::store::LoginIdentifier;
use crate::testing::conformance::{WireReply, WireRequest};
use crate::testing::{PASSWORD, email, password};

const LOGIN: &str = "POST /auth/jwt/login HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                     content-type: application/json\r\n";

pub(super) async fn other_methods_are_405(app: &App) {
    for method in ["GET", "HEAD", "PUT", "BREW"] {
        let reply = app.send(WireRequest::new(method, "/auth/login")).await;
        assert_eq!(reply.status, 405, "{method}");
        let allow: Vec<_> = reply.header("allow").collect();
        assert_eq!(allow, [b"OPTIONS, POST"], "{method}");
        assert_eq!(reply.body.is_empty(), method == "HEAD", "{method}");
    }
    let options = app.send(WireRequest::new("OPTIONS", "/users/me")).await;
    let allow: Vec<_> = options.header("allow").collect();
    assert_eq!(allow, [b"GET, HEAD, OPTIONS, PATCH"]);
    assert_eq!(options.status, 204);
}

/// RFC 9110 §9.3.2.
pub(super) async fn head_answers_like_get(app: &App) {
    let ada = app.main.ada().await;
    let bearer = app.main.bearer(&ada).await;
    for (headers, status) in [(bearer, 200), (Vec::new(), 401)] {
        let request = |method| super::app::with(WireRequest::new(method, "/users/me"), &headers);
        let (get, head) = (
            app.send(request("GET")).await,
            app.send(request("HEAD")).await,
        );
        assert_eq!(get.status, status);
        let without_body = WireReply {
            body: Vec::new(),
            ..get
        };
        assert_eq!(head, without_body);
    }
}

pub(super) async fn refusal_is_the_envelope_byte_for_byte(app: &App) {
    let body = json!({"token": "invalid"});
    let reply = app.send(WireRequest::post("/auth/verify", &body)).await;
    let expected = Rejection::new(ErrorCode::VerifyUserBadToken).into_reply();
    let headers = expected.headers();
    let headers = headers.map(|header| (header.name().to_owned(), header.value().into()));
    let expected = WireReply {
        status: 400,
        headers: headers.collect(),
        body: expected.body().to_vec(),
    };
    assert_eq!(reply, expected);
}

pub(super) async fn body_above_the_limit_is_413(app: &App) {
    // The reply comes before a byte of the announced body.
    let announced = format!("{LOGIN}content-length: {}\r\n\r\n", MAX_BODY_BYTES + 1);
    // Chunks announce nothing: one byte above the limit, and the body has not ended.
    let (length, spaces) = (MAX_BODY_BYTES + 1, " ".repeat(MAX_BODY_BYTES + 1));
    let chunked = format!("{LOGIN}transfer-encoding: chunked\r\n\r\n{length:x}\r\n{spaces}\r\n");
    for request in [announced, chunked] {
        let reply = app.client.send_raw(request.into_bytes()).await;
        let reply = reply.expect("the server replies");
        assert_refused("above the limit", &reply, 413, "PAYLOAD_TOO_LARGE");
    }

    let body = json!({"email": "ada@example.com", "password": PASSWORD}).to_string();
    let padded = format!("{}{body}", " ".repeat(MAX_BODY_BYTES - body.len()));
    let request = WireRequest::new("POST", "/auth/register").text("application/json", padded);
    assert_eq!(app.send(request).await.status, 201, "at the limit");
}

pub(super) async fn disconnected_client_changes_nothing(app: &App) {
    let account = json!({"email": "ada@example.com", "password": PASSWORD});
    let body = account.to_string();
    let length = body.len() + 1;
    let request = format!(
        "POST /auth/register HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    let reply = app.client.send_and_hang_up(request.as_bytes()).await;
    assert!(reply.is_none_or(|reply| reply.status >= 400));

    app.main.auth.accounts().wait_idle().await;
    assert!(!is_registered(app).await);
    assert_eq!(app.main.outbox.items(), []);
    let reply = app
        .send(WireRequest::post("/auth/register", &account))
        .await;
    assert_eq!(reply.status, 201);
    assert!(is_registered(app).await);
}

async fn is_registered(app: &App) -> bool {
    let accounts = app.main.auth.accounts();
    let login = LoginIdentifier::Email(email("ada@example.com"));
    let context = accounts.context();
    let proof = accounts.check_password(&login, password(PASSWORD), &context);
    proof.await.is_ok()
}

/// With a paused clock: it jumps to the next deadline as soon as all tasks wait.
pub(super) async fn body_without_end_times_out(app: &App) {
    let begun = format!("{LOGIN}content-length: 100\r\n\r\n{{");
    let reply = app.client.send_raw(begun.into_bytes()).await;
    let reply = reply.expect("the server replies");
    assert_refused("a body without an end", &reply, 408, "REQUEST_TIMEOUT");
}
