//! The page for a browser whose request was refused, in the place of JSON for programs.

use auth_axum::Auth;
use auth_core::User;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::view::Frame;
use crate::visit::Visit;

pub(crate) fn view(frame: &Frame<'_>, status: StatusCode) -> Markup {
    let (title, sentence) = match status.as_u16() {
        401 => ("Please log in", "This needs a login, and yours has ended."),
        403 => (
            "Not allowed",
            "You may not do this, or it was not sent from a page of this site.",
        ),
        404 => ("Not found", "There is no such page."),
        503 => (
            "Please try again",
            "The site cannot answer now. Try again in a minute.",
        ),
        _ => ("That did not work", "The site cannot answer this request."),
    };
    let content = html! {
        p { (sentence) }
        p { a href="/" { "Back to the first page" } " or " a href="/login" { "log in" } "." }
    };
    frame.page(title, &content)
}

/// Replaces the body of a refusal if the client is a browser. Status and headers stay.
pub(crate) async fn as_page(
    State(auth): State<Auth<User>>,
    request: Request,
    next: Next,
) -> Response {
    let (head, body) = request.into_parts();
    let mut of_browser = accepts_html(&head.headers).then(|| head.clone());
    let response = next.run(Request::from_parts(head, body)).await;
    let status = response.status();
    let Some(head) = of_browser.as_mut().filter(|_| status.as_u16() >= 400) else {
        return response;
    };
    // Without an answer of the store, and for a forged request, the page shows no user.
    let page = match Visit::from_request_parts(head, &auth).await {
        Ok(visit) => {
            let page = view(&visit.frame(), status);
            visit.respond(page)
        }
        Err(_) => view(&Frame::default(), status).into_response(),
    };
    let (mut refused, _) = response.into_parts();
    let (of_page, body) = page.into_parts();
    refused.headers.remove(header::CONTENT_TYPE);
    refused.headers.remove(header::CONTENT_LENGTH);
    for (name, value) in &of_page.headers {
        refused.headers.append(name, value.clone());
    }
    Response::from_parts(refused, body)
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let mut accepted = accepted.filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains("text/html"))
}
