//! Accounts for web applications, with no web framework.

mod clock;
pub mod config;
mod email;
mod error;
pub mod event;
mod fields;
pub mod json;
pub mod manager;
pub mod password;
mod roles;
pub mod secret;
pub mod store;
mod text;
pub mod token;
mod user;
mod username;

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
pub use user::{AuthUser, Epoch, NoColumns, ShownColumns, User, UserColumns, UserId};
pub use username::{InvalidUsername, Username};
