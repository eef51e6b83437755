//! The routes.

use std::sync::Arc;

use crate::api::route::{ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::api::{Access, Method};
use crate::backend::Backend;
use crate::transport::CredentialSource;
use crate::user::AuthUser;

const CLEARED: &[(&str, &str)] = &[("set-cookie", "The cookies of the backend, cleared.")];

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    surface.backends.iter().enumerate().map(logout).collect()
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
