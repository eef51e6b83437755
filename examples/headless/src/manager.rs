//! The hooks of this application: they queue letters and count failed logins.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use auth_core::accounts::{
    ForgotPassword, HookResult, LoginFailure, RequestEmailChange, RequestVerify, VerifyToken,
};
use auth_core::{Context, User, UserManager};

use crate::letter::{Letter, Subject};

/// Queues the letters that a worker would mail, and counts failed logins.
///
/// Only hooks are overridden. The flows (login rules, use of tokens, end of sessions) are part of the
/// toolkit.
#[derive(Debug, Default)]
pub(crate) struct Manager {
    letters: Mutex<Vec<Letter>>,
    failed_logins: AtomicU64,
}

impl Manager {
    /// Empties the queue and returns its letters, oldest first.
    pub(crate) fn take_letters(&self) -> Vec<Letter> {
        std::mem::take(&mut *self.letters.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the number of failed logins.
    pub(crate) fn failed_logins(&self) -> u64 {
        self.failed_logins.load(Ordering::Relaxed)
    }

    fn queue(&self, letter: Letter) {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push(letter);
    }
}

#[async_trait]
impl UserManager for Manager {
    type User = User;

    async fn on_after_register(&self, user: &User, token: &VerifyToken, _: &Context) -> HookResult {
        self.queue(Letter::with_token(
            user.email(),
            Subject::Verify,
            token.expose(),
        ));
        Ok(())
    }

    async fn on_after_request_verify_token(
        &self,
        request: RequestVerify<'_, User>,
        context: &Context,
    ) -> HookResult {
        self.on_after_register(request.user, request.token, context)
            .await
    }

    async fn on_after_verify(&self, user: &User, _: &Context) -> HookResult {
        self.queue(Letter::plain(user.email(), Subject::Welcome));
        Ok(())
    }

    async fn on_after_request_email_change(
        &self,
        request: RequestEmailChange<'_, User>,
        _: &Context,
    ) -> HookResult {
        self.queue(Letter::with_token(
            request.email,
            Subject::Verify,
            request.token.expose(),
        ));
        Ok(())
    }

    async fn on_after_forgot_password(
        &self,
        request: ForgotPassword<'_, User>,
        _: &Context,
    ) -> HookResult {
        // An address without an account gets no letter: it may belong to a third party.
        if let ForgotPassword::Known { user, token } = request {
            self.queue(Letter::with_token(
                user.email(),
                Subject::Reset,
                token.expose(),
            ));
        }
        Ok(())
    }

    async fn on_after_login_failed(&self, _: LoginFailure<'_, User>, _: &Context) -> HookResult {
        self.failed_logins.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
