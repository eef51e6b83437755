//! What each page needs of its request.

use auth_axum::{Auth, AuthRejection, CsrfToken, Flash, OptionalUser};
use auth_core::User;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use maud::Markup;

use crate::view::Frame;

/// The user, the result of the form that led to the page, and the token for its forms.
#[derive(Debug)]
pub(crate) struct Visit {
    user: OptionalUser<User>,
    flash: Flash<User>,
    csrf: CsrfToken<User>,
}

impl FromRequestParts<Auth<User>> for Visit {
    type Rejection = AuthRejection;

    async fn from_request_parts(
        parts: &mut Parts,
        auth: &Auth<User>,
    ) -> Result<Self, AuthRejection> {
        Ok(Self {
            user: OptionalUser::from_request_parts(parts, auth).await?,
            flash: Flash::from_request_parts(parts, auth).await?,
            csrf: CsrfToken::from_request_parts(parts, auth).await?,
        })
    }
}

impl Visit {
    /// Returns what the page shows around its content.
    pub(crate) fn frame(&self) -> Frame<'_> {
        Frame {
            user: self.user.0.as_ref().map(|user| user.user()),
            message: self.flash.message(),
            csrf: self.csrf.token(),
        }
    }

    /// Answers with a page, and with the cookies that belong to it.
    pub(crate) fn respond(self, page: Markup) -> Response {
        (self.flash, self.csrf, page).into_response()
    }
}
