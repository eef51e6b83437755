//! The applications in Axum.

use auth_axum::CurrentUser;
use auth_core::{Auth, User};
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

use super::EMAIL;

async fn bare() -> &'static str {
    EMAIL
}

async fn protected(user: CurrentUser<User>) -> String {
    user.email().to_string()
}

/// Serves the routes of the toolkit and `GET /protected`; without a handle, the same body at the same path
/// without authentication.
pub(crate) async fn serve(listener: TcpListener, auth: Option<Auth<User>>) {
    let app = match auth {
        Some(auth) => Router::new()
            .route("/protected", get(protected))
            .merge(auth_axum::routes(&auth))
            .with_state(auth),
        None => Router::new().route("/protected", get(bare)),
    };
    axum::serve(listener, app).await.unwrap();
}
