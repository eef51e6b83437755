//! The routes.

use std::sync::Arc;

use super::body::RefreshBody;
use crate::api::capabilities::login::{forgery_codes, issued};
use crate::api::declared::Body;
use crate::api::route::RouteSpec;
use crate::api::routes::Surface;
use crate::api::{ErrorCode, Method};
use crate::backend::Backend;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    let backends = surface.backends.iter().enumerate();
    backends.map(|backend| refresh(surface, backend)).collect()
}

fn refresh<U: AuthUser>(surface: &Surface<'_, U>, at: (usize, &Arc<Backend<U>>)) -> RouteSpec<U> {
    let (_, backend) = at;
    let fields = RefreshBody::schema(&surface.rules);
    let refresh = RouteSpec::of_backend(
        Method::Post,
        "auth.refresh",
        at,
        "/refresh",
        |auth, backend, request, context| Box::pin(auth.answer_refresh(backend, request, context)),
    )
    .summary("Exchange a refresh token for new tokens.")
    .available_if(backend.has_refresh_tokens())
    .reply(issued(backend))
    .codes(forgery_codes(backend))
    .codes(&[ErrorCode::RefreshTokenInvalid, ErrorCode::InternalError]);
    match backend.transport().source() {
        CredentialSource::Cookie => refresh.optional_body(fields),
        CredentialSource::Header => refresh.body(fields),
    }
}
