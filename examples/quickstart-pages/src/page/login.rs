//! The page with the login form.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use crate::view::{Field, Frame};
use crate::visit::Visit;

/// The page that needed a login, if one did.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Next {
    pub(crate) next: Option<String>,
}

pub(crate) fn view(frame: &Frame<'_>, next: Option<&str>) -> Markup {
    let form = frame.form("auth.login");
    let email = Field::email("identifier", "E-mail address", "username");
    let password = Field::password("password", "Password", "current-password");
    let content = html! {
        (form.to("/auth/login", &html! {
            // A link from elsewhere can have any `next`: the login route follows it on this site only.
            @if let Some(next) = next { input type="hidden" name="next" value=(next); }
            (form.field(&email))
            (form.field(&password))
            // Without it the login ends with the browser.
            p.check {
                input id="remember" name="remember" type="checkbox" value="true";
                label for="remember" { "Stay logged in on this device" }
            }
            button { "Log in" }
        }))
        p { a href="/forgot" { "Forgot your password?" } }
        p { "No account yet? " a href="/sign-up" { "Sign up" } }
    };
    frame.page("Log in", &content)
}

pub(crate) async fn show(visit: Visit, Query(query): Query<Next>) -> Response {
    let page = view(&visit.frame(), query.next.as_deref());
    visit.respond(page)
}
