//! The statements about users and sessions, each on one connection.

pub(crate) mod sessions;
pub(crate) mod users;
