//! A prefix of the routes that the configuration does not name.

use std::sync::atomic::Ordering;

use crate::api::Route;
use crate::auth::Auth;
use crate::http::{Header, Reply};
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    /// Logs once that a reply sets a cookie for a path below another prefix than that of the request:
    /// the browser will not send it.
    pub(super) fn notice_prefix(&self, route: &Route<U>, path: Option<&str>, reply: &Reply) {
        let Some(prefix) = path.and_then(|path| path.strip_suffix(route.path())) else {
            return;
        };
        let configured = self.settings().public_prefix.as_str();
        if prefix == configured || !reply.headers().any(is_cookie_of_a_path) {
            return;
        }
        if !self.prefix_noticed().swap(true, Ordering::Relaxed) {
            tracing::warn!(
                target: "auth",
                ?prefix,
                configured,
                "the refresh cookie is bound to a path without the prefix of these routes, and browsers \
                 will not send it: set `.public_prefix(…)` of the `AuthBuilder` to the prefix, or leave out \
                 `.narrow_refresh_path()`"
            );
        }
    }
}

fn is_cookie_of_a_path(header: &Header) -> bool {
    let path = |attribute: &str| {
        attribute
            .strip_prefix("Path=")
            .is_some_and(|path| path != "/")
    };
    header.name() == "set-cookie" && header.value().split("; ").any(path)
}
