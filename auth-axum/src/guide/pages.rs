//! Render pages on the server: from `cargo new` to a login page.
//!
//! A form posts to a route of the toolkit, which answers with a redirect: to the next page, or back to the page
//! of the form with a message. The application makes the pages. Nothing needs a script.
//!
//! # The program
//!
//! ```sh
//! cargo new site && cd site
//! ```
//!
//! `Cargo.toml`:
//!
//! ```toml
//! [package]
//! name = "site"
//! version = "0.1.0"
//! edition = "2024"
//!
//! [dependencies]
//! auth-axum = "0.1"
//! auth-core = { version = "0.1", default-features = false }
//! auth-diesel = "0.1"
//! axum = "0.8"
//! maud = { version = "0.27", features = ["axum"] }
//! serde = { version = "1", features = ["derive"] }
//! tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
//! tracing-subscriber = "0.3"
//!
//! # Without optimisation, hashing a password takes half a second.
//! [profile.dev.package]
//! argon2 = { opt-level = 3 }
//! blake2 = { opt-level = 3 }
//! ```
//!
//! (As long as the crates are not published, with paths in the place of versions.)
//!
//! `src/main.rs`:
//!
//! ```no_run
#![doc = include_str!("../../docs/pages.rs")]
//! ```
//!
//! Run it with a secret of 32 random bytes, and open <http://localhost:8000/>:
//!
//! ```sh
//! export AUTH_SECRET=$(openssl rand -hex 32)
//! cargo run
//! ```
//!
//! The page sends you to the login page, which has a link to the page for new users. Sign up and log in: you are
//! where you wanted to be. Use the name `localhost`, on which browsers accept secure cookies without TLS.
//!
//! # What happened
//!
//! | step | request | reply |
//! | --- | --- | --- |
//! | the page needs a login: [`PageUser`](crate::PageUser) | `GET /` | 303 to `/login?next=%2F` |
//! | the page sets the cookie of its token: [`CsrfToken`](crate::CsrfToken) | `GET /login` | 200 |
//! | a wrong password | `POST /auth/login` | 303 to the page of the form, with a message in a cookie |
//! | the page shows the message once: [`Flash`](crate::Flash) | `GET /login?next=%2F` | 200 |
//! | the right password | `POST /auth/login` | 303 to `next`, with the cookie of the session |
//! | logout | `POST /auth/logout` | 303 to `/`, which sends the browser to the login page |
//!
//! - **Fields** have the names of the members of the JSON body (`docs/http-api.md` lists them). An unknown field is
//!   refused, so a form has no others than these, `csrf_token` and `next`.
//! - **The session** is one cookie, and ends after 30 days without a visit. Without the checkbox `remember` the cookie ends with the
//!   browser, and the session after a day. The layer [`csrf_protection`](crate::csrf_protection) also renews the cookie.
//! - **`next`** is followed if it is a path of this site, else ignored. [`Forms::redirects`](auth_core::Forms::redirects)
//!   allows other origins.
//! - **Forged forms** are refused with 403: also at a login, and on routes without a login. Browsers say where a form
//!   comes from (`Sec-Fetch-Site`, `Origin`); the hidden field is the proof of those that do not.
//! - **Messages** have a code, a sentence, errors of fields, and what was typed, but no password.
//!   [`FlashMessage`](auth_core::FlashMessage) has them all; a site in another language has sentences of its own by code.
//! - **Other refusals** (a forged form, a store that cannot answer) keep their status and their JSON. The example site
//!   turns them into pages.
//!
//! # More forms
//!
//! A route takes forms if [`Forms`](auth_core::Forms) names its page:
//!
//! | [`FormRoute`](auth_core::FormRoute) | posts to | fields | after a success |
//! | --- | --- | --- | --- |
//! | `Login` | `/auth/login` | `identifier`, `password`, `remember` (a checkbox) | `after_login` |
//! | `Logout` | `/auth/logout` | – | `/` |
//! | `Register` | `/auth/register` | `email`, `password`, own columns | the login page |
//! | `Verify` | `/auth/verify` | `token` | the login page |
//! | `RequestVerify` | `/auth/request-verify-token` | `email` | the same page |
//! | `ForgotPassword` | `/auth/forgot-password` | `email` | the same page |
//! | `ResetPassword` | `/auth/reset-password` | `token`, `password` | the login page |
//! | `ChangePassword` | `/users/me/change-password` | `current_password`, `new_password` | the same page |
//!
//! A mailed link opens a page of the site, whose form has the token in a hidden field and posts it: a program that
//! checks mails opens links, and must not spend the token.
//!
//! # Your own forms
//!
//! Everything else is a handler of yours that calls [`Accounts`](auth_core::Accounts), and answers with a redirect
//! and a message. [`PageUser`](crate::PageUser) refuses a forged form before the handler runs:
//!
//! ```
//! use auth_axum::{AuthRejection, AuthReply, PageUser};
//! use auth_core::{Auth, FlashMessage, User};
//! use axum::extract::State;
//!
//! async fn log_out_everywhere(
//!     State(auth): State<Auth<User>>,
//!     user: PageUser<User>,
//! ) -> Result<AuthReply, AuthRejection> {
//!     let accounts = auth.accounts();
//!     accounts.end_all_sessions(&user.id, &user.context()).await?;
//!     let message = FlashMessage::success("log-out-everywhere");
//!     Ok(auth.flash_redirect("/login", message)?.into())
//! }
//! ```
//!
//! # A whole site
//!
//! `cargo run -p quickstart-pages` in a checkout of this repository: sign-up, verification, login, reset, an account page
//! with the list of sessions, and administration, with a strict `Content-Security-Policy`. Its tests drive it in a browser
//! with scripts switched off. Each page is one file in `examples/quickstart-pages/src/page`.
