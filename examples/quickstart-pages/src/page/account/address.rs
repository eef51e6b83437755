//! The address of an account. A new one waits until the link that is mailed to it was used.

use auth_axum::{Auth, AuthRejection, AuthReply, PageUser};
use auth_core::accounts::{SelfUpdate, UpdateSelfError};
use auth_core::{EmailAddress, FlashMessage, NoColumns, Password, User};
use axum::Form;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;

use crate::view::{Field, Frame};

const CHANGE: &str = "account.address";
const WITHDRAW: &str = "account.withdraw";

/// The form for a new address.
#[derive(Deserialize)]
pub(crate) struct NewAddress {
    email: String,
    current_password: String,
}

pub(super) fn section(frame: &Frame<'_>, user: &User) -> Markup {
    let (change, withdraw) = (frame.form(CHANGE), frame.form(WITHDRAW));
    let request = frame.form("verify.request");
    let email = Field::email("email", "New e-mail address", "email");
    let password = Field::password("current_password", "Current password", "current-password");
    html! {
        section aria-labelledby="address" {
            h2 id="address" { "Address" }
            p {
                strong { (user.email()) } " "
                @if user.is_verified() { span.badge { "confirmed" } }
                @else { span.badge.open { "not confirmed" } }
            }
            @if !user.is_verified() {
                (request.bare("/auth/request-verify-token", &html! {
                    input type="hidden" name="email" value=(user.email());
                    input type="hidden" name="next" value="/account";
                    button.plain { "Send a mail to confirm it" }
                }))
            }
            @if let Some(pending) = user.pending_email() {
                p { strong { (pending) } " " span.badge.open { "waits for the link in its mail" } }
                (withdraw.own("/account/address/withdraw", &html! {
                    button.plain { "Keep the old address" }
                }))
            }
            details open[frame.has_failed(CHANGE)] {
                summary { "Change the address" }
                (change.own("/account/address", &html! {
                    (change.field(&email))
                    (change.field(&password))
                    button { "Change the address" }
                }))
            }
        }
    }
}

/// Asks for another address.
pub(crate) async fn submit(
    State(auth): State<Auth<User>>,
    user: PageUser<User>,
    Form(form): Form<NewAddress>,
) -> Result<AuthReply, AuthRejection> {
    let refused = |field, code| {
        FlashMessage::failure(CHANGE, "REFUSED", "")
            .with_field(field, code, "")
            .with_value("email", &form.email)
    };
    let email = EmailAddress::parse(&form.email);
    let message = match (email, Password::parse(form.current_password)) {
        (Err(_), _) => refused("email", "invalid"),
        (_, Err(_)) => refused("current_password", "invalid"),
        (Ok(email), Ok(password)) => {
            let update = SelfUpdate {
                email: Some(email),
                current_password: Some(password),
                columns: NoColumns,
            };
            let accounts = auth.accounts();
            match accounts.update_self(&user, update, &user.context()).await {
                Ok(_) => FlashMessage::success(CHANGE),
                Err(UpdateSelfError::BadCredentials) => refused("current_password", "invalid"),
                Err(UpdateSelfError::Taken(_)) => refused("email", "taken"),
                Err(UpdateSelfError::Unavailable(error)) => return Err(error.into()),
                Err(_) => FlashMessage::failure(CHANGE, "REFUSED", ""),
            }
        }
    };
    Ok(auth.flash_redirect("/account", message)?.into())
}

/// Keeps the present address, which withdraws the one that waits.
pub(crate) async fn withdraw(
    State(auth): State<Auth<User>>,
    user: PageUser<User>,
) -> Result<AuthReply, AuthRejection> {
    let update = SelfUpdate {
        email: Some(user.email().clone()),
        current_password: None,
        columns: NoColumns,
    };
    let accounts = auth.accounts();
    let message = match accounts.update_self(&user, update, &user.context()).await {
        Ok(_) => FlashMessage::success(WITHDRAW),
        Err(UpdateSelfError::Unavailable(error)) => return Err(error.into()),
        Err(_) => FlashMessage::failure(WITHDRAW, "REFUSED", ""),
    };
    Ok(auth.flash_redirect("/account", message)?.into())
}
