//! The routes.

use std::sync::Arc;

use super::body::LoginBody;
use crate::api::declared::Body;
use crate::api::route::{ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::api::{ErrorCode, Method, objects};
use crate::auth::FormRoute;
use crate::backend::Backend;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

pub(in crate::api::capabilities) const COOKIES: &[(&str, &str)] = &[(
    "set-cookie",
    "The cookies of the login, one in each header.",
)];

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    let backends = surface.backends.iter().enumerate();
    backends.map(|backend| login(surface, backend)).collect()
}

fn login<U: AuthUser>(surface: &Surface<'_, U>, at: (usize, &Arc<Backend<U>>)) -> RouteSpec<U> {
    let (_, backend) = at;
    let login = RouteSpec::of_backend(
        Method::Post,
        "auth.login",
        at,
        "/login",
        |auth, backend, request, context| Box::pin(auth.login(backend, request, context)),
    )
    .summary("Log in with a password.")
    .body(LoginBody::schema(&surface.rules.of_backend(backend)))
    .form(FormRoute::Login)
    .reply(issued(backend))
    .codes(forgery_codes(backend))
    .codes(&[
        ErrorCode::LoginBadCredentials,
        ErrorCode::LoginPayloadInvalid,
        ErrorCode::InternalError,
    ])
    .offer_on_options(|auth, backend, head, reply| auth.offer_csrf(backend, head, reply));
    if surface.hides_account_state {
        return login;
    }
    let at_limit: &[_] = if surface.refuses_sessions && backend.has_sessions() {
        &[ErrorCode::LoginTooManySessions]
    } else {
        &[]
    };
    login
        .codes(&[
            ErrorCode::LoginUserInactive,
            ErrorCode::LoginUserNotVerified,
        ])
        .codes(at_limit)
        .refusals(&surface.refusal_codes)
}

/// The reply that hands out tokens.
pub(in crate::api::capabilities) fn issued<U: AuthUser>(backend: &Backend<U>) -> ReplySpec {
    match backend.transport().source() {
        CredentialSource::Header => {
            let tokens = objects::tokens(backend.has_sessions());
            ReplySpec::json(200, "The tokens.", tokens)
        }
        CredentialSource::Cookie => {
            ReplySpec::empty(204, "The tokens are in cookies.").headers(COOKIES)
        }
    }
}

/// The code for a login or a refresh with a cookie that another site may have caused.
pub(in crate::api::capabilities) fn forgery_codes<U: AuthUser>(
    backend: &Backend<U>,
) -> &'static [ErrorCode] {
    match backend.transport().source() {
        CredentialSource::Cookie => &[ErrorCode::CsrfFailed],
        CredentialSource::Header => &[],
    }
}
