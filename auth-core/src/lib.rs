//! Accounts for web applications, with no web framework: registration, login, logout, e-mail
//! verification, password reset, sessions, user administration and guards.
//!
//! Every flow is a function of values: *a request head and a body in, a reply out*. An adapter
//! (`auth-axum`, `auth-poem`) translates a framework's requests and replies; storage is a trait.
//!
//! | who you are | where to begin |
//! | --- | --- |
//! | somebody with an Axum or a Poem application | [`guide::adapter`]: `auth-axum` or `auth-poem`, and `auth-diesel` for SQL |
//! | somebody with a storage of your own | [`guide::storage`]: [`UserDatabase`] for users; [`ExpiringStore`] and [`SessionStore`] too, where those shall live there; `testing::contract` is the proof |
//! | somebody with account rules of your own | [`guide::manager`]: [`UserManager`] and [`Accounts`] |
//! | somebody with another framework | [`guide::adapter`]: [`Auth::routes`] and [`Auth::respond`](Auth::respond) |
//!
//! | floor | modules | what is there |
//! | --- | --- | --- |
//! | 5 | [`api`] | the HTTP surface as data: routes, endpoints, error codes |
//! | 4 | [`Auth`], [`AuthBuilder`] | the assembly, and every fault of a configuration at once |
//! | 3 | [`backend`], [`authenticator`], [`guard`], [`csrf`] | what is composed of the traits |
//! | 2 | [`manager`], [`transport`], [`strategy`], [`session`] | the ideas of the toolkit and their implementations |
//! | 1 | [`store`] | the storage traits, and each of them in memory |
//! | 0 | [`config`], [`context`], [`event`], [`http`], [`json`], [`password`], [`secret`], [`token`], users, addresses, clocks | vocabulary |
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `testing` | fixtures, a manual clock, stores that fail or count on demand, the conformance suite for adapters, the contract suite for storages |

pub mod api;
mod auth;
pub mod authenticator;
pub mod backend;
mod clock;
pub mod config;
pub mod context;
pub mod csrf;
mod der;
mod email;
mod error;
pub mod event;
mod fields;
pub mod guard;
pub mod guide;
pub mod http;
pub mod json;
pub mod manager;
pub mod password;
mod roles;
mod rotation;
pub mod secret;
pub mod session;
mod session_id;
pub mod store;
pub mod strategy;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod text;
pub mod token;
pub mod transport;
mod user;
mod username;

pub use auth::{Auth, AuthBuilder, LoginBy, RouteGroups};
pub use authenticator::{Authenticated, Authentication};
pub use backend::Backend;
pub use clock::{Clock, SystemClock};
pub use config::{ConfigError, ConfigFault, ConfigWarning, Inspection};
pub use context::{Actor, Client, Context};
pub use email::{EmailAddress, InvalidEmail};
pub use error::{BoxError, StoreError, Unavailable};
pub use event::{AuthEvent, EventKind, EventSink};
pub use fields::{FaultCode, FieldFault, Fields};
pub use manager::{Accounts, UserManager};
pub use password::{Password, PasswordHash};
pub use roles::{InvalidRole, Role, Roles};
pub use session::{Session, Sessions};
pub use session_id::{InvalidSessionId, SessionId};
pub use store::{ExpiringStore, SessionStore, UserDatabase};
pub use strategy::{JwtStrategy, OpaqueStrategy, Strategy};
pub use transport::{BearerTransport, CookieTransport, Transport};
pub use user::{
    AuthUser, ColumnChange, Epoch, NewColumns, NoColumns, ShownColumns, User, UserColumns, UserId,
    time_ordered_id,
};
pub use username::{InvalidUsername, Username};
// The types of these crates are in signatures here: in the versions that fit.
pub use {time, uuid};
