//! Requests and users for the tests of an application.
//!
//! - [`request_as`] and [`browser_request_as`]: a request with a real credential, for the whole router.
//! - [`admit`]: an extension of a request, for a router whose handle has no such user.
//! - [`current_user`]: the argument of a handler, to call the handler as a function.
//!
//! # Examples
//!
//! A user who is in no store:
//!
//! ```
//! use auth_axum::CurrentUser;
//! use auth_axum::testing::admit;
//! use auth_core::{User, testing};
//! use axum::{Router, body::Body, http::Request, routing::get};
//! use tower::ServiceExt;
//!
//! async fn account(user: CurrentUser<User>) -> String {
//!     user.email().to_string()
//! }
//!
//! // With the attribute `#[tokio::test]`.
//! async fn account_is_shown() {
//!     let app = Router::new().route("/account", get(account)).with_state(testing::auth());
//!     let ada = testing::user("ada@example.com");
//!     let request = Request::get("/account").extension(admit(ada)).body(Body::empty()).unwrap();
//!     assert_eq!(app.oneshot(request).await.unwrap().status(), 200);
//! }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(account_is_shown());
//! ```

use auth_core::guard::Policy;
use auth_core::http::Header;
pub use auth_core::testing::admit;
use auth_core::testing::{bearer_headers, cookie_headers};
use auth_core::{Auth, AuthUser};
use axum::http::Request;
use axum::http::request::Builder;

use crate::{CurrentUser, reply};

/// Returns a builder of a request as this user, with a bearer token. The login is inside
/// ([`bearer_headers`]); the user must be in the store of the handle.
///
/// # Examples
///
/// ```
/// use auth_axum::testing::request_as;
/// use auth_axum::{CurrentUser, Guard, guard, routes};
/// use auth_core::User;
/// use auth_core::testing::{self, registration};
/// use axum::{Router, body::Body, routing::get};
/// use tower::ServiceExt;
///
/// async fn account(user: CurrentUser<User>) -> String {
///     user.email().to_string()
/// }
///
/// // With the attribute `#[tokio::test]`.
/// async fn account_is_shown_to_its_user() {
///     let auth = testing::auth();
///     let accounts = auth.accounts();
///     let ada = registration("ada@example.com");
///     let ada = accounts.register(ada, &accounts.context()).await.unwrap();
///     let app = Router::new()
///         .route("/account", get(account))
///         .route_layer(guard(&auth, Guard::active()))
///         .merge(routes(&auth))
///         .with_state(auth.clone());
///
///     let request = request_as(&auth, &ada).await.uri("/account").body(Body::empty()).unwrap();
///     assert_eq!(app.oneshot(request).await.unwrap().status(), 200);
/// }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(account_is_shown_to_its_user());
/// ```
///
/// # Panics
///
/// As [`bearer_headers`] does.
pub async fn request_as<U: AuthUser>(auth: &Auth<U>, user: &U) -> Builder {
    builder(&bearer_headers(auth, user).await)
}

/// Returns a builder of a request as the browser of this user: with cookies, and with the proof that the
/// request is not forged. The login is inside ([`cookie_headers`]).
///
/// # Examples
///
/// ```
/// use auth_axum::CurrentUser;
/// use auth_axum::testing::browser_request_as;
/// use auth_core::User;
/// use auth_core::store::memory::MemorySessionStore;
/// use auth_core::testing::{self, Outbox, registration};
/// use auth_core::{Auth, Backend, CookieTransport, OpaqueStrategy, Sessions};
/// use axum::{Router, body::Body, routing::post};
/// use std::sync::Arc;
/// use tower::ServiceExt;
///
/// async fn order(user: CurrentUser<User>) -> String {
///     format!("an order of {}", user.email())
/// }
///
/// // With the attribute `#[tokio::test]`.
/// async fn browser_orders() {
///     let sessions = Sessions::new(MemorySessionStore::new(), &testing::master_secret());
///     let accounts = testing::accounts_builder(Arc::new(Outbox::new())).sessions(sessions);
///     let web = Backend::new("web", CookieTransport::new(), OpaqueStrategy::new());
///     let auth = Auth::builder(accounts).backend(web).build().unwrap();
///     let accounts = auth.accounts();
///     let ada = registration("ada@example.com");
///     let ada = accounts.register(ada, &accounts.context()).await.unwrap();
///     let app = Router::new().route("/orders", post(order)).with_state(auth.clone());
///
///     let request = browser_request_as(&auth, &ada).await.method("POST").uri("/orders");
///     let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
///     assert_eq!(response.status(), 200);
/// }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(browser_orders());
/// ```
///
/// # Panics
///
/// As [`cookie_headers`] does.
pub async fn browser_request_as<U: AuthUser>(auth: &Auth<U>, user: &U) -> Builder {
    builder(&cookie_headers(auth, user).await)
}

/// Returns the argument of a handler that takes `CurrentUser<U, P>`, to call the handler as a function.
///
/// # Examples
///
/// ```
/// use auth_axum::CurrentUser;
/// use auth_axum::testing::current_user;
/// use auth_core::User;
///
/// async fn account(user: CurrentUser<User>) -> String {
///     user.email().to_string()
/// }
///
/// // With the attribute `#[tokio::test]`.
/// async fn account_is_shown() {
///     let ada = auth_core::testing::user("ada@example.com");
///     assert_eq!(account(current_user(ada)).await, "ada@example.com");
/// }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(account_is_shown());
/// ```
///
/// # Panics
///
/// If the policy `P` does not let the user pass, or the user is inactive.
#[must_use]
pub fn current_user<U: AuthUser, P: Policy<U>>(user: U) -> CurrentUser<U, P> {
    CurrentUser(auth_core::testing::admitted(user))
}

fn builder(more: &[Header]) -> Builder {
    let mut builder = Request::builder();
    if let Some(headers) = builder.headers_mut() {
        reply::append(headers, more);
    }
    builder
}
