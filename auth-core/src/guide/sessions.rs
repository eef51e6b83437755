//! Give logins sessions: refresh tokens, browsers, and an end that is immediate.
//!
//! Three decisions, each a line:
//!
//! | who are your clients? | transport | strategy |
//! | --- | --- | --- |
//! | browsers that show your pages or run your scripts | [`CookieTransport`](crate::CookieTransport) | [`OpaqueStrategy`](crate::OpaqueStrategy) |
//! | programs and apps that ask this server alone | [`BearerTransport`](crate::BearerTransport) | [`OpaqueStrategy`](crate::OpaqueStrategy) |
//! | programs whose tokens other services verify as well | [`BearerTransport`](crate::BearerTransport) | [`JwtStrategy`](crate::JwtStrategy), with [`with_sessions`](crate::Backend::with_sessions) |
//!
//! An application may have all of them, in the order in which it asks them; headers come before
//! cookies in any case. The first backend's routes lie at `/auth`, those of every further one below
//! its name.
//!
//! ```
//! use auth_core::store::memory::{MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase};
//! use auth_core::{
//!     Accounts, Auth, Backend, BearerTransport, CookieTransport, JwtStrategy, OpaqueStrategy,
//!     Sessions, User,
//! };
//! # use auth_core::secret::{MasterSecret, Secret};
//! # let master = MasterSecret::new(Secret::generate()?);
//!
//! // With auth-diesel one store is all three: `store.clone()`.
//! let sessions = Sessions::new(MemorySessionStore::new(), &master);
//! let accounts = Accounts::<User>::builder(MemoryUserDatabase::new(), &master)
//!     .expiring_store(MemoryExpiringStore::new())
//!     .sessions(sessions);
//! let jwt = JwtStrategy::from_master(&master);
//! let auth = Auth::builder(accounts)
//!     .backend(Backend::new("web", CookieTransport::new(), OpaqueStrategy::new()))
//!     .backend(Backend::new("api", BearerTransport::new(), jwt).with_sessions())
//!     .build()?;
//!
//! // Expired rows are purged regularly; they count as absent before.
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
//! # let _guard = runtime.enter();
//! tokio::spawn(auth.accounts().purge_every(std::time::Duration::from_secs(600)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a client does
//!
//! | | bearer | cookie and opaque token (classic session) | cookie and JWT, or `rotating()` |
//! | --- | --- | --- | --- |
//! | log in | `POST /auth/api/login`: `access_token`, `refresh_token`, `expires_in` | `POST /auth/login`: 204, the cookie of the session and that of the CSRF token | 204, three cookies |
//! | ask | `Authorization: Bearer …` | nothing: the browser adds its cookie | the same |
//! | on 401 | `POST /auth/api/refresh` with `{"refresh_token": …}`, once, and then again what failed | log in again | a script: `POST /auth/refresh` without a body, and then again what failed; a page: nothing, with the layer `renew_sessions` |
//! | on 401 of the refresh | log in again | – | log in again; the cookies are cleared |
//! | log out | `POST /auth/api/logout` with `{"refresh_token": …}` | `POST /auth/logout` | the same |
//!
//! A logout is always 204. It ends the session of each token that comes with it: the refresh token counts,
//! so that a logout works after the access token has expired.
//!
//! A client that gets a 503 keeps its tokens and retries later.
//!
//! # Classic sessions
//!
//! Cookies with opaque tokens are one cookie that lives as long as its session. Each request asks the store,
//! so a short-lived access token would protect nothing that the session does not. A use moves the deadline
//! ([`Sessions::idle`](crate::Sessions::idle)): at most once an hour, with one write, and the reply then has
//! the cookie with its new `Max-Age`. The routes of the toolkit do so, and the layers of the adapters: put
//! `renew_sessions(&auth)` around pages that have no other one of them.
//!
//! A login starts a session of its own, with a new id. When the privileges of a user change (its roles, or
//! whether it is a superuser), the next reply that the toolkit sees gives each of its classic sessions a new
//! secret; the one of before is valid for 40 seconds more, for requests in flight.
//!
//! The member `remember` of a login by cookie is the choice "remember me": `true` by default, and `false` in a
//! form whose checkbox is not set. With `false` the cookies have no `Max-Age`, so that a browser deletes them
//! when it closes, and the session ends when it is not used for a day
//! ([`Sessions::browser_idle`](crate::Sessions::browser_idle)). A login of the application's own says it by
//! [`AuthProof::remember`](crate::login::AuthProof::remember).
//!
//! # Refresh tokens
//!
//! A refresh token is good once. For ten seconds the one before is answered with *the same* successor,
//! so that several tabs that refresh at once end no session; and for five minutes, as long as no token of
//! the new generation was used, so that a lost reply does not
//! ([`Sessions::lost_reply_window`](crate::Sessions::lost_reply_window)). Any other spent token that comes
//! back ends its session, because two parties have it; the event is
//! [`EventKind::TokenReused`](crate::EventKind).
//!
//! # Browsers
//!
//! A browser adds cookies to what *other* sites make it send, too. So a request that changes something
//! and is authenticated by a cookie must come from this site: [`csrf`](crate::csrf) has the rules, and
//! extractors, guards and routes of ours keep them by themselves. For routes that act on cookies
//! without asking who is there, and to clear stale cookies on public pages, put `csrf_protection(&auth)` of
//! your adapter around the application.
//!
//! * Pages on **another origin** (`https://app.example` that calls `https://api.example`) are let in by
//!   [`allow_origin`](crate::AuthBuilder::allow_origin), and by CORS, which is your framework's.
//! * Behind a **proxy** that changes `Host`, say [`own_origin`](crate::AuthBuilder::own_origin).
//! * Where the routes lie **below a prefix**, set [`public_prefix`](crate::AuthBuilder::public_prefix): the
//!   document of the HTTP API names the paths, and a refresh cookie whose path is
//!   [narrowed](crate::CookieTransport::narrow_refresh_path) comes back.
//! * **Over plain HTTP** on your own machine:
//!   [`insecure_over_plain_http`](crate::CookieTransport::insecure_over_plain_http). Many browsers take
//!   secure cookies from `http://localhost` as well.
//! * A **test client** that is not a browser sends `Sec-Fetch-Site: same-origin` itself.
//! * A **WebSocket** begins as a `GET`, and is asked where it comes from all the same.
//! * A **page without scripts** does not refresh: use a classic session, or put the layer
//!   `renew_sessions(&auth)` of your adapter around pages with other cookies.
//!
//! # What ends a session
//!
//! Logout, its end in the list of sessions, its deadlines, a refresh token that is used twice; and for
//! all sessions of a user at once a password reset, a deactivation, a deletion and
//! [`end_all_sessions`](crate::Accounts::end_all_sessions). A change of the password ends
//! all but the one that it comes from, which gets new tokens: those of before are dead, also a copy of them. Each is in force with the next request, on every process, because
//! a request looks at its session's row, in the same look-up as its user.
//!
//! [`AuthBuilder::cached_lookups`](crate::AuthBuilder::cached_lookups) repeats look-ups on the application's own routes
//! for a bounded time. What this process ends is in force at once there, too; what another one ends, after
//! that time at the latest. [`Guard::authoritative`](crate::guard::Guard::authoritative) repeats none.
//!
//! A backend that spares it says so by its name,
//! [`dangerous_with_sessions_checked_at_refresh_only`](crate::Backend::dangerous_with_sessions_checked_at_refresh_only):
//! its access tokens stay valid for up to their lifetime (15 minutes, and 30 seconds for clocks that differ).
//! Reset, deactivation and changes of the password are in force at once there, too, for the user's row has
//! an epoch.
//!
//! # Ask for a recent login
//!
//! A session knows when and by which methods its user was authenticated
//! ([`Authenticated::auth_time`](crate::Authenticated::auth_time),
//! [`methods`](crate::Authenticated::methods)); a refresh changes neither. A guard lets only recent logins
//! pass, for operations that a stolen session must not be sufficient for:
//!
//! ```
//! use auth_core::guard::{Guard, Policy};
//! use std::time::Duration;
//!
//! /// A verified user who logged in within the last five minutes.
//! struct RecentLogin;
//!
//! impl Policy for RecentLogin {
//!     const GUARD: Guard = Guard::active().verified().fresh(Duration::from_secs(300));
//! }
//! ```
//!
//! Other callers get 403 `STEP_UP_REQUIRED`: the client asks the user to log in again, and repeats the
//! request. A handler takes `CurrentUser<User, RecentLogin>` of the adapter.
//!
//! # Configured sessions
//!
//! [`Auth::session_policy`](crate::Auth::session_policy) writes down what is configured.
