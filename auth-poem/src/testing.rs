//! Requests and users for the tests of an application.

pub use auth_core::testing::admit;
