//! Accounts for web applications, with no web framework.

pub mod json;
pub mod secret;
pub mod token;
