//! The bodies.

use crate::api::declared::body;
use crate::auth::LoginBy;
use crate::password::Password;
use crate::user::{EmailAddress, Username};

body! {
    /// The body of a registration, besides the application's own columns.
    pub(in crate::api) struct RegisterBody(rules) {
        /// The e-mail address.
        email: EmailAddress => |field| field.example("ada@example.com"),
        /// The password.
        password: Password => |field| field.length(rules.new_password()).write_only(),
        /// The user name.
        username: Option<Username> => |field| field.required_if(rules.login_by == LoginBy::Username),
    }
}
