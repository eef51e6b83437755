//! The bodies.

use crate::api::declared::{BodyToken, body};

body! {
    /// The body of a refresh.
    pub(in crate::api) struct RefreshBody(rules) {
        /// The refresh token of the last login or refresh.
        refresh_token: BodyToken => |field| field.length(1..=512).write_only(),
    }
}
