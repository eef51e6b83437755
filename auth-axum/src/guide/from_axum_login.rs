//! Come from axum-login: what you are used to, and the call here.
//!
//! axum-login keeps a user in a session of `tower-sessions`; users, passwords, registration and mails are the
//! application's. This toolkit has these, too. What stays the same: one cookie, a session on the server, an
//! extractor, and a layer that redirects to the login page.
//!
//! | axum-login | here |
//! | --- | --- |
//! | `impl AuthUser for User` with `id` and `session_auth_hash` | [`User`](auth_core::User), or your own by [`user!`](auth_core::user!); the *credential version* of a user does what the hash did: a new password ends all sessions |
//! | `impl AuthnBackend`: `authenticate`, `get_user` | a store: `auth_diesel`, memory, or your own [`UserDatabase`](auth_core::UserDatabase); passwords are hashed and checked for you |
//! | `SessionManagerLayer`, `AuthManagerLayerBuilder` | [`Sessions::new`](auth_core::Sessions::new) in the accounts, and the handle as the state of the router |
//! | `AuthSession` as an extractor | [`OptionalUser`](crate::OptionalUser) on public pages, [`PageUser`](crate::PageUser) on others, [`CurrentUser`](crate::CurrentUser) for programs |
//! | `auth_session.user` | `user`, which dereferences to the user; `user.session()`, `user.auth_time()` |
//! | `auth_session.authenticate(creds)` and `auth_session.login(&user)` in a handler for the form | the form posts to `/auth/login` ([`AuthBuilder::forms`](auth_core::AuthBuilder::forms)) |
//! | `auth_session.login(&user)` for a user who was authenticated in another way | [`AuthProof::vouched_for`](auth_core::login::AuthProof::vouched_for), [`Auth::log_in`](auth_core::Auth::log_in), and [`Auth::token_redirect`](auth_core::Auth::token_redirect) |
//! | `auth_session.logout()` | the form posts to `/auth/logout` |
//! | a new session id at login (`cycle_id`) | always; a new secret after a change of the password or of privileges |
//! | `login_required!(Backend, login_url = "/login")` | [`login_required(&auth)`](crate::login_required); the page is in [`Forms::login_page`](auth_core::Forms::login_page) |
//! | `permission_required!(Backend, "perm")` | [`guard`](crate::guard)`(&auth, Guard::active().any_role(&["perm"]))`, and `.to_login_page()` for pages |
//! | `predicate_required!(function, …)` | [`Guard::custom`](auth_core::guard::Guard::custom), or a [`Policy`](crate::Policy) in the extractor |
//! | `AuthzBackend`: permissions of users and groups | [roles](auth_core::Roles), which administrators give by `PATCH /users/{id}` |
//! | `next` in the query of the login page | the same; followed on this site only, else it is an open redirect |
//! | messages of `axum-messages` | [`Flash`](crate::Flash) and [`FlashMessage`](auth_core::FlashMessage) |
//! | `with_expiry(Expiry::OnInactivity(…))` | [`Sessions::idle`](auth_core::Sessions::idle), which slides, and [`Sessions::absolute`](auth_core::Sessions::absolute), which does not |
//! | `Expiry::OnSessionEnd`, and a longer one for "remember me" | the field `remember` of the login form; [`Sessions::browser_idle`](auth_core::Sessions::browser_idle) |
//! | `SessionStore` of tower-sessions: SQL, Redis, … | `auth_diesel`, memory, or your own [`SessionStore`](auth_core::SessionStore) |
//! | `continuously_delete_expired` | [`Accounts::purge_every`](auth_core::Accounts::purge_every) |
//! | `with_secure(false)` | `CookieTransport::new().insecure_over_plain_http()`; on `localhost` it is not needed |
//! | `with_same_site(…)` against forged requests | always `Lax`, and each unsafe request must prove its source |
//! | `tower_sessions::Session` for data of your own | stays beside it: this toolkit keeps logins only |
//!
//! # Their example
//!
//! A login form and a page behind it, without the user that the original has in its source:
//!
//! ```
#![doc = include_str!("../../docs/from_axum_login.rs")]
//! # fn main() {}
//! ```
//!
//! # What is new to you
//!
//! - **Registration, verification and reset** are routes, with their limits. The guide [`pages`](super::pages) shows their forms.
//! - **A store that cannot answer is 503.** It is never a visitor without a login.
//! - **Users see and end their sessions**: [`Accounts::sessions`](auth_core::Accounts::sessions),
//!   [`end_session`](auth_core::Accounts::end_session), [`end_all_sessions`](auth_core::Accounts::end_all_sessions).
