//! Requests and replies as plain values: no socket, no framework, no HTTP crate.

mod address_prefix;
mod body;
mod buffered;
mod field;
mod fields;
mod form;
mod forwarded;
mod head;
mod header;
pub mod json;
mod network;
mod origin;
mod proxies;
mod redirect;
mod reply;
mod schema;

pub use address_prefix::AddressPrefix;
pub use body::{BrokenBody, RequestBody};
pub use buffered::{BufferedBody, BufferedHead, BufferedRequest};
pub use field::{Field, FieldType};
pub use fields::{FieldError, FieldErrorCode, Fields};
pub(crate) use form::Form;
pub use forwarded::ForwardedHeader;
pub use head::RequestHead;
pub use header::{Header, InvalidHeader};
pub use network::{InvalidIpNetwork, IpNetwork};
pub(crate) use origin::{Origin, is_loopback};
pub use proxies::TrustedProxies;
pub use redirect::{AllowedRedirects, InvalidRedirectOrigin, RedirectRefused, RedirectTarget};
pub use reply::Reply;
pub use schema::{FieldKind, FieldSchema, TextFormat};
