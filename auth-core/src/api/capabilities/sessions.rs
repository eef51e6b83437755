//! The caller's sessions.

mod endpoints;
mod routes;

pub(super) use routes::routes;
