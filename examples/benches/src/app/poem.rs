//! The same applications in Poem.

use std::net::SocketAddr;

use auth_core::{Auth, User};
use auth_poem::{CurrentUser, RouteExt, provide, routes};
use poem::listener::TcpAcceptor;
use poem::{EndpointExt, IntoEndpoint, Route, Server, get, handler};
use tokio::net::TcpListener;

use super::EMAIL;

#[handler]
fn bare() -> &'static str {
    EMAIL
}

#[handler]
fn protected(user: CurrentUser<User>) -> String {
    user.into_inner().email().to_string()
}

/// Serves the routes of the toolkit and `GET /protected`; returns the address.
pub(crate) async fn serve(auth: &Auth<User>) -> SocketAddr {
    let app = Route::new()
        .at("/protected", get(protected))
        .merge(routes(auth))
        .with(provide(auth));
    listen(app).await
}

/// Serves the same body at the same path without authentication.
pub(crate) async fn serve_bare() -> SocketAddr {
    listen(Route::new().at("/protected", get(bare))).await
}

async fn listen(app: impl IntoEndpoint<Endpoint: 'static>) -> SocketAddr {
    let app = app.into_endpoint();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::new_with_acceptor(TcpAcceptor::from_tokio(listener).unwrap());
    tokio::spawn(server.run(app));
    address
}
