//! From the bytes of a request to typed fields.

use std::time::Duration;

use super::{ErrorCode, Rejection};
use crate::http::Fields;
use crate::http::{BodyError, RequestBody, RequestHead};

/// The longest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// How long an adapter waits for a whole body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a strict JSON object, in this order: content type, length, JSON.
pub(super) async fn read_fields(
    head: &dyn RequestHead,
    body: &mut dyn RequestBody,
) -> Result<Fields, Rejection> {
    if !is_json(head) {
        return Err(ErrorCode::UnsupportedMediaType.into());
    }
    let bytes = body
        .read(MAX_BODY_BYTES)
        .await
        .map_err(|error| match error {
            BodyError::TooLarge => ErrorCode::PayloadTooLarge,
            BodyError::TooSlow => ErrorCode::RequestTimeout,
            BodyError::Broken => ErrorCode::RequestBodyMalformed,
        })?;
    Fields::parse(&bytes).map_err(|error| match error {
        // JSON, and another shape than any route takes.
        crate::http::json::JsonError::NotAnObject => ErrorCode::RequestBodyInvalid.into(),
        _ => ErrorCode::RequestBodyMalformed.into(),
    })
}

/// Whether the one content type is JSON. Parameters are ignored: JSON is UTF-8 (RFC 8259 §8.1),
/// whatever they say.
fn is_json(head: &dyn RequestHead) -> bool {
    let (Some(value), None) = (
        head.header("content-type", 0),
        head.header("content-type", 1),
    ) else {
        return false;
    };
    let media_type = value.split(|byte| *byte == b';').next().unwrap_or_default();
    media_type
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/json")
}
