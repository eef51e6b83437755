//! The bodies.

use crate::api::declared::body;
use crate::password::Password;
use crate::user::{EmailAddress, Roles};

body! {
    /// The body of a change by an administrator.
    pub(in crate::api) struct AdminBody(rules) {
        /// A new e-mail address.
        email: Option<EmailAddress> => |field| field.example("ada@example.com"),
        /// A new password.
        password: Option<Password> => |field| field.length(rules.new_password()).write_only(),
        /// Every role of the user.
        roles: Option<Roles> => |field| field
            .example(r#"["editor"]"#)
            .accepted_if(rules.fields.roles),
        /// Whether the account may be used.
        is_active: Option<bool>,
        /// Whether the address is proven.
        is_verified: Option<bool>,
        /// Whether the user administers other users.
        is_superuser: Option<bool> => |field| field.accepted_if(rules.fields.superusers),
    }
}
