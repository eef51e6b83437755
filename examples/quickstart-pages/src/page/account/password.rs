//! The password of an account. The toolkit takes its form.

use auth_core::User;
use maud::{Markup, html};

use crate::view::{Field, Frame};

const CHANGE: &str = "users.me.change_password";

pub(super) fn section(frame: &Frame<'_>, user: &User) -> Markup {
    let form = frame.form(CHANGE);
    let current = Field::password("current_password", "Current password", "current-password");
    let new = Field::password("new_password", "New password", "new-password")
        .hint("At least 15 characters: a sentence is easy to remember.");
    html! {
        section aria-labelledby="password" {
            h2 id="password" { "Password" }
            details open[frame.has_failed(CHANGE)] {
                summary { "Change the password" }
                (form.to("/users/me/change-password", &html! {
                    // Tells password managers which login changes. Without a name it is not sent.
                    input type="email" autocomplete="username" value=(user.email()) hidden;
                    (form.field(&current))
                    (form.field(&new))
                    button { "Change the password" }
                }))
            }
        }
    }
}
