//! Accounts for [Poem](poem) applications: routes, extractors and guards around [`auth_core`].
//!
//! | you want | you write |
//! | --- | --- |
//! | register, login, logout, verification, password reset, `/users/me`, administration | `.merge(routes(&auth))`, or `.merge(routes(&auth).under("/api"))` |
//! | extractors that find the handle | `.with(provide(&auth))` around the whole application |
//! | the logged-in user | `user: CurrentUser<User>` (the same as [`ActiveUser`]) |
//! | a user with a verified address | `user: VerifiedUser<User>` |
//! | an administrator | `user: Superuser<User>` |
//! | a role, or any rule of your own | `user: CurrentUser<User, Support>`, where `Support` is a [`Policy`] |
//! | a public page that greets who is logged in | `OptionalUser(user): OptionalUser<User>`, and never `Option<CurrentUser<User>>` |
//! | a rule for a whole route | `.with(guard(&auth, Guard::active().verified()))` |
//! | the handle itself | `Data(auth): Data<&Auth<User>>` |
//! | routes that act on cookies without asking who is there | `.with(csrf_protection(&auth))` |
//! | the envelope of the toolkit in a handler of yours | `Result<_, AuthRejection>` |
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
//!     "only with a proven address"
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
//! | a cookie that is no longer good | 401 | `None` |
//! | a header that is not good, an inactive user | 401 | 401 |
//! | logged in, and not verified or no superuser | 403 `AUTHORIZATION_DENIED` | the user |
//! | logged in, without the role | 403 `INSUFFICIENT_ROLES` | the user |
//! | a cookie, and a changing request that cannot prove where it comes from | 403 `CSRF_FAILED` | 403 |
//! | a store that cannot answer | 503 | 503 |
//! | no handle, because `provide` was forgotten | 500, and the log says what to add | 500 |
//!
//! Every decision, status and byte comes from [`auth_core`]: this crate translates.
//!
//! # Errors and their handlers
//!
//! A refusal is an error of Poem, [`AuthRejection`]. `provide` turns it into its response, so a
//! `catch_all_error` around it changes nothing of ours; one below it may.
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
mod reject;
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
pub use reject::AuthRejection;
pub use routes::{RouteExt, Routes, routes};
pub use wiring::{assert_wired, provide};
