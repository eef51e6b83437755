//! Refresh: a route of each backend with sessions.

mod body;
mod endpoints;
mod routes;

pub(super) use routes::routes;
