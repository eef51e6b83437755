//! Login, logout and refresh: the routes of each backend.

use std::sync::Arc;

use crate::api::declared::{Body, BodyToken, body};
use crate::api::route::{ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::api::{Access, ErrorCode, Method, objects};
use crate::auth::LoginBy;
use crate::backend::Backend;
use crate::http::{Field, TextFormat};
use crate::password::Password;
use crate::store::LoginIdentifier;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

body! {
    /// The body of a login.
    pub(in crate::api) struct LoginBody(rules) {
        /// The e-mail address, or the user name where accounts log in by name.
        identifier: LoginIdentifier => |field| field.format(match rules.login_by {
            LoginBy::Email => TextFormat::Email,
            LoginBy::Username => TextFormat::Plain,
        }),
        /// The password.
        password: Password => Field::write_only,
    }
}

body! {
    /// The body of a refresh.
    pub(in crate::api) struct RefreshBody(rules) {
        /// The refresh token of the last login or refresh.
        refresh_token: BodyToken => |field| field.length(1..=512).write_only(),
    }
}

const COOKIES: &[(&str, &str)] = &[(
    "set-cookie",
    "The cookies of the login, one in each header.",
)];
const CLEARED: &[(&str, &str)] = &[("set-cookie", "The cookies of the backend, cleared.")];

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    let backends = surface.backends.iter().enumerate();
    let routes = backends.flat_map(|backend| of_backend(surface, backend));
    routes.collect()
}

fn of_backend<U: AuthUser>(
    surface: &Surface<'_, U>,
    at: (usize, &Arc<Backend<U>>),
) -> Vec<RouteSpec<U>> {
    let (_, backend) = at;
    let has_cookies = backend.transport().source() == CredentialSource::Cookie;
    let origin: &'static [ErrorCode] = if has_cookies {
        &[ErrorCode::CsrfFailed]
    } else {
        &[]
    };
    let login = RouteSpec::of_backend(
        Method::Post,
        "auth.login",
        at,
        "/login",
        |auth, backend, request, context| Box::pin(auth.login(backend, request, context)),
    )
    .summary("Log in with a password.")
    .body(LoginBody::schema(&surface.rules))
    .reply(issued(backend))
    .codes(origin)
    .codes(&[
        ErrorCode::LoginBadCredentials,
        ErrorCode::LoginPayloadInvalid,
        ErrorCode::LoginUserInactive,
        ErrorCode::LoginUserNotVerified,
        ErrorCode::InternalError,
    ])
    .offer_on_options(|auth, backend, head, reply| auth.offer_csrf(backend, head, reply));
    vec![login, logout(at), refresh(surface, at, origin)]
}

fn logout<U: AuthUser>(at: (usize, &Arc<Backend<U>>)) -> RouteSpec<U> {
    let has_cookies = at.1.transport().source() == CredentialSource::Cookie;
    RouteSpec::of_backend(
        Method::Post,
        "auth.logout",
        at,
        "/logout",
        |auth, backend, request, context| Box::pin(auth.logout(backend, request, context)),
    )
    .summary("End the session, or the token, of this request.")
    .access(Access::User)
    .reply(
        ReplySpec::empty(204, "The login has ended.").headers(if has_cookies {
            CLEARED
        } else {
            &[]
        }),
    )
}

fn refresh<U: AuthUser>(
    surface: &Surface<'_, U>,
    at: (usize, &Arc<Backend<U>>),
    origin: &'static [ErrorCode],
) -> RouteSpec<U> {
    let (_, backend) = at;
    let fields = RefreshBody::schema(&surface.rules);
    let refresh = RouteSpec::of_backend(
        Method::Post,
        "auth.refresh",
        at,
        "/refresh",
        |auth, backend, request, context| Box::pin(auth.respond_refresh(backend, request, context)),
    )
    .summary("Exchange a refresh token for new tokens.")
    .available_if(backend.has_sessions())
    .reply(issued(backend))
    .codes(origin)
    .codes(&[ErrorCode::RefreshTokenInvalid, ErrorCode::InternalError]);
    match backend.transport().source() {
        CredentialSource::Cookie => refresh.optional_body(fields),
        CredentialSource::Header => refresh.body(fields),
    }
}

/// The reply that hands out tokens.
fn issued<U: AuthUser>(backend: &Backend<U>) -> ReplySpec {
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
