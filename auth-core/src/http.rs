//! Requests and replies as plain values: no socket, no framework, no HTTP crate.

mod body;
mod buffered;
mod fields;
mod head;
pub mod json;
mod reply;

pub use body::{BodyError, RequestBody};
pub use buffered::{BufferedBody, BufferedHead, BufferedRequest};
pub use fields::{FieldError, FieldErrorCode, Fields};
pub use head::RequestHead;
pub use reply::Reply;
