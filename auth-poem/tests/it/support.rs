//! A server on the loopback, and requests to it.

use std::net::{Ipv4Addr, SocketAddr};

use auth_core::Auth;
use auth_core::User;
use auth_core::accounts::AdminUpdate;
use auth_core::http::Header;
use auth_core::testing::conformance::{Client, HttpClient, WireReply, WireRequest};
use auth_core::testing::registration;
use poem::listener::TcpAcceptor;
use poem::{IntoEndpoint, Server};
use tokio::net::TcpListener;

/// Serves an endpoint until the test ends.
pub(crate) async fn serve(app: impl IntoEndpoint<Endpoint: 'static>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TcpAcceptor::from_tokio(listener).unwrap();
    tokio::spawn(Server::new_with_acceptor(acceptor).run(app.into_endpoint()));
    address
}

/// Registers a user, and changes it as an administrator does.
pub(crate) async fn user(auth: &Auth<User>, address: &str, update: AdminUpdate) -> User {
    let accounts = auth.accounts();
    let context = accounts.context();
    let user = accounts.register(registration(address), &context).await;
    let id = user.unwrap().id;
    accounts
        .update_as_admin(&id, update, &context)
        .await
        .unwrap()
}

/// Gets a path with these headers.
pub(crate) async fn get(server: SocketAddr, path: &str, headers: &[Header]) -> WireReply {
    let add = |request: WireRequest, header: &Header| request.header(header.name(), header.value());
    let request = headers.iter().fold(WireRequest::get(path), add);
    HttpClient::new(server).send(request).await
}

/// The status and the body of a reply.
pub(crate) fn parts(reply: &WireReply) -> (u16, &str) {
    (reply.status, str::from_utf8(&reply.body).unwrap())
}

/// The status and the code of a refusal.
pub(crate) fn refusal(reply: &WireReply) -> (u16, String) {
    let code = reply.json()["code"].as_str().unwrap().to_owned();
    (reply.status, code)
}
