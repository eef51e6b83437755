//! The bodies.

use crate::api::declared::{BodyToken, body};

body! {
    /// The body of a refresh or of a logout.
    pub(in crate::api) struct RefreshBody(rules) {
        /// The refresh token of the last login or refresh.
        refresh_token: Option<BodyToken> => |field| field.length(1..=512).write_only(),
    }
}
