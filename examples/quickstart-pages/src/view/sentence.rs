//! What the site says about the result of a form. A site in another language replaces this file.

use auth_core::{FlashField, FlashMessage};

/// Returns the sentence after a success; `None` after a failure.
pub(super) fn of_success(message: &FlashMessage) -> Option<&'static str> {
    if !message.is_success() {
        return None;
    }
    Some(match message.route() {
        "register" => "Your account is made. Open the link that we mailed to you, and log in.",
        "verify" => "Your address is confirmed.",
        "verify.request" => "If this address waits for its confirmation, a mail is on its way.",
        "password.forgot" => "If this address has an account, a mail is on its way.",
        "password.reset" => "Your new password is set. Log in with it.",
        "users.me.change_password" => {
            "Your password is changed. You are logged out on all other devices."
        }
        "account.address" => "Open the link that we mailed to your new address.",
        "account.withdraw" => "Your address stays as it is.",
        "account.session" => "The session has ended.",
        "account.sessions" => "You are logged out everywhere.",
        "account.delete" => "Your account is deleted.",
        "admin.user" => "The user is changed.",
        _ => "Done.",
    })
}

/// Returns why a form was refused.
pub(super) fn of_failure(message: &FlashMessage) -> &str {
    match message.code().unwrap_or_default() {
        "LOGIN_BAD_CREDENTIALS" => "The address or the password is wrong.",
        "LOGIN_USER_INACTIVE" => "This account is deactivated.",
        "REGISTER_USER_ALREADY_EXISTS" => "This address has an account already.",
        "VERIFY_USER_BAD_TOKEN" | "RESET_PASSWORD_BAD_TOKEN" => {
            "This link is used or expired. Ask for another mail."
        }
        "VERIFY_USER_ALREADY_VERIFIED" => "This address is confirmed already.",
        _ if message.fields().next().is_some() => "Please correct the marked fields.",
        _ => match message.detail() {
            Some(sentence) if !sentence.is_empty() => sentence,
            _ => "That did not work. Please try it again.",
        },
    }
}

/// Returns what is wrong with a field.
pub(super) fn of_field(error: &FlashField) -> &str {
    match (error.name(), error.code()) {
        (_, "missing") => "Please fill this in.",
        ("email" | "identifier", "invalid" | "too_long") => "This is not an e-mail address.",
        ("email", "taken") => "This address has an account already.",
        ("password" | "new_password", "too_short") => "Use at least 15 characters.",
        ("password" | "new_password", "too_common") => "This password is easy to guess.",
        ("password" | "new_password", "contains_personal_data") => {
            "Do not use your address in the password."
        }
        ("current_password", _) => "This is not your password.",
        ("roles", _) => "A role has lower-case letters, digits, and the characters - and _.",
        _ => error.detail(),
    }
}
