//! Accounts for web applications, with no web framework: registration, login, logout, e-mail
//! verification, password reset, sessions, user administration and guards.
//!
//! Every flow is a function of values: *a request head and a body in, a reply out*. An adapter
//! (`auth-axum`, `auth-poem`) translates a framework's requests and replies; storage is a trait.
//!
//! | who you are | where to begin |
//! | --- | --- |
//! | a developer with an Axum or Poem application | [`guide::adapter`]: `auth-axum` or `auth-poem`, and `auth-diesel` for SQL |
//! | a developer with an own storage | [`guide::storage`]: [`UserDatabase`] for users; [`ExpiringStore`] and [`SessionStore`] if they live there as well; `testing::contract` proves it |
//! | a developer with own account rules | [`guide::manager`]: [`UserManager`] and [`Accounts`] |
//! | a developer with another framework | [`guide::adapter`]: [`Auth::routes`] and [`Auth::respond`](Auth::respond) |
//!
//! | floor | modules | what is there |
//! | --- | --- | --- |
//! | 5 | [`api`] | the HTTP surface as data: routes, endpoints, error codes |
//! | 4 | [`Auth`], [`AuthBuilder`] | the assembly, and every problem of a configuration at once |
//! | 3 | [`login`], [`authenticator`], [`guard`], [`csrf`] | what is composed of the traits |
//! | 2 | [`accounts`], [`backend`], [`transport`], [`strategy`], [`session`] | the ideas of the toolkit and their implementations |
//! | 1 | [`store`] | the storage traits, and each of them in memory |
//! | 0 | [`mod@user`], [`password`], [`secret`], [`token`], `keys`, [`http`], [`context`], [`event`], [`config`], clocks, errors | vocabulary |
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `jwt` (default) | [`JwtStrategy`]; keys of EdDSA, ES256 and RS256 from PEM and JWK. Compiles `aws-lc-rs`, which is partly C |
//! | `bcrypt` | logins with imported bcrypt hashes, which Argon2id replaces |
//! | `sealed` | [`secret::Sealer`], which encrypts data that a store keeps. Compiles `aws-lc-rs` |
//! | `openapi` | [`Auth::openapi`], the OpenAPI 3.1 document of the routes |
//! | `testing` | fixtures for tests: a manual clock, an outbox, stores that fail or count on demand |
//! | `contract` | the suite that tests the guarantees of a storage; implies `testing` |
//! | `conformance` | the suite that tests an adapter of a framework; implies `testing` |
//!
//! A feature adds items and changes no behaviour. With `default-features = false` nothing in C is
//! compiled: tokens are opaque ([`OpaqueStrategy`]), and mailed tokens are signed with HMAC.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod accounts;
pub mod api;
pub mod auth;
pub mod authenticator;
pub mod backend;
mod clock;
pub mod config;
pub mod context;
pub mod csrf;
mod error;
pub mod event;
mod flash;
pub mod guard;
pub mod guide;
pub mod http;
mod keys;
pub mod login;
pub mod password;
pub mod secret;
pub mod session;
pub mod store;
pub mod strategy;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod text;
pub mod token;
pub mod transport;
pub mod user;

pub use accounts::{Accounts, UserManager};
pub use api::RouteSetting;
pub use auth::{
    Auth, AuthBuilder, ForPage, FormRoute, Forms, LoginBy, RefreshedRequest, RequestAuth,
};
pub use authenticator::{Authenticated, Authentication};
pub use backend::Backend;
pub use clock::{CLOCK_TOLERANCE, Clock, SystemClock};
pub use config::{ConfigError, ConfigProblem, ConfigReport, ConfigWarning};
pub use context::{Actor, Client, Context};
pub use error::{AppCode, BoxError, InvalidAppCode, StoreError, Unavailable};
pub use event::{AuthEvent, EventKind, EventSink};
pub use flash::{FlashField, FlashMessage};
pub use http::{FieldError, FieldErrorCode, Fields};
pub use password::{Password, PasswordHash};
pub use session::{InvalidSessionId, Session, SessionId, Sessions};
pub use store::{CredentialStore, ExpiringStore, SessionStore, UserDatabase};
#[cfg(feature = "jwt")]
pub use strategy::JwtStrategy;
pub use strategy::{OpaqueStrategy, Strategy};
pub use transport::{BearerTransport, CookieTransport, Transport};
pub use user::{
    Account, AccountFields, AuthUser, ColumnChange, EmailAddress, EmailAudit, EmailCollision,
    EmailPrefix, EmailRewrite, Epoch, InvalidEmail, InvalidEmailPrefix, InvalidRole,
    InvalidUsername, NewColumns, NoColumns, Role, Roles, ShownColumns, User, UserColumns, UserId,
    Username, time_ordered_id,
};
// The types of these crates are in signatures here: in the versions that fit.
pub use {time, uuid};
