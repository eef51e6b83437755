//! The applications in Poem.

use auth_core::{Auth, User};
use auth_poem::{CurrentUser, RouteExt, provide, routes};
use poem::listener::TcpAcceptor;
use poem::{EndpointExt, Route, Server, get, handler};
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

/// Serves the routes of the toolkit and `GET /protected`; without a handle, the same body at the same path
/// without authentication.
pub(crate) async fn serve(listener: TcpListener, auth: Option<Auth<User>>) {
    let server = Server::new_with_acceptor(TcpAcceptor::from_tokio(listener).unwrap());
    let end = match auth {
        Some(auth) => {
            let app = Route::new()
                .at("/protected", get(protected))
                .merge(routes(&auth));
            server.run(app.with(provide(&auth))).await
        }
        None => server.run(Route::new().at("/protected", get(bare))).await,
    };
    end.unwrap();
}
