//! Authentication for [Axum](axum) applications: routes, extractors and guards around [`auth_core`].
//!
//! | you want | you write |
//! | --- | --- |
//! | register, login, logout, verification, password reset, `/users/me`, administration | `.merge(routes(&auth))`, or `.nest("/api", routes(&auth))` |
//! | the logged-in user | `user: CurrentUser<User>` (the same as [`ActiveUser`]) |
//! | a user with a verified address | `user: VerifiedUser<User>` |
//! | an administrator | `user: Superuser<User>` |
//! | a role, or your own rule | `user: CurrentUser<User, Support>`, where `Support` is a [`Policy`] |
//! | a public page that greets a logged-in user | `OptionalUser(user): OptionalUser<User>` |
//! | a rule for a whole router | `.route_layer(guard(&auth, Guard::active().verified()))` |
//! | routes that act on cookies without an extractor or a guard | `.layer(csrf_protection(&auth))` |
//! | pages that send a browser to the login page | `.route_layer(login_required(&auth))`, or `user: PageUser<User>` |
//! | pages whose users stay logged in | `.layer(renew_sessions(&auth))` |
//! | the message of a form, and the token for its hidden field | `flash: Flash<User>`, `csrf: CsrfToken<User>` |
//! | a redirect with a message after your own form | `auth.flash_redirect("/account", message)?` as [`AuthReply`] |
//! | the error envelope of the toolkit in your own handler | `Result<_, AuthRejection>` |
//! | a test with a request as a user | `testing::request_as(&auth, &user)`, with the feature `testing` |
//!
//! A router whose handlers ask for a user has the [`Auth`] handle in its state: as the whole state,
//! or as a part of it through [`FromRef`](axum::extract::FromRef). Without it the router does not
//! compile.
//!
//! ```
//! use auth_axum::{CurrentUser, OptionalUser, VerifiedUser, routes};
//! use auth_core::{Auth, User};
//! use axum::{Router, routing::get};
//!
//! async fn home(OptionalUser(user): OptionalUser<User>) -> String {
//!     user.map_or("hello".into(), |user| format!("hello {}", user.email()))
//! }
//!
//! async fn account(user: CurrentUser<User>) -> String {
//!     format!("{} by {}", user.email(), user.backend())
//! }
//!
//! async fn orders(_: VerifiedUser<User>) -> &'static str {
//!     "only with a verified address"
//! }
//!
//! fn app(auth: Auth<User>) -> Router {
//!     Router::new()
//!         .route("/", get(home))
//!         .route("/account", get(account))
//!         .route("/orders", get(orders))
//!         .merge(routes(&auth))
//!         .with_state(auth)
//! }
//! ```
//!
//! # The client's address
//!
//! Serve the router with connect info; without it the address of a client is not known, and limits by
//! address count all clients as one. Behind a proxy, name it with
//! [`AuthBuilder::trusted_proxies`](auth_core::AuthBuilder::trusted_proxies).
//!
//! ```no_run
//! use axum::Router;
//! use std::net::SocketAddr;
//! use tokio::net::TcpListener;
//!
//! async fn serve(app: Router) -> std::io::Result<()> {
//!     let listener = TcpListener::bind("127.0.0.1:8000").await?;
//!     let app = app.into_make_service_with_connect_info::<SocketAddr>();
//!     axum::serve(listener, app).await
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
//!
//! The [guides](guide) show a site whose pages the server renders, and what users of axum-login write here.
//!
//! Every decision, status and byte comes from [`auth_core`]; this crate translates between it and Axum.
//!
//! # OpenAPI
//!
//! With the feature `openapi` of `auth-core` the application serves the document of its routes:
//!
//! ```
//! use auth_axum::routes;
//! use auth_core::{Auth, User};
//! use axum::{Router, routing::get};
//!
//! fn app(auth: Auth<User>) -> Router {
//!     let document = auth.openapi().title("Shop").version("2.1.0").document().to_string();
//!     let json = [("content-type", "application/json")];
//!     Router::new()
//!         .route("/openapi.json", get(async move || (json, document.clone())))
//!         .merge(routes(&auth))
//!         .with_state(auth)
//! }
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod csrf;
mod extract;
mod guard;
pub mod guide;
mod page;
mod reject;
mod renew;
mod reply;
mod request;
mod routes;
mod service;
#[cfg(feature = "testing")]
pub mod testing;

pub use auth_core::Auth;
pub use auth_core::guard::{Guard, Policy};
pub use csrf::csrf_protection;
pub use extract::{ActiveUser, CurrentUser, OptionalUser, Superuser, VerifiedUser};
pub use guard::guard;
pub use page::{CsrfToken, Flash, PageUser, login_required};
pub use reject::AuthRejection;
pub use renew::renew_sessions;
pub use reply::AuthReply;
pub use routes::routes;
pub use service::{AuthLayer, AuthService};
