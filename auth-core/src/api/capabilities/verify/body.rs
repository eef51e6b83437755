//! The bodies.

use crate::api::declared::{BodyToken, body};
use crate::http::Field;
use crate::user::EmailAddress;

body! {
    /// The body of a verification.
    pub(in crate::api) struct VerifyBody(rules) {
        /// The token of the mail.
        token: BodyToken => Field::write_only,
    }
}

body! {
    /// The body of a request for a mail.
    pub(in crate::api) struct AddressBody(rules) {
        /// The e-mail address.
        email: EmailAddress => |field| field.example("ada@example.com"),
    }
}
