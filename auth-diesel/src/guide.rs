//! Guides for what is particular to SQL. Their code is compiled and run; `auth_core::guide` has the
//! others.
//!
//! | you want to | guide |
//! | --- | --- |
//! | connect with TLS, or know the options of a URL | [`servers`] |
//! | keep your own struct in your own table | [`own_user`] |
//! | create a user and rows of yours together, or neither | [`transaction`] |

pub mod own_user;
pub mod servers;
pub mod transaction;
