//! The routes.

use std::sync::Arc;

use crate::api::Method;
use crate::api::capabilities::login::forgery_codes;
use crate::api::capabilities::refresh::RefreshBody;
use crate::api::declared::Body;
use crate::api::route::{ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::auth::FormRoute;
use crate::backend::Backend;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

const CLEARED: &[(&str, &str)] = &[("set-cookie", "The cookies of the backend, cleared.")];

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    let backends = surface.backends.iter().enumerate();
    backends.map(|backend| logout(surface, backend)).collect()
}

fn logout<U: AuthUser>(surface: &Surface<'_, U>, at: (usize, &Arc<Backend<U>>)) -> RouteSpec<U> {
    let (_, backend) = at;
    let has_cookies = backend.transport().source() == CredentialSource::Cookie;
    RouteSpec::of_backend(
        Method::Post,
        "auth.logout",
        at,
        "/logout",
        |auth, backend, request, context| Box::pin(auth.logout(backend, request, context)),
    )
    .summary("End the session, or the token, of this request.")
    .reads_credential()
    .optional_body(RefreshBody::schema(&surface.rules))
    .form(FormRoute::Logout)
    .codes(forgery_codes(backend))
    .reply(
        ReplySpec::empty(204, "The login has ended, or there was none.").headers(if has_cookies {
            CLEARED
        } else {
            &[]
        }),
    )
}
