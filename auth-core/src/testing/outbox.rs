//! Hooks that record the mails of an application.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::accounts::{
    ForgotPassword, HookResult, RequestEmailChange, RequestVerify, UserManager, VerifyToken,
};
use crate::context::Context;
use crate::user::{AuthUser, EmailAddress, User};

/// Records the tokens that an application would mail. Clones share them.
#[derive(Debug)]
pub struct Outbox<U = User> {
    items: Arc<Mutex<Vec<OutboxItem>>>,
    user: PhantomData<fn() -> U>,
}

/// One mail that was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItem {
    /// `verify`, `reset`, `reset-unknown`, `duplicate`, `email-change-requested` or `email-changed`.
    pub kind: &'static str,
    /// The address of the recipient.
    pub email: String,
    /// The token; empty if the mail has none.
    pub token: String,
}

impl Outbox {
    /// Creates an empty outbox for the bundled [`User`]. For users of another type there is
    /// `default()`: `Outbox::<Customer>::default()`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<U> Outbox<U> {
    /// Returns all mails so far.
    #[must_use]
    pub fn items(&self) -> Vec<OutboxItem> {
        self.items
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Returns the latest token of a kind for an address.
    #[must_use]
    pub fn latest(&self, kind: &str, email: &str) -> Option<String> {
        let items = self.items();
        let mut latest = items.iter().rev();
        latest
            .find(|item| item.kind == kind && item.email == email)
            .map(|item| item.token.clone())
    }

    fn push(&self, kind: &'static str, email: &impl ToString, token: &str) {
        let item = OutboxItem {
            kind,
            email: email.to_string(),
            token: token.to_owned(),
        };
        self.items
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(item);
    }
}

impl<U> Default for Outbox<U> {
    fn default() -> Self {
        Self {
            items: Arc::default(),
            user: PhantomData,
        }
    }
}

impl<U> Clone for Outbox<U> {
    fn clone(&self) -> Self {
        Self {
            items: Arc::clone(&self.items),
            user: PhantomData,
        }
    }
}

#[async_trait]
impl<U: AuthUser> UserManager for Outbox<U> {
    type User = U;

    async fn on_after_register(&self, user: &U, token: &VerifyToken, _: &Context) -> HookResult {
        self.push("verify", user.email(), token.expose());
        Ok(())
    }
    async fn on_after_register_duplicate(&self, user: &U, _: &Context) -> HookResult {
        self.push("duplicate", user.email(), "");
        Ok(())
    }
    async fn on_after_request_verify_token(
        &self,
        request: RequestVerify<'_, U>,
        _: &Context,
    ) -> HookResult {
        self.push("verify", request.user.email(), request.token.expose());
        Ok(())
    }
    async fn on_after_pending_email(&self, user: &U, _: &Context) -> HookResult {
        self.push("email-change-requested", user.email(), "");
        Ok(())
    }
    async fn on_after_request_email_change(
        &self,
        request: RequestEmailChange<'_, U>,
        _: &Context,
    ) -> HookResult {
        self.push("verify", request.email, request.token.expose());
        Ok(())
    }
    async fn on_after_email_change(&self, _: &U, old: &EmailAddress, _: &Context) -> HookResult {
        self.push("email-changed", old, "");
        Ok(())
    }
    async fn on_after_forgot_password(
        &self,
        request: ForgotPassword<'_, U>,
        _: &Context,
    ) -> HookResult {
        match request {
            ForgotPassword::Known { user, token } => {
                self.push("reset", user.email(), token.expose());
            }
            ForgotPassword::Unknown { email } => self.push("reset-unknown", email, ""),
        }
        Ok(())
    }
}
