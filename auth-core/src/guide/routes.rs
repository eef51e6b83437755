//! Guide: choose, move and describe the routes.
//!
//! Every route has a name, for example `auth.login` or `users.me.read`; the page `docs/http-api.md` of the
//! repository lists them. The first backend's routes are `auth.login`, `auth.logout` and `auth.refresh`; those of a
//! further backend have its name behind an `@`: `auth.login@api`. A setting names one route, or a group of
//! routes by what their names begin with (`users`, `password`). The setting of one route counts more than
//! the setting of its group.
//!
//! ```
//! use auth_core::{AuthBuilder, RouteSetting, User};
//!
//! fn routes(builder: AuthBuilder<User>) -> AuthBuilder<User> {
//!     builder
//!         .auth_path("/account") // instead of `/auth`
//!         .route("register", RouteSetting::off()) // accounts are made by an administrator
//!         .route("users.me.delete", RouteSetting::on()) // off by default
//!         .route("auth.login", RouteSetting::renamed("/sign-in")) // `/account/sign-in`
//!         .route("users.me.read", RouteSetting::moved("/whoami"))
//! }
//! ```
//!
//! `build()` refuses a name that no route has, a path that cannot be mounted, and two routes of one method at one path.
//!
//! # Serve the OpenAPI document
//!
//! The feature `openapi` of `auth-core` adds [`Auth::openapi`](crate::Auth::openapi). The document describes the routes of *this* handle: those
//! that are switched off are not in it, and the application's own columns are. Make it once at the start, as
//! text, and serve it from a route of your own:
//!
#![cfg_attr(feature = "openapi", doc = "```")]
#![cfg_attr(not(feature = "openapi"), doc = "```ignore")]
//! use auth_core::{Auth, User};
//!
//! fn document(auth: &Auth<User>) -> String {
//!     let document = auth.openapi().title("Shop").version("2.1.0");
//!     document.server("https://shop.example").document().to_string()
//! }
//! ```
//!
//! ```text
//! // Axum
//! let document: Arc<str> = document(&auth).into();
//! let json = [("content-type", "application/json")];
//! let router = router.route("/openapi.json", get(async move || (json, document.to_string())));
//!
//! // Poem
//! let document = document(&auth);
//! let page = make_sync(move |_| document.clone().with_content_type("application/json"));
//! let route = route.at("/openapi.json", page);
//! ```
//!
//! The crates of both adapters have these lines as a whole, compiled example (`auth_axum`, `auth_poem`: *OpenAPI*). A document
//! that is public tells nothing that a client could not find out by trying.
//!
//! The conformance suite fails for a reply of a route whose status, code or body the document does not have. Own columns are
//! in the document if they are declared by `user!`; hand-written [`UserColumns`](crate::UserColumns) declare them with
//! [`new_schema`](crate::UserColumns::new_schema) and its siblings.
