//! Refusals as responses, and as errors of Poem.

use std::error::Error;
use std::fmt;
use std::ops::Deref;

use auth_core::Unavailable;
use auth_core::api::Rejection;
use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::{IntoResponse, Response};

use crate::reply;

/// A refusal in the error envelope of the toolkit (RFC 9457): the rejection of every extractor and guard
/// of this crate.
///
/// It is an error of Poem. [`provide`](crate::provide) converts it to its response, so an error handler
/// *around* `provide` does not see it. An error handler *below* `provide` can catch it, for example to
/// redirect a browser to a login page.
///
/// # Examples
///
/// A handler that uses [`Accounts`](auth_core::Accounts) answers in the same envelope:
///
/// ```
/// use auth_core::User;
/// use auth_core::api::{ErrorCode, Rejection};
/// use auth_poem::{Auth, AuthRejection};
/// use poem::handler;
/// use poem::web::{Data, Path};
///
/// #[handler]
/// async fn e_mail_of(
///     Data(auth): Data<&Auth<User>>,
///     Path(id): Path<String>,
/// ) -> Result<String, AuthRejection> {
///     let id = id.parse().map_err(|_| Rejection::new(ErrorCode::UserNotFound))?;
///     let user = auth.accounts().get(&id).await?;
///     let user = user.ok_or(Rejection::new(ErrorCode::UserNotFound))?;
///     Ok(user.email().to_string())
/// }
/// ```
///
/// A page that redirects anonymous visitors to the login:
///
/// ```
/// use auth_core::User;
/// use auth_poem::{Auth, AuthRejection, CurrentUser, provide};
/// use poem::web::Redirect;
/// use poem::{Endpoint, EndpointExt, IntoResponse, Response, handler};
///
/// #[handler]
/// async fn account(user: CurrentUser<User>) -> String {
///     user.email().to_string()
/// }
///
/// async fn to_login(rejection: AuthRejection) -> Response {
///     match rejection.code().status() {
///         401 => Redirect::see_other("/login").into_response(),
///         _ => rejection.into_response(),
///     }
/// }
///
/// fn page(auth: &Auth<User>) -> impl Endpoint {
///     account.catch_error(to_login).with(provide(auth))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthRejection(pub(crate) Rejection);

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

impl ResponseError for AuthRejection {
    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn as_response(&self) -> Response {
        self.clone().into_response()
    }
}

impl fmt::Display for AuthRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused with {}", self.wire_code())
    }
}

impl Error for AuthRejection {}
