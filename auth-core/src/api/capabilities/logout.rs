//! Logout: a route of each backend.

mod endpoints;
mod routes;

pub(super) use routes::routes;
