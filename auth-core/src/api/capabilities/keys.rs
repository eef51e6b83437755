//! The public keys of access tokens.

mod endpoints;
mod routes;

pub(super) use routes::routes;
