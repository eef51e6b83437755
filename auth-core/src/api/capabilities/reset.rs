//! Reset of a forgotten password, with a mailed token.

mod body;
mod endpoints;
mod routes;

pub(super) use routes::routes;
