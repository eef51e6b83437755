//! The client's address, from Poem's request.

use std::net::SocketAddr;
use std::sync::Arc;

use auth_core::http::TrustedProxies;
use auth_core::testing::{self, Outbox, RecordingSink};
use auth_core::{Auth, Backend, BearerTransport, EventKind, JwtStrategy};
use auth_poem::routes;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, IntoEndpoint, Request, http};

/// The address of the client in the event of a verification that fails.
async fn client_of(connection: Option<Addr>) -> String {
    let sink = RecordingSink::new();
    let accounts = testing::accounts_builder(Arc::new(Outbox::new())).event_sink(sink.clone());
    let jwt = JwtStrategy::from_master(&testing::master_secret()).dangerous_without_revocation();
    let auth = Auth::builder(accounts)
        .backend(Backend::new("jwt", BearerTransport::new(), jwt))
        .trusted_proxies(TrustedProxies::x_forwarded_for(["10.0.0.1"]))
        .build()
        .unwrap();
    let (head, ()) = http::Request::post("/auth/verify")
        .header("content-type", "application/json")
        .header("x-forwarded-for", "203.0.113.7")
        .body(())
        .unwrap()
        .into_parts();
    let remote = connection.map_or_else(RemoteAddr::default, RemoteAddr);
    let parts = (head, LocalAddr::default(), remote, Scheme::HTTP);
    let request = Request::from_parts(parts.into(), r#"{"token":"invalid"}"#.into());
    let response = routes(&auth).into_endpoint().get_response(request).await;
    assert_eq!(response.status(), 400);
    let event = sink.events().pop().unwrap();
    assert_eq!(event.kind, EventKind::VerificationFailed);
    let address = event.client.address();
    address.map_or_else(|| "unknown".to_owned(), |address| address.to_string())
}

#[tokio::test]
async fn peer_comes_from_the_connection() {
    let socket = |text: &str| Addr::SocketAddr(text.parse::<SocketAddr>().unwrap());
    let custom = Addr::Custom("lambda", "10.0.0.1".into());
    for (connection, expected) in [
        (None, "unknown"),
        (Some(custom), "unknown"),
        (Some(socket("192.0.2.1:80")), "192.0.2.1"),
        (Some(socket("[::ffff:192.0.2.1]:80")), "192.0.2.1"),
        (Some(socket("10.0.0.1:80")), "203.0.113.7"),
    ] {
        assert_eq!(client_of(connection).await, expected);
    }
}
