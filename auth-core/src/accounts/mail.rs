//! Mail to one address: its limit, and the hooks that send it.
//!
//! This file alone calls the hooks that send mail, and each call takes a [`MailPermit`]. So the limit
//! holds for every flow.

use time::Duration;

use super::{Accounts, ForgotPassword, RequestEmailChange, RequestVerify, ResetToken, VerifyToken};
use crate::context::Context;
use crate::error::Unavailable;
use crate::store::Window;
use crate::user::{AuthUser, EmailAddress};

/// The number of mails to one address within an hour.
const MAILS: u64 = 10;

/// The shortest lifetime of an e-mail token. After the limit is reached, an address gets one more token
/// of each kind per lifetime, so this bounds that number, too.
pub(super) const SHORTEST_LIFETIME: Duration = Duration::minutes(5);

/// The permission to hand one mail to a hook.
#[must_use]
pub(super) struct MailPermit(());

/// The kind of an e-mail token.
#[derive(Clone, Copy)]
pub(super) enum TokenKind {
    Verify,
    Reset,
}

impl<U: AuthUser> Accounts<U> {
    /// Counts a mail to this address; `None` if the limit of the hour is reached, or if e-mail flows are
    /// off.
    pub(super) async fn mail_permit(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<MailPermit>, Unavailable> {
        self.counted_permit("mail", email).await
    }

    /// Counts a notice to the owner of this address. Other mail does not use up its limit, and neither do
    /// notices of another purpose: a thief of an account must not be able to suppress the notice of the
    /// change.
    async fn notice_permit(
        &self,
        purpose: &'static str,
        email: &EmailAddress,
    ) -> Result<Option<MailPermit>, Unavailable> {
        match self.inner.expiring {
            Some(_) => self.counted_permit(purpose, email).await,
            None => Ok(Some(MailPermit(()))),
        }
    }

    async fn counted_permit(
        &self,
        purpose: &'static str,
        email: &EmailAddress,
    ) -> Result<Option<MailPermit>, Unavailable> {
        let Some(store) = &self.inner.expiring else {
            return Ok(None);
        };
        let digest = self.inner.tokens.active_keys().address_digest(email);
        let key = self.expiring_key(purpose, &digest);
        let window = Window::Fixed(Duration::HOUR);
        let count = store.increment(&key, window, self.now()).await?;
        Ok((count <= MAILS).then_some(MailPermit(())))
    }

    /// Records that a token of this kind is about to be mailed. Without a permit it grants one if no token
    /// of this kind is valid, so that a flood of requests does not prevent the owner of the address from
    /// getting a token.
    pub(super) async fn token_permit(
        &self,
        permit: Option<MailPermit>,
        kind: TokenKind,
        email: &EmailAddress,
    ) -> Result<Option<MailPermit>, Unavailable> {
        let purpose = match kind {
            TokenKind::Verify => "mailed-verify",
            TokenKind::Reset => "mailed-reset",
        };
        let (store, now) = (self.expiring()?, self.now());
        let digest = self.inner.tokens.active_keys().address_digest(email);
        let key = self.expiring_key(purpose, &digest);
        if permit.is_none() && store.count(&key, now).await? > 0 {
            return Ok(None);
        }
        let window = Window::Sliding(self.inner.tokens.lifetime);
        let count = store.increment(&key, window, now).await?;
        Ok(permit.or_else(|| (count == 1).then_some(MailPermit(()))))
    }

    /// Hands a verification token for the user's address to the hook of registrations, or calls the hook
    /// for registrations without mail.
    pub(super) async fn mail_welcome(
        &self,
        permit: Option<MailPermit>,
        user: &U,
        context: &Context,
    ) -> Result<(), Unavailable> {
        let permit = match &self.inner.expiring {
            Some(_) => {
                self.token_permit(permit, TokenKind::Verify, user.email())
                    .await?
            }
            None => None,
        };
        if permit.is_none() {
            let hook = self.hooks().on_after_register_without_mail(user, context);
            self.after("on_after_register_without_mail", user, context, hook)
                .await;
            return Ok(());
        }
        let token = self.inner.tokens.mint_verify(user, self.now())?;
        let hook = self.hooks().on_after_register(user, &token, context);
        self.after("on_after_register", user, context, hook).await;
        Ok(())
    }

    /// Tells the owner of an address of a registration with it, or of another user's request for it.
    pub(super) async fn mail_duplicate(&self, _: MailPermit, owner: &U, context: &Context) {
        let hook = self.hooks().on_after_register_duplicate(owner, context);
        self.after("on_after_register_duplicate", owner, context, hook)
            .await;
    }

    /// Hands a verification token to the hook.
    pub(super) async fn mail_verify_token(
        &self,
        _: MailPermit,
        user: &U,
        token: &VerifyToken,
        context: &Context,
    ) {
        let request = RequestVerify { user, token };
        let hook = self.hooks().on_after_request_verify_token(request, context);
        self.after("on_after_request_verify_token", user, context, hook)
            .await;
    }

    /// Notifies the stored address of a user of the pending one.
    pub(super) async fn mail_pending_email(&self, user: &U, context: &Context) {
        match self.notice_permit("pending-notice", user.email()).await {
            Ok(Some(_)) => {
                let hook = self.hooks().on_after_pending_email(user, context);
                self.after("on_after_pending_email", user, context, hook)
                    .await;
            }
            Ok(None) => {}
            Err(error) => self.background_failed("update", &error, context),
        }
    }

    /// Hands the token for the pending address of a user to the hook.
    pub(super) async fn mail_pending_token(
        &self,
        _: MailPermit,
        user: &U,
        email: &EmailAddress,
        token: &VerifyToken,
        context: &Context,
    ) {
        let request = RequestEmailChange { user, email, token };
        let hook = self.hooks().on_after_request_email_change(request, context);
        self.after("on_after_request_email_change", user, context, hook)
            .await;
    }

    /// Hands a reset token to the hook; without a user, the address alone.
    pub(super) async fn mail_reset_token(
        &self,
        _: MailPermit,
        user: Option<&U>,
        email: &EmailAddress,
        token: &ResetToken,
        context: &Context,
    ) {
        let request = match user {
            Some(user) => ForgotPassword::Known { user, token },
            None => ForgotPassword::Unknown { email },
        };
        let hook = self.hooks().on_after_forgot_password(request, context);
        self.after_maybe("on_after_forgot_password", user, context, hook)
            .await;
    }

    /// Notifies the old address of a user of the change.
    pub(super) async fn mail_email_change(&self, user: &U, old: &EmailAddress, context: &Context) {
        match self.notice_permit("notice", old).await {
            Ok(Some(_)) => {
                let hook = self.hooks().on_after_email_change(user, old, context);
                self.after("on_after_email_change", user, context, hook)
                    .await;
            }
            Ok(None) => {}
            Err(error) => self.background_failed("update", &error, context),
        }
    }
}
