//! The sessions of an account: where the user is logged in.

use auth_axum::{Auth, AuthRejection, AuthReply, PageUser};
use auth_core::time::OffsetDateTime;
use auth_core::{FlashMessage, Session, SessionId, User};
use axum::Form;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;

use super::Account;
use crate::view::Frame;

const END: &str = "account.session";
const END_ALL: &str = "account.sessions";

/// The form that ends a session.
#[derive(Deserialize)]
pub(crate) struct EndSession {
    id: String,
}

pub(super) fn section(frame: &Frame<'_>, account: &Account<'_>) -> Markup {
    html! {
        section aria-labelledby="sessions" {
            h2 id="sessions" { "Where you are logged in" }
            ul.rows {
                @for session in account.sessions {
                    li { (row(frame, session, account.current == Some(&session.id))) }
                }
            }
            (frame.form(END_ALL).own("/account/sessions/end-all", &html! {
                button.plain { "Log out everywhere" }
            }))
        }
    }
}

fn row(frame: &Frame<'_>, session: &Session, is_current: bool) -> Markup {
    let client = session.client.as_deref().map(browser);
    let client = client.unwrap_or("Unknown browser");
    html! {
        div {
            p.client { (client) }
            p.hint {
                "Since " (session.created_at.date()) ", last used " (shown(session.last_used_at))
            }
        }
        @if is_current {
            span.badge { "this browser" }
        } @else {
            (frame.form(END).own("/account/sessions/end", &html! {
                input type="hidden" name="id" value=(session.id);
                button.plain { "End" span.hidden { " the session of " (client) } }
            }))
        }
    }
}

/// Returns the name of a browser, or else what it calls itself. The client chose this text, and can lie.
fn browser(agent: &str) -> &str {
    let names = [
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let known = names.iter().find(|(mark, _)| agent.contains(mark));
    known.map_or(agent, |(_, name)| name)
}

fn shown(at: OffsetDateTime) -> String {
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}

/// Ends one session.
pub(crate) async fn end(
    State(auth): State<Auth<User>>,
    user: PageUser<User>,
    Form(form): Form<EndSession>,
) -> Result<AuthReply, AuthRejection> {
    // A session that has ended meanwhile, or of another user, is not in the list of the page behind the redirect.
    if let Ok(id) = form.id.parse::<SessionId>() {
        let (accounts, context) = (auth.accounts(), user.context());
        accounts.end_session(&user.id, &id, &context).await?;
    }
    let message = FlashMessage::success(END);
    Ok(auth.flash_redirect("/account", message)?.into())
}

/// Ends every session of the user, also that of this browser.
pub(crate) async fn end_all(
    State(auth): State<Auth<User>>,
    user: PageUser<User>,
) -> Result<AuthReply, AuthRejection> {
    let (accounts, context) = (auth.accounts(), user.context());
    accounts.end_all_sessions(&user.id, &context).await?;
    let message = FlashMessage::success(END_ALL);
    Ok(auth.flash_redirect("/login", message)?.into())
}
