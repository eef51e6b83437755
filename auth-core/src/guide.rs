//! Guides, one for each task. Their code is compiled and run.
//!
//! | you want to | guide |
//! | --- | --- |
//! | have accounts in an Axum or a Poem application, or in another framework | [`adapter`]: pick an adapter |
//! | have refresh tokens, cookies, and logins that can be seen and ended | [`sessions`]: give logins sessions |
//! | change keys while the application runs | [`keys`]: change keys |
//! | keep users where this project has no crate for | [`storage`]: write a custom storage adapter |
//! | have account rules of your own, and test them | [`manager`]: test your manager without HTTP |
//! | remove, rename or move routes, or serve an OpenAPI document | [`routes`]: choose, move and describe the routes |
//! | know what a client gets when a request fails | [`errors`]: every error code |
//! | go into production | [`production`]: a checklist |
//! | look up a setting | [`configuration`]: every setting, with default, range and reason |
//! | keep your own struct in your own SQL table | `auth_diesel::guide::own_user`: bring your own user |
//! | render pages on the server, with forms | `auth_axum::guide::pages`: from `cargo new` to a login page |
//! | come from axum-login | `auth_axum::guide::from_axum_login` |
//! | create a user and rows of yours together, or neither | `auth_diesel::guide::transaction`: run account changes in your transaction |

pub mod adapter;
pub mod configuration;
pub mod errors;
pub mod keys;
pub mod manager;
pub mod production;
pub mod routes;
pub mod sessions;
pub mod storage;
