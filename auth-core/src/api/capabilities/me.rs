//! The caller's own account.

mod body;
mod endpoints;
mod routes;

pub(super) use routes::routes;
