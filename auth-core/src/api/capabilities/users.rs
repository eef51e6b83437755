//! The administration of users.

mod body;
mod endpoints;
mod routes;

pub(super) use routes::routes;
