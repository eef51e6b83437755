//! The HTTP surface as data: routes, endpoints, bodies, errors. An adapter mounts
//! [`Auth::routes`](crate::Auth::routes) and translates; every rule is here.

mod body;
mod code;
mod endpoints;
mod page;
mod reject;
mod routes;
mod user_read;

pub use body::{BODY_TIMEOUT, MAX_BODY_BYTES};
pub use code::ErrorCode;
pub use endpoints::RequestParts;
pub use reject::Rejection;
pub use routes::{Method, Route};
pub(crate) use routes::{Operation, RouteTable};
