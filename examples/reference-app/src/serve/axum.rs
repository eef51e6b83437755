//! The pages of the application in Axum.

use std::future::Future;
use std::net::SocketAddr;

use auth_axum::{ActiveUser, CurrentUser, OptionalUser, Superuser, VerifiedUser};
use auth_core::{Auth, User};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::GRACE;
use crate::Failure;

pub(super) async fn serve(
    listener: TcpListener,
    auth: &Auth<User>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let (stopping, stopped) = oneshot::channel();
    let app = router(auth).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        stop.await;
        let _ = stopping.send(());
    });
    // A client that never finishes its request must not keep the program alive.
    let patience = async {
        let _ = stopped.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = server => Ok(result?),
        () = patience => {
            tracing::warn!("some replies were not finished in time");
            Ok(())
        }
    }
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
