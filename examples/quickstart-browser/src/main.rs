//! A page with accounts: register, log in, see and end sessions, log out.
//!
//! `cargo run -p quickstart-browser`, and open <http://localhost:8000/>.
#![expect(clippy::print_stdout, reason = "a program that talks to a terminal")]

mod auth;

use std::net::SocketAddr;
use std::time::Duration;

use auth_axum::{CurrentUser, OptionalUser, csrf_protection, routes};
use auth_core::User;
use auth_diesel::SqliteStore;
use axum::extract::{ConnectInfo, Request};
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use axum::{Json, Router};
use setup::server::{Limits, serve};
use tokio::net::TcpListener;
use tower_service::Service as _;

/// The page is the same for all visitors; its script asks for the user.
async fn home() -> impl IntoResponse {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'";
    let headers = [("content-security-policy", policy)];
    (headers, Html(include_str!("../page/index.html")))
}

async fn script() -> impl IntoResponse {
    let headers = [("content-type", "text/javascript; charset=utf-8")];
    (headers, include_str!("../page/page.js"))
}

async fn style() -> impl IntoResponse {
    let headers = [("content-type", "text/css; charset=utf-8")];
    (headers, include_str!("../page/page.css"))
}

/// Returns the address of the logged-in user, or `null`.
async fn whoami(OptionalUser(user): OptionalUser<User>) -> Json<Option<String>> {
    Json(user.map(|user| user.email().to_string()))
}

/// A route that changes something: requests from another site are answered 403 before it runs.
async fn greet(user: CurrentUser<User>) -> Json<String> {
    Json(format!("hello {}, by {}", user.email(), user.backend()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = setup::secret()?;
    let store = SqliteStore::open(&setup::database_url()).await?;
    let auth = auth::builder(store, &secret).build()?;
    tokio::spawn(auth.accounts().purge_every(Duration::from_mins(10)));

    let app = Router::new()
        .route("/", get(home))
        .route("/page.js", get(script))
        .route("/page.css", get(style))
        .route("/whoami", get(whoami))
        .route("/greet", post(greet))
        .merge(routes(&auth))
        .layer(csrf_protection(&auth))
        .with_state(auth.clone());
    let address = setup::variable("AUTH_LISTEN").unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = TcpListener::bind(&address).await?;
    let port = listener.local_addr()?.port();
    println!("open http://localhost:{port}/ in a browser");
    // A server with a time limit for request heads. The peers' addresses are used by events and limits.
    let respond = move |peer, mut request: Request<_>| {
        request
            .extensions_mut()
            .insert(ConnectInfo::<SocketAddr>(peer));
        app.clone().call(request)
    };
    serve(listener, Limits::default(), setup::ctrl_c(), respond).await;
    auth.accounts().wait_idle().await;
    Ok(())
}
