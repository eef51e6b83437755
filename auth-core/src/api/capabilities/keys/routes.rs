//! The routes.

use crate::api::route::{Base, ReplySpec, RouteSpec};
use crate::api::routes::Surface;
use crate::api::{Method, objects};
use crate::user::AuthUser;

const CACHED: &[(&str, &str)] = &[("etag", "The version of the keys, for `If-None-Match`.")];

pub(in crate::api) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    let mut backends = surface.backends.iter();
    let has_keys = backends.any(|backend| !backend.strategy().public_keys().is_empty());
    let at = (Base::Auth, "/.well-known/jwks.json");
    vec![
        RouteSpec::new(Method::Get, "keys.read", at, |auth, request, _| {
            Box::pin(async { Ok(auth.public_keys(request.head)) })
        })
        .summary("Read the public keys of access tokens (RFC 7517 §5).")
        .reply(ReplySpec::json(200, "The keys.", objects::key_set()).headers(CACHED))
        .available_if(has_keys)
        .reply(ReplySpec::empty(304, "The keys have not changed.").headers(CACHED)),
    ]
}
