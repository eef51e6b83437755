//! The client's address, from the connect info of Axum.

use std::net::SocketAddr;
use std::sync::Arc;

use auth_axum::routes;
use auth_core::http::TrustedProxies;
use auth_core::testing::{self, Outbox, RecordingSink};
use auth_core::{Auth, Backend, BearerTransport, EventKind, JwtStrategy};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::Request;
use tower::ServiceExt;

/// The routes, and the sink of their events. One proxy is trusted.
fn app() -> (Router, RecordingSink) {
    let sink = RecordingSink::new();
    let accounts = testing::accounts_builder(Arc::new(Outbox::new())).event_sink(sink.clone());
    let jwt = JwtStrategy::from_master(&testing::master_secret()).dangerous_without_revocation();
    let auth = Auth::builder(accounts)
        .backend(Backend::new("jwt", BearerTransport::new(), jwt))
        .trusted_proxies(TrustedProxies::x_forwarded_for(["10.0.0.1"]))
        .build()
        .unwrap();
    (routes(&auth).with_state(auth), sink)
}

/// The address of the client in the event of a verification that fails.
async fn client_of(app: Router, sink: &RecordingSink, connection: Option<SocketAddr>) -> String {
    let mut request = Request::post("/auth/verify")
        .header("content-type", "application/json")
        .header("x-forwarded-for", "203.0.113.7")
        .body(Body::from(r#"{"token":"invalid"}"#))
        .unwrap();
    if let Some(address) = connection {
        request.extensions_mut().insert(ConnectInfo(address));
    }
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 400);
    let event = sink.events().pop().unwrap();
    assert_eq!(event.kind, EventKind::VerificationFailed);
    let address = event.client.address();
    address.map_or_else(|| "unknown".to_owned(), |address| address.to_string())
}

#[tokio::test]
async fn peer_comes_from_connect_info() {
    let address = |text: &str| text.parse::<SocketAddr>().unwrap();
    for (connection, mock, expected) in [
        (None, None, "unknown"),
        (Some("192.0.2.1:80"), None, "192.0.2.1"),
        (Some("[::ffff:192.0.2.1]:80"), None, "192.0.2.1"),
        (Some("10.0.0.1:80"), None, "203.0.113.7"),
        (None, Some("192.0.2.2:80"), "192.0.2.2"),
        // As for Axum's own extractor, a real connection comes first.
        (Some("192.0.2.1:80"), Some("192.0.2.2:80"), "192.0.2.1"),
    ] {
        let (mut app, sink) = app();
        if let Some(mock) = mock {
            app = app.layer(MockConnectInfo(address(mock)));
        }
        let client = client_of(app, &sink, connection.map(address)).await;
        assert_eq!(client, expected, "{connection:?} {mock:?}");
    }
}
