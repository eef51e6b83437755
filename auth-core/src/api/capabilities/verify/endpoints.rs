//! The endpoints.

use super::body::{AddressBody, VerifyBody};
use crate::accounts::{Verified, VerifyError};
use crate::api::endpoint::{Answer, RequestParts};

use crate::api::user_read::UserRead;
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::authenticator::Authenticated;
use crate::context::Context;
use crate::http::{Header, Reply};
use crate::transport::CredentialSource;
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    pub(super) async fn verify(&self, request: &mut RequestParts<'_>, context: &Context) -> Answer {
        let VerifyBody { token } = self.read_body(request).await?;
        // Before the change: afterwards the credential is invalid.
        let caller = self.authenticate_in(request.head, context).await?;
        let verified = self.accounts().verify_token(&token.0, context).await;
        let Verified { user, is_changed } = verified.map_err(|error| match error {
            VerifyError::BadToken => ErrorCode::VerifyUserBadToken.into(),
            VerifyError::AlreadyVerified => ErrorCode::VerifyUserAlreadyVerified.into(),
            VerifyError::Unavailable(error) => Rejection::from(error),
        })?;
        let reply = Reply::json(200, &UserRead::new(&user));
        if !is_changed {
            return Ok(reply);
        }
        let cookies = match caller.user().filter(|caller| caller.id() == user.id()) {
            Some(caller) => self.new_cookies(&user, caller).await,
            None => Vec::new(),
        };
        self.accounts().remove_ended_sessions(&user, context);
        Ok(reply.with_headers(cookies))
    }

    /// Continues the session of a caller with cookies under new ones. The reply has no place for the tokens
    /// of a header: such a session stays ended, and its client logs in again.
    async fn new_cookies(&self, user: &U, caller: &Authenticated<U>) -> Vec<Header> {
        let mut backends = self.backends().iter();
        let backend = backends.find(|backend| {
            let has_cookies = backend.transport().source() == CredentialSource::Cookie;
            has_cookies && backend.name() == caller.backend()
        });
        let Some(backend) = backend else {
            return Vec::new();
        };
        let renewed = self.renew(backend, user.clone(), caller).await;
        let reply = renewed.and_then(|tokens| self.token_reply(&tokens).ok());
        let reply = reply.unwrap_or_else(|| Self::logout_response(backend));
        let cookies = reply
            .headers()
            .filter(|header| header.name() == "set-cookie");
        cookies.cloned().collect()
    }

    pub(super) async fn request_verify(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let AddressBody { email } = self.read_body(request).await?;
        self.accounts().request_verify(email, context).await?;
        Ok(Reply::empty(202))
    }
}
