//! Accounts for web applications, with no web framework.

pub mod api;
mod auth;
pub mod authenticator;
pub mod backend;
mod clock;
pub mod config;
mod email;
mod error;
pub mod event;
mod fields;
pub mod guard;
pub mod http;
pub mod json;
pub mod manager;
pub mod password;
mod roles;
pub mod secret;
pub mod store;
pub mod strategy;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod text;
pub mod token;
pub mod transport;
mod user;
mod username;

pub use auth::{Auth, AuthBuilder, IdentifierKind, RouteGroups};
pub use authenticator::{Authenticated, Authentication};
pub use backend::Backend;
pub use clock::{Clock, SystemClock};
pub use config::{ConfigError, ConfigFault, ConfigWarning, Inspection};
pub use email::{EmailAddress, InvalidEmail};
pub use error::{BoxError, StoreError, Unavailable};
pub use event::{AuthEvent, EventKind, EventSink};
pub use fields::{FaultCode, FieldFault, Fields};
pub use manager::{Accounts, UserManager};
pub use password::{Password, PasswordHash};
pub use roles::{InvalidRole, Role, Roles};
pub use store::{ExpiringStore, UserDatabase};
pub use strategy::{JwtStrategy, Strategy};
pub use transport::{BearerTransport, Transport};
pub use user::{AuthUser, Epoch, NoColumns, ShownColumns, User, UserColumns, UserId};
pub use username::{InvalidUsername, Username};
