//! The bodies.

use crate::api::declared::body;
use crate::http::Field;
use crate::password::Password;
use crate::user::EmailAddress;

body! {
    /// The body of a change of the own account, besides the application's own columns.
    pub(in crate::api) struct UpdateMeBody(rules) {
        /// A new e-mail address. It requires the current password, and is pending until the token that is
        /// mailed to it is verified. The present address withdraws the pending one.
        email: Option<EmailAddress> => |field| field
            .example("ada@example.com")
            .accepted_if(rules.changes_email),
        /// The current password.
        current_password: Option<Password> => Field::write_only,
    }
}

body! {
    /// The body of a change of the password.
    pub(in crate::api) struct ChangePasswordBody(rules) {
        /// The current password.
        current_password: Password => Field::write_only,
        /// The new password.
        new_password: Password => |field| field.length(rules.new_password()).write_only(),
    }
}

body! {
    /// The body of a deletion of the own account. A caller who logged in within the last five minutes
    /// may leave it out.
    pub(in crate::api) struct DeleteMeBody(rules) {
        /// The current password.
        current_password: Password => Field::write_only,
    }
}
