//! The example of axum-login's documentation, with this toolkit: a login form, and a page behind it.

use auth_axum::{Auth, CsrfToken, Flash, OptionalUser, PageUser, login_required, routes};
use auth_core::config::ConfigError;
use auth_core::secret::MasterSecret;
use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
use auth_core::{Accounts, Backend, CookieTransport, Forms, OpaqueStrategy, Sessions, User};
use axum::response::{Html, IntoResponse};
use axum::{Router, routing::get};

pub(crate) fn auth(secret: &MasterSecret) -> Result<Auth<User>, ConfigError> {
    let accounts = Accounts::builder(MemoryUserDatabase::new(), secret)
        .expiring_store(MemoryExpiringStore::new())
        .sessions(Sessions::new(MemorySessionStore::new(), secret));
    let web = Backend::new("web", CookieTransport::new(), OpaqueStrategy::new());
    let forms = Forms::new().login_page("/login").after_login("/protected");
    Auth::builder(accounts).backend(web).forms(forms).build()
}

async fn login(flash: Flash<User>, csrf: CsrfToken<User>) -> impl IntoResponse {
    let (sentence, token) = (flash.detail().unwrap_or_default(), csrf.token());
    // Both are text without markup. Escape what users write, as a template engine does.
    let page = format!(
        r#"<p>{sentence}</p><form method="post" action="/auth/login">
        <input type="hidden" name="csrf_token" value="{token}">
        <input name="identifier" type="email" autocomplete="username">
        <input name="password" type="password" autocomplete="current-password">
        <button>Log in</button></form>"#
    );
    (flash, csrf, Html(page))
}

async fn protected(user: PageUser<User>) -> String {
    format!("Logged in as: {}", user.id)
}

async fn index(OptionalUser(user): OptionalUser<User>) -> String {
    user.map_or("Hello, stranger".into(), |user| {
        format!("Hello, {}", user.id)
    })
}

pub(crate) fn app(auth: &Auth<User>) -> Router {
    Router::new()
        .route("/protected", get(protected))
        .route_layer(login_required(auth))
        .route("/login", get(login))
        .route("/", get(index))
        .merge(routes(auth))
        .with_state(auth.clone())
}
