//! The page of the mailed link that replaces a forgotten password.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use crate::view::{Field, Frame};
use crate::visit::Visit;

/// The token of the mailed link.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Link {
    token: Option<String>,
}

pub(crate) fn view(frame: &Frame<'_>, token: Option<&str>) -> Markup {
    let form = frame.form("password.reset");
    let password = Field::password("password", "New password", "new-password")
        .hint("At least 15 characters: a sentence is easy to remember.");
    let content = html! {
        @if let Some(token) = token {
            (form.to("/auth/reset-password", &html! {
                input type="hidden" name="token" value=(token);
                (form.field(&password))
                button { "Set the password" }
            }))
            p { "You are logged out on all devices then." }
        } @else {
            p { "This page needs the link that we mailed to you." }
        }
        p { a href="/forgot" { "Get another mail" } }
    };
    frame.page("Choose a new password", &content)
}

pub(crate) async fn show(visit: Visit, Query(link): Query<Link>) -> Response {
    let page = view(&visit.frame(), link.token.as_deref());
    visit.respond(page)
}
