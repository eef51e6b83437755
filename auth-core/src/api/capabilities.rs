//! The table of capabilities: each brings its routes.

mod keys;
mod login;
mod logout;
mod me;
mod refresh;
mod register;
mod reset;
mod sessions;
mod users;
mod verify;

use super::{RouteSpec, routes::Surface};
use crate::user::AuthUser;

/// The routes of every capability. A new capability is one line in this list.
pub(super) fn routes<U: AuthUser>(surface: &Surface<'_, U>) -> Vec<RouteSpec<U>> {
    [
        login::routes,
        logout::routes,
        refresh::routes,
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
