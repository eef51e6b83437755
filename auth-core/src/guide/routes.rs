//! Guide: choose, move and describe the routes, and administer users.
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
//! # Administer users
//!
//! The routes `users.list`, `users.read`, `users.update` and `users.delete` are for superusers; every other caller gets 403 before
//! the query or the body is read.
//!
//! | request | reply |
//! | --- | --- |
//! | `GET /users?limit=20&offset=40` | a page, with the number of all users |
//! | `GET /users?limit=20&after=` | the first page; `next` in the reply is the `after` of the next one |
//! | `GET /users?email=ada&after=` | the same, of the users whose addresses begin with `ada` |
//! | `PATCH /users/{id}` | changes an account, and the own columns that an administrator may change |
//! | `DELETE /users/{id}` | deactivates an account, or removes it: [`DeleteMode`](crate::accounts::DeleteMode) |
//!
//! A list has every user, also those that are deactivated, and a search finds the same users. The beginning of an address is normalised
//! like an address ([`EmailPrefix`](crate::EmailPrefix)), so `Ada@B%C3%BCcher` finds `ada@bücher.example`. No character is a
//! wildcard: `%`, `_` and `*` are characters of addresses. `total` counts the users that are found. An empty
//! `email`, which a form sends for an empty field, finds all users. Addresses that wait for their proof are not searched. In a query `+` is
//! a space: write `%2B`.
//!
//! Logs of proxies contain queries, and so the addresses that administrators search for: leave the query out there, or keep those logs
//! like the data of users.
//!
//! [`Accounts::list`](crate::Accounts::list) is the same for code of the application:
//!
//! ```
//! use auth_core::store::PageRequest;
//! use auth_core::{Accounts, BoxError, EmailPrefix, User};
//!
//! /// Returns the number of users whose addresses begin with a text.
//! async fn count(accounts: &Accounts<User>, text: &str) -> Result<u64, BoxError> {
//!     let page = PageRequest {
//!         email: Some(EmailPrefix::parse(text)?),
//!         ..PageRequest::first()
//!     };
//!     Ok(accounts.list(page).await?.total)
//! }
//! ```
//!
//! Own columns have their writers in their declaration ([`user!`](crate::user!)): `owner` for `PATCH /users/me`, `admin` for
//! `PATCH /users/{id}`, both, or neither. A request with a column for which the caller has no right is 422. For columns that are not declared by
//! `user!`, [`UserColumns::read_admin_change`](crate::UserColumns::read_admin_change) reads what an administrator may change.
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
