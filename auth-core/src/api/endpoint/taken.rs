//! The reply to a value that another user has.

use crate::api::{ErrorCode, Rejection};
use crate::http::{FieldError, FieldErrorCode, FieldSchema};
use crate::store::UniqueField;

/// Names the member of the request, if it is an own column that the route accepts; every other value
/// has the code of the route.
pub(in crate::api) fn taken(
    field: UniqueField,
    accepted: &[FieldSchema],
    otherwise: ErrorCode,
) -> Rejection {
    match field {
        UniqueField::Column(name) if accepted.iter().any(|member| member.name() == name) => {
            let error = FieldError::new(name, FieldErrorCode::Taken);
            Rejection::fields(ErrorCode::RequestBodyInvalid, vec![error])
        }
        _ => otherwise.into(),
    }
}
