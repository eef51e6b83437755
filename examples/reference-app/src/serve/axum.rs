//! The pages of the application in Axum.

use std::future::Future;
use std::net::SocketAddr;

use auth_axum::{ActiveUser, CurrentUser, OptionalUser, Superuser, VerifiedUser};
use auth_core::{Auth, User};
use axum::extract::{ConnectInfo, Request};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use setup::server;
use tokio::net::TcpListener;
use tower_service::Service as _;

use super::LIMITS;

pub(super) async fn serve(
    listener: TcpListener,
    auth: &Auth<User>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> bool {
    let app = router(auth);
    let respond = move |peer, mut request: Request<_>| {
        request
            .extensions_mut()
            .insert(ConnectInfo::<SocketAddr>(peer));
        app.clone().call(request)
    };
    server::serve(listener, LIMITS, stop, respond).await
}

fn router(auth: &Auth<User>) -> Router {
    Router::new()
        .route("/health", get(async || Json(json!({ "status": "ok" }))))
        .route("/public", get(async || Json(Value::Null)))
        .route("/protected", get(protected))
        .route("/active", get(active))
        .route("/verified", get(verified))
        .route("/superuser", get(superuser))
        .route("/optional", get(optional))
        .route("/echo", post(echo))
        .merge(auth_axum::routes(auth))
        .layer(auth_axum::csrf_protection(auth))
        .with_state(auth.clone())
}

async fn protected(user: CurrentUser<User>) -> Json<String> {
    Json(user.email().to_string())
}

/// Changes nothing, but its method is unsafe in the sense of HTTP.
async fn echo(_: CurrentUser<User>, body: String) -> String {
    body
}

async fn active(user: ActiveUser<User>) -> Json<String> {
    Json(user.email().to_string())
}

async fn verified(user: VerifiedUser<User>) -> Json<String> {
    Json(user.email().to_string())
}

async fn superuser(user: Superuser<User>) -> Json<String> {
    Json(user.email().to_string())
}

async fn optional(OptionalUser(user): OptionalUser<User>) -> Json<Option<String>> {
    Json(user.map(|user| user.email().to_string()))
}
