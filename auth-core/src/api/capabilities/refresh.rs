//! Refresh: a route of each backend with sessions.

mod body;
mod endpoints;
mod routes;

pub(in crate::api) use body::RefreshBody;
pub(super) use routes::routes;
