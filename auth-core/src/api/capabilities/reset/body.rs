//! The bodies.

use crate::api::declared::{BodyToken, body};
use crate::http::Field;
use crate::password::Password;

body! {
    /// The body of a reset.
    pub(in crate::api) struct ResetBody(rules) {
        /// The token of the mail.
        token: BodyToken => Field::write_only,
        /// The new password. One that is too short leaves the token valid.
        password: Password => Field::write_only,
    }
}
