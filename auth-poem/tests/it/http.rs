//! What HTTP makes of the routes: methods, lengths, broken connections, bytes.

use auth_core::api::{ErrorCode, Rejection};
use auth_core::testing::PASSWORD;
use auth_poem::routes;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Client, TestApp};

async fn serve(house: &TestApp) -> Client {
    house.serve(routes(&house.auth)).await
}

#[tokio::test]
async fn methods_are_decided_by_the_core() {
    let house = TestApp::new();
    let client = serve(&house).await;
    for method in ["GET", "HEAD", "PUT", "BREW"] {
        let answer = client.send(method, "/auth/login", &[], "").await;
        assert_eq!(answer.status, 405, "{method}");
        let allow: Vec<_> = answer
            .headers()
            .into_iter()
            .filter(|line| line.starts_with("allow"))
            .collect();
        assert_eq!(allow, ["allow: OPTIONS, POST"], "{method}");
        assert_eq!(answer.text.is_empty(), method == "HEAD");
    }
    let options = client.send("OPTIONS", "/users/me", &[], "").await;
    assert_eq!(options.status, 204);
    assert!(
        options.head.contains("allow: GET, HEAD, OPTIONS, PATCH"),
        "{}",
        options.head
    );
}

#[tokio::test]
async fn a_refusal_is_the_envelope_byte_for_byte() {
    let house = TestApp::new();
    let client = serve(&house).await;
    let answer = client
        .post("/auth/verify", &json!({"token": "nonsense"}))
        .await;
    let expected = Rejection::new(ErrorCode::VerifyUserBadToken).into_reply();
    assert_eq!(answer.text.as_bytes(), expected.body());
    let mut headers: Vec<_> = expected
        .headers()
        .map(|header| format!("{}: {}", header.name(), header.value()))
        .collect();
    headers.push(format!("content-length: {}", expected.body().len()));
    assert_eq!(answer.headers(), headers);
}

#[tokio::test]
async fn the_limit_of_bodies_is_the_cores() {
    let house = TestApp::new();
    let client = serve(&house).await;
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    assert_eq!(client.post("/auth/register", &body).await.status, 201);

    // Announced: the answer comes without a byte of the body.
    let head = "POST /auth/login HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n";
    let announced = format!("{head}content-length: 65537\r\n\r\n");
    let answer = client.raw(announced.as_bytes()).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (413, "PAYLOAD_TOO_LARGE")
    );

    // In chunks, which announce nothing: one byte over the limit, and no end of the body in sight.
    let spaces = " ".repeat(65_537);
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n10001\r\n{spaces}\r\n");
    let answer = client.raw(chunked.as_bytes()).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (413, "PAYLOAD_TOO_LARGE")
    );

    // At the limit it is read.
    let padded = format!("{}{body}", " ".repeat(65_536 - body.to_string().len()));
    let headers = [("content-type", "application/json")];
    let answer = client
        .send("POST", "/auth/register", &headers, &padded)
        .await;
    assert_eq!(answer.code(), "REGISTER_USER_ALREADY_EXISTS");
}

/// A client that disconnects in the middle of its body affects no other request.
#[tokio::test]
async fn a_client_that_disconnects_in_its_body_does_no_harm() {
    let house = TestApp::new();
    let client = serve(&house).await;
    let body = json!({"email": "ada@example.com", "password": PASSWORD}).to_string();
    let request = format!(
        "POST /auth/register HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len() + 1
    );
    let mut stream = TcpStream::connect(client.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    // The server has seen the end when it closes its side, with or without a reply.
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert!(!rest.starts_with(b"HTTP/1.1 2"));

    house.auth.accounts().wait_idle().await;
    assert!(!house.exists("ada@example.com").await);
    assert_eq!(house.outbox.items(), []);
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    assert_eq!(client.post("/auth/register", &body).await.status, 201);
    assert!(house.exists("ada@example.com").await);
}

/// A client that begins a body and never ends it is let go. The clock is paused: it jumps to the next
/// deadline as soon as all tasks wait.
#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_given_up() {
    let house = TestApp::new();
    let client = house.serve(routes(&house.auth)).await;
    let begun = "POST /auth/login HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                 content-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    let answer = client.raw(begun.as_bytes()).await;
    assert_eq!(
        (answer.status, answer.code()),
        (408, "REQUEST_TIMEOUT".to_owned())
    );
}
