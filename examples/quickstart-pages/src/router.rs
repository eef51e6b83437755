//! The routes of the site.

use auth_axum::{Auth, csrf_protection, login_required, routes};
use auth_core::User;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};

use crate::page::{account, admin, error, forgot, home, login, reset, sign_up, verify};
use crate::security;

/// The longest form, in bytes: the limit that the toolkit has for its own routes.
const MAX_FORM: usize = 64 * 1024;

/// The style sheet, which browsers may keep for an hour.
async fn style() -> impl axum::response::IntoResponse {
    let headers = [
        ("content-type", "text/css; charset=utf-8"),
        ("cache-control", "public, max-age=3600"),
    ];
    (headers, include_str!("style.css"))
}

pub(crate) fn router(auth: &Auth<User>) -> Router {
    let account = Router::new()
        .route("/account", get(account::show))
        .route("/account/address", post(account::address::submit))
        .route(
            "/account/address/withdraw",
            post(account::address::withdraw),
        )
        .route("/account/sessions/end", post(account::sessions::end))
        .route(
            "/account/sessions/end-all",
            post(account::sessions::end_all),
        )
        .route("/account/delete", post(account::deletion::submit))
        .route_layer(login_required(auth));
    let admin = Router::new()
        .route("/admin", get(admin::show))
        .route("/admin/users/{id}", post(admin::submit))
        .route_layer(login_required(auth));
    Router::new()
        .route("/", get(home::show))
        .route("/sign-up", get(sign_up::show))
        .route("/verify", get(verify::show))
        .route("/login", get(login::show))
        .route("/forgot", get(forgot::show))
        .route("/reset", get(reset::show))
        .route("/style.css", get(style))
        .merge(account)
        .merge(admin)
        .merge(routes(auth))
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(csrf_protection(auth))
        .layer(from_fn_with_state(auth.clone(), error::as_page))
        .layer(map_response(security::headers))
        .with_state(auth.clone())
}
