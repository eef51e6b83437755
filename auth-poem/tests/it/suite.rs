//! The extractor suite of the core, over this adapter.
#![expect(
    clippy::needless_pass_by_value,
    reason = "an extractor is passed by value"
)]

use std::net::SocketAddr;

use async_trait::async_trait;
use auth_core::testing::extractors::{Harness, OWN_COOKIE, RecentLogin, Support, shown};
use auth_core::{Auth, FlashMessage, User};
use auth_poem::{
    ActiveUser, CsrfToken, CurrentUser, Flash, Guard, OptionalUser, PageUser, Policy, RouteExt,
    Superuser, VerifiedUser, csrf_protection, guard, login_required, provide, renew_sessions,
    routes,
};
use poem::http::StatusCode;
use poem::http::header::SET_COOKIE;
use poem::{EndpointExt, Error, IntoResponse, Response, Route, get, handler};

use crate::support::serve;

struct Poem;

#[async_trait]
impl Harness for Poem {
    async fn serve(&self, auth: Auth<User>, other: Auth<User>) -> SocketAddr {
        let active = || Guard::active();
        let layered = Route::new()
            .at("/public", get(public).post(public))
            .at("/active", get(one))
            .at("/optional", get(optional))
            .at("/error", get(error))
            .at("/cookie", get(cookie))
            .with(csrf_protection(&auth));
        let renewed = Route::new()
            .at("/public", get(public))
            .at("/active", get(one).post(one))
            .at("/optional", get(optional))
            .at("/error", get(error))
            .at("/cookie", get(cookie))
            .with(renew_sessions(&auth));
        let pages = Route::new()
            .at("/guarded", get(page).with(login_required(&auth)))
            .at("/user", get(page_user))
            .at("/form", get(form));
        let app = Route::new()
            .at("/public", get(public))
            .at("/active", get(one).post(one))
            .at("/verified", get(verified))
            .at("/superuser", get(superuser))
            .at("/support", get(support))
            .at("/recent", get(recent))
            .at("/optional", get(optional).post(optional))
            .at("/three", get(three))
            .at("/guarded", get(three).with(guard(&auth, active())))
            .at("/reports", get(reports).with(guard(&auth, Support::GUARD)))
            .at("/another", get(one).with(guard(&other, active())))
            .nest("/layer", layered)
            .nest("/renew", renewed)
            .nest("/page", pages)
            .at("/login", get(page).with(login_required(&auth)))
            .merge(routes(&auth))
            .with(provide(&auth));
        serve(app).await
    }
}

#[handler]
fn public() -> &'static str {
    "public"
}

#[handler]
fn reports() -> &'static str {
    "reports"
}

#[handler]
fn one(user: ActiveUser<User>) -> String {
    shown(&user)
}

#[handler]
fn verified(user: VerifiedUser<User>) -> String {
    shown(&user)
}

#[handler]
fn superuser(user: Superuser<User>) -> String {
    shown(&user)
}

#[handler]
fn support(user: CurrentUser<User, Support>) -> String {
    shown(&user)
}

#[handler]
fn recent(user: CurrentUser<User, RecentLogin>) -> String {
    shown(&user)
}

#[handler]
fn three(user: ActiveUser<User>, _: OptionalUser<User>, _: CurrentUser<User>) -> String {
    shown(&user)
}

#[handler]
fn optional(OptionalUser(user): OptionalUser<User>) -> String {
    user.map_or_else(|| "anonymous".to_owned(), |user| shown(&user))
}

#[handler]
fn page() -> &'static str {
    "page"
}

#[handler]
fn page_user(user: PageUser<User>) -> String {
    shown(&user)
}

#[handler]
fn form(flash: Flash<User>, csrf: CsrfToken<User>) -> Response {
    let code = flash.message().and_then(FlashMessage::code);
    let code = code.unwrap_or("none");
    let text = format!("{code} {} {}", flash.typed("identifier"), csrf.token());
    csrf.on(flash.on(text))
}

/// An error of Poem, and not a response.
#[handler]
fn error(_: OptionalUser<User>) -> poem::Result<()> {
    Err(Error::from_string("teapot", StatusCode::IM_A_TEAPOT))
}

#[handler]
fn cookie(_: OptionalUser<User>) -> Response {
    "public".with_header(SET_COOKIE, OWN_COOKIE).into_response()
}

auth_core::extractor_tests!(Poem);
