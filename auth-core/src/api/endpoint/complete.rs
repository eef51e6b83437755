//! The end of reading a body: its value, or every field that is wrong.

use crate::api::{ErrorCode, Rejection};
use crate::http::Fields;

/// The value, if nothing in the body is wrong.
pub(in crate::api) fn complete<T>(value: Option<T>, fields: Fields) -> Result<T, Rejection> {
    let errors = match (value, fields.finish()) {
        (Some(value), Ok(())) => return Ok(value),
        (_, finished) => finished.err().unwrap_or_default(),
    };
    Err(Rejection::fields(ErrorCode::RequestBodyInvalid, errors))
}
