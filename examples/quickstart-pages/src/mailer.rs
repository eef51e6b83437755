//! The mails of the site: links to its pages, printed where a real site sends them.

use auth_core::accounts::{
    ForgotPassword, HookResult, RequestEmailChange, RequestVerify, VerifyToken,
};
use auth_core::{Context, EmailAddress, User, UserManager};

/// Prints a mail for each token, and notices to the owner of an account.
#[derive(Debug)]
pub(crate) struct Mailer {
    url: String,
}

impl Mailer {
    /// Takes the URL of the site, without a slash at its end.
    pub(crate) fn new(url: &str) -> Self {
        let url = url.to_owned();
        Self { url }
    }

    /// The link opens a page, and the form on that page sends the token: programs that check mails for malware
    /// open links, and must not change anything by it.
    fn mail(&self, page: &str, email: &EmailAddress, token: &str) -> HookResult {
        let link = format!("{}/{page}?token={token}", self.url);
        setup::mail_link(page, email, &link)
    }
}

#[async_trait::async_trait]
impl UserManager for Mailer {
    type User = User;

    async fn on_after_register(&self, user: &User, token: &VerifyToken, _: &Context) -> HookResult {
        self.mail("verify", user.email(), token.expose())
    }

    async fn on_after_request_verify_token(
        &self,
        ask: RequestVerify<'_, User>,
        _: &Context,
    ) -> HookResult {
        self.mail("verify", ask.user.email(), ask.token.expose())
    }

    async fn on_after_request_email_change(
        &self,
        ask: RequestEmailChange<'_, User>,
        _: &Context,
    ) -> HookResult {
        self.mail("verify", ask.email, ask.token.expose())
    }

    async fn on_after_forgot_password(
        &self,
        ask: ForgotPassword<'_, User>,
        _: &Context,
    ) -> HookResult {
        match ask {
            ForgotPassword::Known { user, token } => {
                self.mail("reset", user.email(), token.expose())
            }
            _ => Ok(()),
        }
    }

    async fn on_after_pending_email(&self, user: &User, _: &Context) -> HookResult {
        setup::mail_notice("another address was requested", user.email())
    }

    async fn on_after_email_change(&self, _: &User, old: &EmailAddress, _: &Context) -> HookResult {
        setup::mail_notice("the address was changed", old)
    }

    async fn on_after_password_change(&self, user: &User, _: &Context) -> HookResult {
        setup::mail_notice("the password was changed", user.email())
    }
}
