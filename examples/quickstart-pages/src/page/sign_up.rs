//! The page with the form for a new account.

use axum::response::Response;
use maud::{Markup, html};

use crate::view::{Field, Frame};
use crate::visit::Visit;

pub(crate) fn view(frame: &Frame<'_>) -> Markup {
    let form = frame.form("register");
    let email = Field::email("email", "E-mail address", "username");
    let password = Field::password("password", "Password", "new-password")
        .hint("At least 15 characters: a sentence is easy to remember.");
    let content = html! {
        (form.to("/auth/register", &html! {
            (form.field(&email))
            (form.field(&password))
            button { "Sign up" }
        }))
        p { "You have an account? " a href="/login" { "Log in" } }
    };
    frame.page("Sign up", &content)
}

pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit.frame());
    visit.respond(page)
}
