//! The extractor suite of the core, over this adapter.

use std::net::SocketAddr;

use async_trait::async_trait;
use auth_axum::{
    ActiveUser, CsrfToken, CurrentUser, Flash, Guard, OptionalUser, PageUser, Policy, Superuser,
    VerifiedUser, csrf_protection, guard, login_required, renew_sessions, routes,
};
use auth_core::testing::extractors::{Harness, OWN_COOKIE, RecentLogin, Support, shown};
use auth_core::{Auth, FlashMessage, User};
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::support::serve;

struct Axum;

#[async_trait]
impl Harness for Axum {
    async fn serve(&self, auth: Auth<User>, other: Auth<User>) -> SocketAddr {
        let active = || Guard::active();
        let guarded = get(three).route_layer(guard(&auth, active()));
        let reports = get(async || "reports").route_layer(guard(&auth, Support::GUARD));
        let another = get(one).route_layer(guard(&other, active()));
        let layered = Router::new()
            .route("/public", get(async || "public").post(async || "public"))
            .route("/active", get(one))
            .route("/optional", get(optional))
            .route("/error", get(error))
            .route("/cookie", get(cookie))
            .layer(csrf_protection(&auth));
        let renewed = Router::new()
            .route("/public", get(async || "public"))
            .route("/active", get(one).post(one))
            .route("/optional", get(optional))
            .route("/error", get(error))
            .route("/cookie", get(cookie))
            .layer(renew_sessions(&auth));
        let pages = Router::new()
            .route("/guarded", get(async || "page"))
            .route_layer(login_required(&auth))
            .route("/user", get(page_user))
            .route("/form", get(form));
        let login = get(async || "page").route_layer(login_required(&auth));
        let app = Router::new()
            .route("/public", get(async || "public"))
            .route("/active", get(one).post(one))
            .route(
                "/verified",
                get(async |user: VerifiedUser<User>| shown(&user)),
            )
            .route(
                "/superuser",
                get(async |user: Superuser<User>| shown(&user)),
            )
            .route(
                "/support",
                get(async |user: CurrentUser<User, Support>| shown(&user)),
            )
            .route(
                "/recent",
                get(async |user: CurrentUser<User, RecentLogin>| shown(&user)),
            )
            .route("/optional", get(optional).post(optional))
            .route("/three", get(three))
            .route("/guarded", guarded)
            .route("/reports", reports)
            .route("/another", another)
            .nest("/layer", layered)
            .nest("/renew", renewed)
            .nest("/page", pages)
            .route("/login", login)
            .merge(routes(&auth))
            .with_state(auth);
        serve(app).await
    }
}

async fn one(user: ActiveUser<User>) -> String {
    shown(&user)
}

async fn three(user: ActiveUser<User>, _: OptionalUser<User>, _: CurrentUser<User>) -> String {
    shown(&user)
}

async fn optional(OptionalUser(user): OptionalUser<User>) -> String {
    user.map_or_else(|| "anonymous".to_owned(), |user| shown(&user))
}

async fn page_user(user: PageUser<User>) -> String {
    shown(&user)
}

async fn form(flash: Flash<User>, csrf: CsrfToken<User>) -> impl IntoResponse {
    let code = flash.message().and_then(FlashMessage::code);
    let code = code.unwrap_or("none");
    let page = format!("{code} {} {}", flash.typed("identifier"), csrf.token());
    (flash, csrf, page)
}

async fn error(_: OptionalUser<User>) -> (StatusCode, &'static str) {
    (StatusCode::IM_A_TEAPOT, "teapot")
}

async fn cookie(
    _: OptionalUser<User>,
) -> ([(axum::http::HeaderName, &'static str); 1], &'static str) {
    ([(SET_COOKIE, OWN_COOKIE)], "public")
}

auth_core::extractor_tests!(Axum);
