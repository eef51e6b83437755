//! The statements about users, sessions and credentials, each on one connection.

pub(crate) mod credentials;
pub(crate) mod lookup;
pub(crate) mod sessions;
pub(crate) mod users;
