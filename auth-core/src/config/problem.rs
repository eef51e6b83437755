//! The problems of a configuration, each a sentence that says what to do.

use std::fmt;

use thiserror::Error;

use crate::keys::KeyRingProblem;
use crate::secret::SecretWeakness;
use crate::token::ProfileProblem;

/// One problem of a configuration. `Display` says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// A secret is too easy to guess.
    #[error("{which} {weakness}: use 32 random bytes, for example from `openssl rand -base64 32`")]
    WeakSecret {
        /// The secret.
        which: String,
        /// Its weakness.
        weakness: SecretWeakness,
    },
    /// Two purposes share a secret, so that a token of one could pass for the other's.
    #[error(
        "{first} and {second} are the same: give each its own, or derive both from one master secret"
    )]
    ReusedSecret {
        /// The first use.
        first: String,
        /// The repeated use.
        second: String,
    },
    /// There is no way to log in.
    #[error(
        "there is no backend: add one with `.backend(Backend::new(name, transport, strategy))`"
    )]
    NoBackend,
    /// Two backends have the same name.
    #[error("two backends are called `{name}`: the name is part of the path, so give each its own")]
    DuplicateBackend {
        /// The repeated name.
        name: String,
    },
    /// A backend's name cannot be part of a path.
    #[error(
        "`{name}` cannot name a backend: use 1 to 32 of a–z, 0–9, `-` and `_`, and not the name of a route"
    )]
    InvalidBackendName {
        /// The refused name.
        name: String,
    },
    /// A feature needs a store that was not given.
    #[error("{feature} needs an expiring store: give one with `.expiring_store(…)`{otherwise}")]
    MissingExpiringStore {
        /// The feature.
        feature: String,
        /// The alternatives, beginning with a comma; empty if there are none.
        otherwise: &'static str,
    },
    /// State is in the memory of one process, and several processes were declared.
    #[error(
        "{what} lives in the memory of one process, and several were declared: use a store that they share"
    )]
    ProcessLocal {
        /// The state.
        what: String,
    },
    /// A path of the HTTP surface cannot be mounted.
    #[error(
        "`{path}` is not a valid path for routes: begin with `/` and use segments of letters, digits, `-`, `_`, `.` and `~`"
    )]
    InvalidPath {
        /// The refused path.
        path: String,
    },
    /// A page of forms is not a path of the own site.
    #[error(
        "`{path}` is not a page of this site: give `Forms` a path such as `/login`, with or without a query"
    )]
    InvalidPage {
        /// The refused path.
        path: String,
    },
    /// Forms need cookies, because a browser sends no other credential with a form.
    #[error(
        "forms need a backend with cookies: add one with `CookieTransport`, or leave `.forms(…)` out"
    )]
    FormsWithoutCookies,
    /// A network of trusted proxies cannot be used.
    #[error(
        "{mistake}: give `.trusted_proxies(…)` the addresses of the proxies, or networks with proxies only, like `10.0.0.0/8`"
    )]
    InvalidTrustedProxies {
        /// The error of the network.
        mistake: String,
    },
    /// A setting names a route that does not exist, or a path for several routes.
    #[error("`{id}` does not name one route: the routes are {}", ids.join(", "))]
    UnknownRoute {
        /// The name in the setting.
        id: String,
        /// The names of the routes.
        ids: Vec<String>,
    },
    /// The path of one route cannot be mounted.
    #[error(
        "`{path}` is not a path for the route `{id}`: begin with `/`, use segments of letters, digits, `-`, `_`, `.` and `~`, and keep the `{{id}}` of the route"
    )]
    InvalidRoutePath {
        /// The name of the route.
        id: String,
        /// The refused path.
        path: String,
    },
    /// Two routes of one method have the same path.
    #[error(
        "the routes `{first}` and `{second}` are both at `{path}`: give one of them another path with `.route(id, RouteSetting::renamed(…))`"
    )]
    RouteCollision {
        /// The route that comes first.
        first: String,
        /// The route that comes second.
        second: String,
        /// The path of both.
        path: String,
    },
    /// A classic session has no lifetime of its token.
    #[error(
        "the token of a classic session lives as long as the session: remove `OpaqueStrategy::lifetime` from the backend `{backend}`, or call `.rotating()` on it"
    )]
    LifetimeOfClassicSession {
        /// The name of the backend.
        backend: String,
    },
    /// A duration is zero or out of range.
    #[error("{which} must be between {min} and {max}")]
    LifetimeOutOfRange {
        /// The lifetime.
        which: String,
        /// The smallest value.
        min: &'static str,
        /// The largest value.
        max: &'static str,
    },
    /// A ring of keys cannot be used.
    #[error("{which}: {problem}")]
    KeyRing {
        /// The use of the ring.
        which: String,
        /// The problem of the ring.
        problem: KeyRingProblem,
    },
    /// The profile of access tokens cannot be used.
    #[error("the profile of access tokens: {0}")]
    TokenProfile(ProfileProblem),
    /// Two backends sign tokens for the same audience with the same key.
    #[error(
        "two backends sign tokens for `{audience}` with the key `{kid}`, so each accepts tokens that the other has revoked: give one of them another `.audience(…)`"
    )]
    SharedAudience {
        /// The audience.
        audience: String,
        /// The name of the key.
        kid: String,
    },
    /// A JWT strategy has no way to revoke a token.
    #[error(
        "a JWT strategy does not know where revoked tokens are recorded: add `.revoked_in(store)`, give the backend sessions with `.with_sessions()`, or accept with `.dangerous_without_revocation()` that a logout takes effect only when the token expires"
    )]
    MissingRevocation,
    /// A backend issues tokens that its transport cannot carry.
    #[error(
        "the transport of `{backend}` carries {room} bytes and its strategy issues tokens of up to {longest} bytes: choose shorter tokens or another transport"
    )]
    TokenTooLong {
        /// The name of the backend.
        backend: String,
        /// The longest token of the strategy, in bytes.
        longest: usize,
        /// The capacity of the transport, in bytes.
        room: usize,
    },
    /// A backend whose tokens are session secrets does not check sessions at each request.
    #[error(
        "the tokens of `{backend}` are session secrets, so each request must look the session up: use `.with_sessions()`"
    )]
    UncheckedSessionSecret {
        /// The name of the backend.
        backend: String,
    },
    /// A backend has sessions, but the accounts have no store for them.
    #[error(
        "the backend `{backend}` has sessions and the accounts have no store for them: add `.sessions(Sessions::new(store, &master))` to the accounts"
    )]
    MissingSessionStore {
        /// The name of the backend.
        backend: String,
    },
    /// The name of a realm cannot be stored.
    #[error("`{realm}` is not a valid realm of users: use 1 to 32 of a–z, 0–9, `-` and `_`")]
    InvalidRealm {
        /// The refused name.
        realm: String,
    },
    /// Users of two types with one master secret are in one realm.
    #[error(
        "`{first}` and `{second}` use one master secret in the realm `{realm}`, so the tokens of one are valid for users of the other with the same key: give each its own `.realm(…)`"
    )]
    SharedRealm {
        /// The realm.
        realm: String,
        /// The type of user of the handle that was built first.
        first: &'static str,
        /// The type of user of this handle.
        second: &'static str,
    },
    /// Two handles with different realms set a cookie of the same name.
    #[error(
        "two handles with one master secret set the cookie `{name}`, so a login of one overwrites that of the other: give the cookies of one another name by `CookieTransport::name`, or give both handles their `.own_origin(…)` if they serve different hosts"
    )]
    SharedCookie {
        /// The name of the cookie.
        name: String,
    },
    /// The number of processes is zero.
    #[error(
        "`processes(0)` is not a number of processes: give the number that run at the same time"
    )]
    NoProcesses,
    /// The number of look-ups to remember is out of range.
    #[error(
        "`cached_lookups` remembers from 1 to {most} look-ups: give a capacity of about the number of users who are active within a minute"
    )]
    LookupCapacity {
        /// The largest number.
        most: usize,
    },
    /// A backend with cookies has no key for CSRF tokens.
    #[error(
        "a backend with cookies signs CSRF tokens, and there is no master secret to derive a key from: add `.csrf_secret(secret)` to the secrets of the accounts"
    )]
    MissingCsrfSecret,
    /// Two transports use the same cookie name.
    #[error("two backends use the cookie `{name}`: give each transport a `.name(…)` of its own")]
    DuplicateCookie {
        /// The name of the cookie.
        name: String,
    },
    /// A text cannot be the name of a cookie.
    #[error(
        "`{name}` is not a valid cookie name: use 1 to 64 letters, digits, `-` and `_`, without a prefix, which is added"
    )]
    InvalidCookieName {
        /// The refused name, with control characters escaped.
        name: String,
    },
    /// A text cannot be the domain of a cookie.
    #[error("`{domain}` is not a valid cookie domain: write it like `example.com`")]
    InvalidCookieDomain {
        /// The refused domain, with control characters escaped.
        domain: String,
    },
    /// A cookie without `Secure` has an attribute that browsers accept only with it.
    #[error(
        "browsers accept cookies with `SameSite=None` or `Partitioned` only over HTTPS: remove `.insecure_over_plain_http()`"
    )]
    InsecureCookieAttribute,
    /// Cookies travel over plain HTTP, and the origin is not a loopback address.
    #[error(
        "cookies over plain HTTP are allowed only on a loopback address, and the own origin is another one: remove `.insecure_over_plain_http()`"
    )]
    InsecureOrigin,
    /// A text is not the origin of a web page.
    #[error(
        "`{origin}` is not a valid origin: write it as browsers do, like `https://shop.example`, without a path and without the default port"
    )]
    InvalidOrigin {
        /// The refused origin, with control characters escaped.
        origin: String,
    },
    /// A code is not valid for the refusals of the application.
    #[error(
        "`{code}` is not a valid refusal code: write 1 to 64 characters like `ACCOUNT_CLOSED`, and no error code of the toolkit"
    )]
    InvalidRefusalCode {
        /// The refused code, with control characters escaped.
        code: String,
    },
    /// The routes of users have no path of their own.
    #[error(
        "the routes of users have the path `{path}`: give `users_path` a path of its own, because ids and route names would collide"
    )]
    UsersPathCollides {
        /// The path of the users.
        path: String,
    },
    /// The registration hides existing accounts, and the login reveals them.
    #[error(
        "a hidden registration is revealed by a login afterwards: add `.hide_account_state(true)`, and `.require_verification(true)` to the accounts"
    )]
    LoginRevealsAccounts,
    /// The registration hides existing accounts, and has another unique member than the address.
    #[error(
        "a hidden registration with the unique member `{field}` is revealed by the mail to a new user, which comes only if the value was free: register without it, or without `.hide_existing_accounts(true)`"
    )]
    UniqueFieldReveals {
        /// The name of the member.
        field: &'static str,
    },
    /// Logins are by user name, and users have none.
    #[error(
        "logins are by user name, and `AuthUser::FIELDS` says that users have none: log in by address, or add the field `username` to the users"
    )]
    LoginByMissingUsername,
    /// The application's columns are read from a member that their schema does not declare.
    #[error(
        "`UserColumns::{method}` does not declare the member `{field}`, which requests may have: add its `FieldSchema`, and `.unique()` to it if its values are unique"
    )]
    UndeclaredMember {
        /// The method that returns the schema.
        method: &'static str,
        /// The name of the member.
        field: String,
    },
    /// Routes need mailed tokens that are switched off.
    #[error(
        "the routes of verification and password reset are on and mailed tokens are off: switch the routes off with `.route(\"verify\", RouteSetting::off())` and `.route(\"password\", RouteSetting::off())`, or remove `.without_email_flows()`"
    )]
    RoutesWithoutEmailTokens,
    /// A problem of a strategy, a transport or a store of the application, as a sentence that says
    /// what to do.
    #[error("{0}")]
    Other(String),
}

/// A setting that is allowed but that the application should know of.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConfigWarning {
    /// State that is lost at a restart.
    #[error("{what} lives in the memory of this process: it is lost at a restart and not shared")]
    ProcessLocal {
        /// The state.
        what: String,
    },
    /// A setting lowers security under its own, dangerous name.
    #[error("{what}")]
    Weakened {
        /// The difference from the default, and its consequence.
        what: String,
    },
}

/// All problems of a configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<ConfigProblem>,
}

impl ConfigError {
    pub(crate) fn new(problems: Vec<ConfigProblem>) -> Self {
        Self { problems }
    }

    /// Returns the problems, in the order in which they were found.
    #[must_use]
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration of accounts has problems:")?;
        self.problems
            .iter()
            .try_for_each(|problem| write!(f, "\n- {problem}"))
    }
}

// A `main` that returns this error prints its `Debug`, so `Debug` shows the sentences.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}
