//! The deletion of an account by its user.

use auth_axum::{Auth, AuthRejection, AuthReply, PageUser};
use auth_core::accounts::{DeleteMode, DeleteSelfError};
use auth_core::{FlashMessage, Password, User};
use axum::Form;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;

use crate::view::{Field, Frame};

const DELETE: &str = "account.delete";

/// The form that deletes the account.
#[derive(Deserialize)]
pub(crate) struct Deletion {
    current_password: String,
}

pub(super) fn section(frame: &Frame<'_>) -> Markup {
    let form = frame.form(DELETE);
    let password = Field::password("current_password", "Current password", "current-password");
    html! {
        section aria-labelledby="deletion" {
            h2 id="deletion" { "Deletion" }
            details open[frame.has_failed(DELETE)] {
                summary { "Delete the account" }
                (form.own("/account/delete", &html! {
                    p { "Your account is removed for good." }
                    (form.field(&password))
                    button.danger { "Delete the account" }
                }))
            }
        }
    }
}

/// Deletes the account.
pub(crate) async fn submit(
    State(auth): State<Auth<User>>,
    user: PageUser<User>,
    Form(form): Form<Deletion>,
) -> Result<AuthReply, AuthRejection> {
    let wrong = || {
        FlashMessage::failure(DELETE, "REFUSED", "").with_field("current_password", "invalid", "")
    };
    let (accounts, context) = (auth.accounts(), user.context());
    let Ok(password) = Password::parse(form.current_password) else {
        return Ok(auth.flash_redirect("/account", wrong())?.into());
    };
    let deleted = accounts.delete_self(&user, &password, DeleteMode::Hard, &context);
    let (page, message) = match deleted.await {
        Ok(()) => ("/", FlashMessage::success(DELETE)),
        Err(DeleteSelfError::BadCredentials) => ("/account", wrong()),
        Err(DeleteSelfError::Unavailable(error)) => return Err(error.into()),
        Err(DeleteSelfError::LastSuperuser) => {
            let sentence = "The last administrator cannot be deleted.";
            let message = FlashMessage::failure(DELETE, "LAST_SUPERUSER", sentence);
            ("/account", message)
        }
        Err(_) => ("/account", FlashMessage::failure(DELETE, "REFUSED", "")),
    };
    Ok(auth.flash_redirect(page, message)?.into())
}
