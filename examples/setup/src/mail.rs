//! Printed mails.

use std::io::{self, Write as _};

use auth_core::EmailAddress;
use auth_core::accounts::HookResult;
use serde_json::json;

/// Prints a mail that a real application would send, as one line of JSON.
///
/// # Errors
///
/// If standard output is closed.
pub fn mail(kind: &str, email: &EmailAddress, token: &str) -> HookResult {
    let line = json!({"kind": kind, "email": email.as_str(), "token": token});
    writeln!(io::stdout(), "{line}")?;
    Ok(())
}

/// Prints a mail with a link to a page, as one line of JSON.
///
/// # Errors
///
/// If standard output is closed.
pub fn mail_link(kind: &str, email: &EmailAddress, link: &str) -> HookResult {
    let mail = json!({"kind": kind, "email": email.as_str(), "link": link});
    writeln!(io::stdout(), "{mail}")?;
    Ok(())
}

/// Prints a mail without a token, as one line of JSON.
///
/// # Errors
///
/// If standard output is closed.
pub fn mail_notice(notice: &str, email: &EmailAddress) -> HookResult {
    let mail = json!({"kind": "notice", "email": email.as_str(), "notice": notice});
    writeln!(io::stdout(), "{mail}")?;
    Ok(())
}
