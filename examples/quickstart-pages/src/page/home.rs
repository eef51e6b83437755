//! The first page, for every visitor.

use axum::response::Response;
use maud::{Markup, html};

use crate::view::Frame;
use crate::visit::Visit;

pub(crate) fn view(frame: &Frame<'_>) -> Markup {
    let content = html! {
        @if let Some(user) = frame.user {
            p { "You are logged in as " strong { (user.email()) } "." }
            p { a.button href="/account" { "Your account" } }
        } @else {
            p { "A site with accounts, whose pages need no script." }
            p { a.button href="/sign-up" { "Sign up" } " or " a href="/login" { "log in" } "." }
        }
    };
    frame.page("Welcome", &content)
}

pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit.frame());
    visit.respond(page)
}
