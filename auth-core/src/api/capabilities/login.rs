//! Login with a password: a route of each backend.

mod body;
mod endpoints;
mod routes;
#[cfg(test)]
#[cfg(feature = "jwt")]
mod tests;

pub(super) use routes::{COOKIES, forgery_codes, issued, routes};
