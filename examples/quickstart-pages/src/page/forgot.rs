//! The page for a user who has forgotten the password. It never tells whether an address has an account.

use axum::response::Response;
use maud::{Markup, html};

use crate::view::{Field, Frame};
use crate::visit::Visit;

pub(crate) fn view(frame: &Frame<'_>) -> Markup {
    let form = frame.form("password.forgot");
    let email = Field::email("email", "E-mail address", "username");
    let content = html! {
        p { "We mail you a link, by which you choose another password." }
        (form.to("/auth/forgot-password", &html! {
            (form.field(&email))
            button { "Send a mail" }
        }))
        p { a href="/login" { "Back to the login" } }
    };
    frame.page("Forgot your password?", &content)
}

pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit.frame());
    visit.respond(page)
}
