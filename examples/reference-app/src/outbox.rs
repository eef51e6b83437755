//! The hooks: mails are written to a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use auth_core::accounts::{
    ForgotPassword, HookResult, RequestEmailChange, RequestVerify, VerifyToken,
};
use auth_core::{Context, EmailAddress, User, UserManager};
use serde_json::json;
use zeroize::Zeroizing;

/// Appends one JSON object per line: `{"kind":"verify","email":"…","token":"…"}`.
///
/// The kinds are `verify`, `reset`, `reset-unknown` (a request for an address without an
/// account), `duplicate` (a registration with the address of this account), `email-change-requested` and
/// `email-changed` (notices to the old address); only the first two have a token. Without a file, mails are
/// discarded.
#[derive(Debug)]
pub(crate) struct Outbox {
    file: Option<Mutex<File>>,
}

impl Outbox {
    /// Opens the file for appending. Only its owner can read it, because it holds tokens in clear text.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let file = path.map(|path| private().append(true).create(true).open(path));
        Ok(Self {
            file: file.transpose()?.map(Mutex::new),
        })
    }

    fn mail(&self, kind: &str, email: &EmailAddress, token: &str) -> HookResult {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let letter = json!({ "kind": kind, "email": email.as_str(), "token": token });
        let line = Zeroizing::new(format!("{letter}\n"));
        // A few hundred bytes into a local file: no separate thread is needed.
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())?;
        file.flush()?;
        Ok(())
    }
}

#[async_trait]
impl UserManager for Outbox {
    type User = User;

    async fn on_after_register(&self, user: &User, token: &VerifyToken, _: &Context) -> HookResult {
        self.mail("verify", user.email(), token.expose())
    }

    async fn on_after_register_duplicate(&self, user: &User, _: &Context) -> HookResult {
        self.mail("duplicate", user.email(), "")
    }

    async fn on_after_request_verify_token(
        &self,
        request: RequestVerify<'_, User>,
        _: &Context,
    ) -> HookResult {
        self.mail("verify", request.user.email(), request.token.expose())
    }

    async fn on_after_pending_email(&self, user: &User, _: &Context) -> HookResult {
        self.mail("email-change-requested", user.email(), "")
    }

    async fn on_after_request_email_change(
        &self,
        request: RequestEmailChange<'_, User>,
        _: &Context,
    ) -> HookResult {
        self.mail("verify", request.email, request.token.expose())
    }

    async fn on_after_email_change(&self, _: &User, old: &EmailAddress, _: &Context) -> HookResult {
        self.mail("email-changed", old, "")
    }

    async fn on_after_forgot_password(
        &self,
        request: ForgotPassword<'_, User>,
        _: &Context,
    ) -> HookResult {
        match request {
            ForgotPassword::Known { user, token } => {
                self.mail("reset", user.email(), token.expose())
            }
            ForgotPassword::Unknown { email } => self.mail("reset-unknown", email, ""),
            _ => Ok(()),
        }
    }
}

/// Returns options for a file that only its owner can read (mode 0600, on systems with modes).
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
