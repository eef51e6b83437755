//! Pick an adapter.
//!
//! | your framework | add | mount | ask for a user |
//! | --- | --- | --- | --- |
//! | Axum 0.8 | `auth-axum` | `.merge(auth_axum::routes(&auth)).with_state(auth)` | `user: CurrentUser<User>` |
//! | Poem 3 | `auth-poem` | `.merge(auth_poem::routes(&auth)).with(auth_poem::provide(&auth))` | `user: CurrentUser<User>` |
//! | another one | nothing | the two calls below | `auth.authenticate(&head)` |
//! | none (a job, a command) | nothing | – | the flows of [`Accounts`](crate::Accounts) |
//!
//! Both adapters have the same names: `routes`, `guard`, `csrf_protection`, `CurrentUser`, `ActiveUser`, `VerifiedUser`,
//! `Superuser`, `OptionalUser`, `AuthRejection`. The conformance suite compares what they send byte
//! for byte, so that changing from one to the other changes nothing for clients.
//!
//! ```toml
//! [dependencies]
//! async-trait = "0.1"                       # for hooks
//! auth-core = "0.1"
//! auth-axum = "0.1"                         # or auth-poem
//! auth-diesel = "0.1"                       # SQLite; or with default-features = false, features = ["postgres"]
//! axum = { version = "0.8", features = ["macros"] } # or poem = { version = "3", features = ["server"] }
//! tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
//! tracing-subscriber = "0.3"                # or what is logged is lost: failed hooks, outages, forgotten wiring
//!
//! [dev-dependencies]
//! auth-core = { version = "0.1", features = ["testing"] }
//! auth-axum = { version = "0.1", features = ["testing"] } # or auth-poem
//! tower = { version = "0.5", features = ["util"] }          # `oneshot`, for tests of an Axum router
//! ```
//!
//! In a debug build Argon2 is not optimised, and a login takes about 0.6 seconds instead of 0.02. Add this
//! to the `Cargo.toml` of the workspace (profiles of a dependency have no effect):
//!
//! ```toml
//! [profile.dev.package]
//! argon2 = { opt-level = 3 }
//! blake2 = { opt-level = 3 }
//! ```
//!
//! An application with opaque tokens only does without `aws-lc-rs`, which is partly C:
//! `auth-core = { version = "0.1", default-features = false }`.
//!
//! (As long as the crates are not published, with paths or a git address in the place of versions.)
//!
//! | | Axum | Poem |
//! | --- | --- | --- |
//! | under a prefix | `.nest("/api", routes(&auth))` | `.merge(routes(&auth).under("/api"))` |
//! | a public page | `OptionalUser(user): OptionalUser<User>` | the same, and never `Option<CurrentUser<User>>`: Poem makes `None` of every error, of an outage too |
//!
//! Serve an Axum router with `.into_make_service_with_connect_info::<SocketAddr>()`, or the address of
//! clients is not known; Poem knows it. Behind a proxy, name its network with
//! [`AuthBuilder::trusted_proxies`](crate::AuthBuilder::trusted_proxies).
//!
//! What differs is how forgotten wiring shows. In Axum a router whose handlers ask for a user does
//! not compile without the handle in its state. Poem has no types for that: a forgotten `provide` is
//! a sentence in the log (of `tracing`) and a 500, and `auth_poem::assert_wired` finds it in a test.
//!
//! # Another framework
//!
//! An adapter translates and decides nothing. It mounts every path of
//! [`Auth::routes`](crate::Auth::routes), for **all** methods, and hands each request to
//! [`Auth::respond`](crate::Auth::respond):
//!
//! ```
//! use auth_core::api::{RequestParts, Route};
//! use auth_core::http::{BufferedRequest, Header};
//! use auth_core::{Auth, User};
//!
//! /// What a framework gives and takes; here a method, one header and a body.
//! async fn handle(
//!     auth: &Auth<User>,
//!     route: &Route<User>,
//!     method: &str,
//!     authorization: &str,
//!     body: Vec<u8>,
//! ) -> (u16, Vec<(String, String)>, Vec<u8>) {
//!     // A head that borrows from the framework's own type implements `RequestHead` in ten lines.
//!     let request = BufferedRequest::new(method, body).header("authorization", authorization);
//!     let BufferedRequest { head, mut body } = request;
//!     let parts = RequestParts { head: &head, id: None, path: None, body: &mut body };
//!     let reply = auth.respond(route, parts).await;
//!     let header = |header: &Header| (header.name().to_owned(), header.value().to_owned());
//!     (reply.status(), reply.headers().map(header).collect(), reply.into_body())
//! }
//! ```
//!
//! It keeps a [`RequestAuth`](crate::RequestAuth) with each request. Its extractors call
//! [`Auth::admit`](crate::Auth::admit) and [`Auth::admit_optional`](crate::Auth::admit_optional), its guards
//! [`Auth::pass`](crate::Auth::pass), and its CSRF protection [`Auth::csrf_gate`](crate::Auth::csrf_gate) before
//! a handler and [`Auth::reply_headers`](crate::Auth::reply_headers) after it. A
//! layer that keeps users of pages logged in calls [`Auth::refresh_request`](crate::Auth::refresh_request).
//!
//! Two suites test it, both with the feature `conformance`: `testing::conformance` compares the replies of
//! its routes with those of the core, and `testing::extractors` tests its extractors, guards and CSRF
//! protection over real HTTP.
