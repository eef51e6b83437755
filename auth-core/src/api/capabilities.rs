//! The table of capabilities: each brings its routes.

pub(super) mod keys;
pub(super) mod login;
pub(super) mod me;
pub(super) mod register;
pub(super) mod reset;
pub(super) mod sessions;
pub(super) mod users;
pub(super) mod verify;

use super::{RouteSpec, routes::Surface};
use crate::user::AuthUser;

/// The routes of every capability. A new capability is one line in this list.
pub(super) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    [
        login::routes,
        keys::routes,
        sessions::routes,
        register::routes,
        verify::routes,
        reset::routes,
        me::routes,
        users::routes,
    ]
    .iter()
    .flat_map(|routes| routes(surface))
    .collect()
}
