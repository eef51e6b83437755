//! The page on which users see and change their account: a section for each part.

pub(crate) mod address;
pub(crate) mod deletion;
mod password;
pub(crate) mod sessions;

use auth_axum::{Auth, AuthRejection, PageUser};
use auth_core::{Session, SessionId, User};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::view::Frame;
use crate::visit::Visit;

/// What the page shows.
#[derive(Debug)]
pub(crate) struct Account<'v> {
    pub(crate) user: &'v User,
    pub(crate) sessions: &'v [Session],
    /// The session of this browser.
    pub(crate) current: Option<&'v SessionId>,
}

pub(crate) fn view(frame: &Frame<'_>, account: &Account<'_>) -> Markup {
    let content = html! {
        (address::section(frame, account.user))
        (password::section(frame, account.user))
        (sessions::section(frame, account))
        (deletion::section(frame))
    };
    frame.page("Your account", &content)
}

pub(crate) async fn show(
    State(auth): State<Auth<User>>,
    user: PageUser<User>,
    visit: Visit,
) -> Result<Response, AuthRejection> {
    let sessions = auth.accounts().sessions(&user).await?;
    let account = Account {
        user: user.user(),
        sessions: &sessions,
        current: user.session(),
    };
    let page = view(&visit.frame(), &account);
    Ok(visit.respond(page))
}
