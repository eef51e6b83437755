//! Refusals as responses.

use std::ops::Deref;

use auth_core::Unavailable;
use auth_core::api::Rejection;
use axum::response::{IntoResponse, Response};

use crate::reply;

/// A refusal in the error envelope of the toolkit (RFC 9457): the rejection of every extractor and guard
/// of this crate.
///
/// # Examples
///
/// A handler that uses [`Accounts`](auth_core::Accounts) answers in the same envelope:
///
/// ```
/// use auth_axum::{Auth, AuthRejection};
/// use auth_core::User;
/// use auth_core::api::{ErrorCode, Rejection};
/// use axum::extract::{Path, State};
///
/// async fn e_mail_of(
///     State(auth): State<Auth<User>>,
///     Path(id): Path<String>,
/// ) -> Result<String, AuthRejection> {
///     let id = id.parse().map_err(|_| Rejection::new(ErrorCode::UserNotFound))?;
///     let user = auth.accounts().get(&id).await?;
///     let user = user.ok_or(Rejection::new(ErrorCode::UserNotFound))?;
///     Ok(user.email().to_string())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthRejection(Rejection);

impl AuthRejection {
    /// Returns the rejection of the core.
    #[must_use]
    pub fn into_inner(self) -> Rejection {
        self.0
    }
}

impl Deref for AuthRejection {
    type Target = Rejection;

    fn deref(&self) -> &Rejection {
        &self.0
    }
}

impl From<Rejection> for AuthRejection {
    fn from(rejection: Rejection) -> Self {
        Self(rejection)
    }
}

/// Converts an outage to 503 `SERVICE_UNAVAILABLE`.
impl From<Unavailable> for AuthRejection {
    fn from(error: Unavailable) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for AuthRejection {
    fn into_response(self) -> Response {
        reply::into_response(self.0.into_reply())
    }
}
