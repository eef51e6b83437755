//! The HTTP surface as data: routes, endpoints, bodies, errors. An adapter mounts
//! [`Auth::routes`](crate::Auth::routes) and translates; every rule is here.

mod body;
mod capabilities;
mod declared;
mod endpoint;
mod method;
mod objects;
#[cfg(feature = "openapi")]
mod openapi;
mod page;
mod reject;
mod route;
mod route_setting;
mod routes;
mod user_read;

pub use crate::error::ErrorCode;
pub use body::{BODY_TIMEOUT, MAX_BODY_BYTES};
pub(crate) use declared::BodyRules;
pub use endpoint::RequestParts;
pub use method::Method;
#[cfg(feature = "openapi")]
pub use openapi::OpenApi;
pub use reject::Rejection;
pub use route::{Access, BodySpec, ObjectSchema, ReplySpec, RouteSpec};
pub use route_setting::RouteSetting;
pub use routes::Route;
pub(crate) use routes::RouteTable;
