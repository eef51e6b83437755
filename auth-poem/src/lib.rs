//! Authentication for [Poem](poem) applications: routes, extractors and guards around [`auth_core`].
//!
//! | you want | you write |
//! | --- | --- |
//! | register, login, logout, verification, password reset, `/users/me`, administration | `.merge(routes(&auth))`, or `.merge(routes(&auth).under("/api"))` |
//! | extractors that find the handle | `.with(provide(&auth))` around the whole application |
//! | the logged-in user | `user: CurrentUser<User>` (the same as [`ActiveUser`]) |
//! | a user with a verified address | `user: VerifiedUser<User>` |
//! | an administrator | `user: Superuser<User>` |
//! | a role, or your own rule | `user: CurrentUser<User, Support>`, where `Support` is a [`Policy`] |
//! | a public page that greets a logged-in user | `OptionalUser(user): OptionalUser<User>`, and never `Option<CurrentUser<User>>` |
//! | a rule for a whole route | `.with(guard(&auth, Guard::active().verified()))` |
//! | the handle itself | `Data(auth): Data<&Auth<User>>` |
//! | routes that act on cookies without an extractor or a guard | `.with(csrf_protection(&auth))` |
//! | pages whose users stay logged in | `.with(renew_sessions(&auth))` |
//! | pages that send a browser to the login page | `.with(login_required(&auth))`, or `user: PageUser<User>` |
//! | the message of a form, and the token for its hidden field | `flash: Flash<User>`, `csrf: CsrfToken<User>` |
//! | a redirect with a message after your own form | `auth.flash_redirect("/account", message)?` as [`AuthReply`] |
//! | the error envelope of the toolkit in your own handler | `Result<_, AuthRejection>` |
//! | a test that no route lacks the handle | [`assert_wired`] |
//! | a test with a request as a user | `testing::request_as(&auth, &user)`, with the feature `testing` |
//!
//! ```
//! use auth_core::{Auth, User};
//! use auth_poem::{CurrentUser, OptionalUser, RouteExt, VerifiedUser, provide, routes};
//! use poem::{Endpoint, EndpointExt, Route, get, handler};
//!
//! #[handler]
//! async fn home(OptionalUser(user): OptionalUser<User>) -> String {
//!     user.map_or("hello".into(), |user| format!("hello {}", user.email()))
//! }
//!
//! #[handler]
//! async fn account(user: CurrentUser<User>) -> String {
//!     format!("{} by {}", user.email(), user.backend())
//! }
//!
//! #[handler]
//! async fn orders(_: VerifiedUser<User>) -> &'static str {
//!     "only with a verified address"
//! }
//!
//! fn app(auth: &Auth<User>) -> impl Endpoint {
//!     Route::new()
//!         .at("/", get(home))
//!         .at("/account", get(account))
//!         .at("/orders", get(orders))
//!         .merge(routes(auth))
//!         .with(provide(auth))
//! }
//! ```
//!
//! # What a request costs
//!
//! A request is authenticated when an extractor or a guard needs it: a public route calls no
//! store. The first extractor authenticates; later ones reuse the result.
//!
//! # What a client sees
//!
//! | | required user | optional user |
//! | --- | --- | --- |
//! | no credential | 401 | `None` |
//! | a cookie that is no longer valid | 401 | `None` |
//! | an invalid header, or an inactive user | 401 | 401 |
//! | logged in, but not verified, or not a superuser | 403 `AUTHORIZATION_DENIED` | the user |
//! | logged in, but without the role | 403 `INSUFFICIENT_ROLES` | the user |
//! | a cookie, on a request that changes something and may be forged | 403 `CSRF_FAILED` | 403 |
//! | a store that cannot answer | 503 | 503 |
//! | no handle, because `provide` is missing | 500, and the log says what to add | 500 |
//!
//! Every decision, status and byte comes from [`auth_core`]; this crate translates between it and Poem.
//!
//! # Error handlers
//!
//! A refusal is an error of Poem, [`AuthRejection`]. `provide` converts it to its response, so a
//! `catch_all_error` around `provide` does not change it; one below `provide` can.
//!
//! # OpenAPI
//!
//! With the feature `openapi` of `auth-core` the application serves the document of its routes:
//!
//! ```
//! use auth_core::{Auth, User};
//! use auth_poem::{RouteExt, provide, routes};
//! use poem::{Endpoint, EndpointExt, IntoResponse, Route, endpoint::make_sync};
//!
//! fn app(auth: &Auth<User>) -> impl Endpoint {
//!     let document = auth.openapi().title("Shop").version("2.1.0").document().to_string();
//!     let page = make_sync(move |_| document.clone().with_content_type("application/json"));
//!     Route::new().at("/openapi.json", page).merge(routes(auth)).with(provide(auth))
//! }
//! ```
//!
//! # An example that does not compile
//!
//! A user without a passed guard:
//!
//! ```compile_fail
//! use auth_core::guard::Admitted;
//! use auth_core::{Authenticated, User};
//! use auth_poem::CurrentUser;
//!
//! fn forge(user: Authenticated<User>) -> CurrentUser<User> {
//!     CurrentUser(Admitted::new(user))
//! }
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod csrf;
mod endpoint;
mod extract;
mod guard;
mod page;
mod reject;
mod renew;
mod reply;
mod request;
mod routes;
#[cfg(feature = "testing")]
pub mod testing;
mod wiring;

pub use auth_core::Auth;
pub use auth_core::guard::{Guard, Policy};
pub use csrf::csrf_protection;
pub use endpoint::{AuthEndpoint, AuthMiddleware};
pub use extract::{ActiveUser, CurrentUser, OptionalUser, Superuser, VerifiedUser};
pub use guard::guard;
pub use page::{CsrfToken, Flash, PageUser, login_required};
pub use reject::AuthRejection;
pub use renew::renew_sessions;
pub use reply::AuthReply;
pub use routes::{RouteExt, Routes, routes};
pub use wiring::{assert_wired, provide};
