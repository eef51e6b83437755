//! The proof of an address, with a mailed token.

mod body;
mod endpoints;
mod routes;

pub(super) use body::AddressBody;
pub(super) use routes::routes;
