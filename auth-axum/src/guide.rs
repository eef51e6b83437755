//! Guides for sites with Axum. Their programs are compiled, and the tests drive them.
//!
//! | you want to | guide |
//! | --- | --- |
//! | render pages on the server, with forms that need no script | [`pages`] |
//! | come from axum-login | [`from_axum_login`] |

pub mod from_axum_login;
pub mod pages;
