//! Requests and users for the tests of an application.
//!
//! - [`request_as`] and [`browser_request_as`]: a request with a real credential, for the whole route.
//! - [`admit`]: an extension of a request, for a route whose handle has no such user.
//!
//! # Examples
//!
//! A user who is in no store:
//!
//! ```
//! use auth_core::{User, testing};
//! use auth_poem::testing::admit;
//! use auth_poem::{CurrentUser, provide};
//! use poem::{Endpoint, EndpointExt, Request, Route, get, handler};
//!
//! #[handler]
//! fn account(user: CurrentUser<User>) -> String {
//!     user.email().to_string()
//! }
//!
//! // With the attribute `#[tokio::test]`.
//! async fn account_is_shown() {
//!     let app = Route::new().at("/account", get(account)).with(provide(&testing::auth()));
//!     let ada = testing::user("ada@example.com");
//!     let request = Request::builder().uri_str("/account").extension(admit(ada)).finish();
//!     assert_eq!(app.get_response(request).await.status(), 200);
//! }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(account_is_shown());
//! ```

use auth_core::http::Header;
pub use auth_core::testing::admit;
use auth_core::testing::{bearer_headers, cookie_headers};
use auth_core::{Auth, AuthUser};
use poem::{Request, RequestBuilder};

/// Returns a builder of a request as this user, with a bearer token. The login is inside
/// ([`bearer_headers`]); the user must be in the store of the handle.
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_core::testing::{self, registration};
/// use auth_poem::testing::request_as;
/// use auth_poem::{CurrentUser, Guard, RouteExt, guard, provide, routes};
/// use poem::{Endpoint, EndpointExt, Route, get, handler};
///
/// #[handler]
/// fn account(user: CurrentUser<User>) -> String {
///     user.email().to_string()
/// }
///
/// // With the attribute `#[tokio::test]`.
/// async fn account_is_shown_to_its_user() {
///     let auth = testing::auth();
///     let accounts = auth.accounts();
///     let ada = registration("ada@example.com");
///     let ada = accounts.register(ada, &accounts.context()).await.unwrap();
///     let app = Route::new()
///         .at("/account", get(account).with(guard(&auth, Guard::active())))
///         .merge(routes(&auth))
///         .with(provide(&auth));
///
///     let request = request_as(&auth, &ada).await.uri_str("/account").finish();
///     assert_eq!(app.get_response(request).await.status(), 200);
/// }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(account_is_shown_to_its_user());
/// ```
///
/// # Panics
///
/// As [`bearer_headers`] does.
pub async fn request_as<U: AuthUser>(auth: &Auth<U>, user: &U) -> RequestBuilder {
    builder(&bearer_headers(auth, user).await)
}

/// Returns a builder of a request as the browser of this user: with cookies, and with the proof that the
/// request is not forged. The login is inside ([`cookie_headers`]).
///
/// # Examples
///
/// ```
/// use auth_core::User;
/// use auth_core::store::memory::MemorySessionStore;
/// use auth_core::testing::{self, Outbox, registration};
/// use auth_core::{Auth, Backend, CookieTransport, OpaqueStrategy, Sessions};
/// use auth_poem::testing::browser_request_as;
/// use auth_poem::{CurrentUser, provide};
/// use poem::{Endpoint, EndpointExt, Route, handler, http::Method, post};
/// use std::sync::Arc;
///
/// #[handler]
/// fn order(user: CurrentUser<User>) -> String {
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
///     let app = Route::new().at("/orders", post(order)).with(provide(&auth));
///
///     let request = browser_request_as(&auth, &ada).await.method(Method::POST);
///     let response = app.get_response(request.uri_str("/orders").finish()).await;
///     assert_eq!(response.status(), 200);
/// }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(browser_orders());
/// ```
///
/// # Panics
///
/// As [`cookie_headers`] does.
pub async fn browser_request_as<U: AuthUser>(auth: &Auth<U>, user: &U) -> RequestBuilder {
    builder(&cookie_headers(auth, user).await)
}

fn builder(headers: &[Header]) -> RequestBuilder {
    let add =
        |builder: RequestBuilder, header: &Header| builder.header(header.name(), header.value());
    headers.iter().fold(Request::builder(), add)
}
