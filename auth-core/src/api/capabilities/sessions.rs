//! The caller's sessions.

mod endpoints;
mod query;
mod routes;

pub(super) use routes::routes;
