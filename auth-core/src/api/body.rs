//! From the bytes of a request to typed fields.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, ready};
use std::time::Duration;

use tokio::time::timeout;

use super::{ErrorCode, Rejection};
use crate::http::{BrokenBody, RequestBody, RequestHead};
use crate::http::{Fields, Form};

/// The longest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// How long a whole body may take to arrive.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a strict JSON object, in this order: content type, length, JSON.
pub(super) async fn read_fields(
    head: &dyn RequestHead,
    body: &mut dyn RequestBody,
) -> Result<Fields, Rejection> {
    if !is_json(head) {
        return Err(ErrorCode::UnsupportedMediaType.into());
    }
    parse(&read(body, MAX_BODY_BYTES).await?)
}

/// Reads a strict JSON object, or nothing: an empty body is absent with every content type, and so is the
/// text `null`, which some clients send in its place.
pub(super) async fn read_optional_fields(
    head: &dyn RequestHead,
    body: &mut dyn RequestBody,
) -> Result<Option<Fields>, Rejection> {
    if !is_json(head) {
        return if is_empty(body).await? {
            Ok(None)
        } else {
            Err(ErrorCode::UnsupportedMediaType.into())
        };
    }
    let bytes = read(body, MAX_BODY_BYTES).await?;
    if matches!(bytes.trim_ascii(), b"" | b"null") {
        return Ok(None);
    }
    parse(&bytes).map(Some)
}

/// Reads the fields of a form. The caller has looked at the content type.
pub(super) async fn read_form(
    head: &dyn RequestHead,
    body: &mut dyn RequestBody,
) -> Result<Form, Rejection> {
    if !is_plain(head) {
        return Err(ErrorCode::UnsupportedMediaType.into());
    }
    let bytes = read(body, MAX_BODY_BYTES).await?;
    Form::parse(&bytes).map_err(|_| ErrorCode::RequestBodyMalformed.into())
}

fn parse(bytes: &[u8]) -> Result<Fields, Rejection> {
    Fields::parse(bytes).map_err(|error| match error {
        // JSON, and another shape than any route takes.
        crate::http::json::JsonError::NotAnObject => ErrorCode::RequestBodyInvalid.into(),
        _ => ErrorCode::RequestBodyMalformed.into(),
    })
}

/// Returns whether the body is empty. Nothing of another one is kept.
async fn is_empty(body: &mut dyn RequestBody) -> Result<bool, Rejection> {
    match read(body, 0).await {
        Ok(_) => Ok(true),
        Err(ErrorCode::PayloadTooLarge) => Ok(false),
        Err(code) => Err(code.into()),
    }
}

/// Reads the whole body, and no more than `limit` bytes of it, for no longer than [`BODY_TIMEOUT`]: a
/// client that never ends holds memory.
async fn read(body: &mut dyn RequestBody, limit: usize) -> Result<Vec<u8>, ErrorCode> {
    let is_too_long = |length| usize::try_from(length).map_or(true, |length| length > limit);
    if body.announced().is_some_and(is_too_long) {
        return Err(ErrorCode::PayloadTooLarge);
    }
    let mut bytes = Vec::new();
    let mut whole = pin!(poll_fn(|task| {
        while let Some(chunk) = ready!(body.poll_chunk(task)).map_err(broken)? {
            if chunk.len() > limit.saturating_sub(bytes.len()) {
                return Poll::Ready(Err(ErrorCode::PayloadTooLarge));
            }
            bytes.extend_from_slice(chunk);
        }
        Poll::Ready(Ok(()))
    }));
    // Most bodies have arrived with their head: only the others need a timer.
    let arrived = poll_fn(|task| Poll::Ready(whole.as_mut().poll(task))).await;
    match arrived {
        Poll::Ready(done) => done?,
        Poll::Pending => {
            let whole = timeout(BODY_TIMEOUT, whole).await;
            whole.unwrap_or(Err(ErrorCode::RequestTimeout))?;
        }
    }
    Ok(bytes)
}

fn broken(_: BrokenBody) -> ErrorCode {
    ErrorCode::RequestBodyMalformed
}

/// Returns whether the one content type is JSON, and the body is not compressed.
fn is_json(head: &dyn RequestHead) -> bool {
    is_plain(head) && has_media_type(head, "application/json")
}

/// Returns whether the one content type is that of an HTML form without files.
pub(super) fn is_form(head: &dyn RequestHead) -> bool {
    has_media_type(head, "application/x-www-form-urlencoded")
}

/// Returns whether the one content type is this one. Parameters are ignored: JSON (RFC 8259 §8.1) and forms
/// are UTF-8, whatever they say.
fn has_media_type(head: &dyn RequestHead, expected: &str) -> bool {
    let (Some(value), None) = (
        head.header("content-type", 0),
        head.header("content-type", 1),
    ) else {
        return false;
    };
    let media_type = value.split(|byte| *byte == b';').next().unwrap_or_default();
    media_type
        .trim_ascii()
        .eq_ignore_ascii_case(expected.as_bytes())
}

/// Returns whether the body is not compressed.
fn is_plain(head: &dyn RequestHead) -> bool {
    let mut codings = (0..).map_while(|index| head.header("content-encoding", index));
    codings.all(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests;
