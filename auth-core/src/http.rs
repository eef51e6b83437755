//! Requests and replies as plain values: no socket, no framework, no HTTP crate.

mod address_prefix;
mod body;
mod buffered;
mod field;
mod fields;
mod forwarded;
mod head;
mod header;
pub mod json;
mod network;
mod proxies;
mod reply;
mod schema;

pub use address_prefix::AddressPrefix;
pub use body::{BrokenBody, RequestBody};
pub use buffered::{BufferedBody, BufferedHead, BufferedRequest};
pub use field::{Field, FieldType};
pub use fields::{FieldError, FieldErrorCode, Fields};
pub use forwarded::ForwardedHeader;
pub use head::RequestHead;
pub use header::{Header, InvalidHeader};
pub use network::{InvalidIpNetwork, IpNetwork};
pub use proxies::TrustedProxies;
pub use reply::Reply;
pub use schema::{FieldKind, FieldSchema, TextFormat};
