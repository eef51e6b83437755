//! The bodies.

use crate::api::declared::body;
use crate::auth::LoginBy;
use crate::http::{Field, TextFormat};
use crate::password::Password;
use crate::store::LoginIdentifier;

body! {
    /// The body of a login.
    pub(in crate::api) struct LoginBody(rules) {
        /// The e-mail address, or the user name where accounts log in by name.
        identifier: LoginIdentifier => |field| field.format(match rules.login_by {
            LoginBy::Email => TextFormat::Email,
            LoginBy::Username => TextFormat::Plain,
        }),
        /// The password.
        password: Password => Field::write_only,
        /// Whether the login outlives the browser: `true` by default. A form without the field says
        /// `false`, as a browser does for a checkbox that is not set.
        remember: Option<bool> => |field| field.accepted_if(rules.is_browser),
    }
}
