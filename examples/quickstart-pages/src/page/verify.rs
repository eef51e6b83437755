//! The page of the mailed link that confirms an address. Opening it changes nothing: its form does.

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
    let (confirm, request) = (frame.form("verify"), frame.form("verify.request"));
    let known = frame.user.map_or("", |user| user.email().as_str());
    let email = Field::email("email", "E-mail address", "email").value(known);
    let content = html! {
        @if let Some(token) = token {
            (confirm.to("/auth/verify", &html! {
                input type="hidden" name="token" value=(token);
                p { "One step is left:" }
                button { "Confirm the address" }
            }))
        }
        h2 { "Get another mail" }
        (request.to("/auth/request-verify-token", &html! {
            (form_hint())
            (request.field(&email))
            button.plain { "Send a mail" }
        }))
    };
    frame.page("Confirm your address", &content)
}

fn form_hint() -> Markup {
    html! { p { "A link is valid for an hour, and once." } }
}

pub(crate) async fn show(visit: Visit, Query(link): Query<Link>) -> Response {
    let page = view(&visit.frame(), link.token.as_deref());
    visit.respond(page)
}
