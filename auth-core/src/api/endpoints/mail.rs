//! Verification and password reset: what goes by mail.

use super::complete::complete;
use super::{Answer, RequestParts, any_password, fields};
use crate::accounts::{ResetPasswordError, VerifyError};
use crate::api::user_read::UserRead;
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::context::Context;
use crate::http::Reply;
use crate::user::AuthUser;
use crate::user::EmailAddress;

/// The longest account token, in code points.
const MAX_TOKEN: usize = 2048;

impl<U: AuthUser> Auth<U> {
    pub(super) async fn verify(&self, request: &mut RequestParts<'_>, context: &Context) -> Answer {
        let mut fields = fields(request).await?;
        let token = fields.required_any("token", 1..=MAX_TOKEN);
        let token = complete(token, fields)?;
        let user = self
            .accounts()
            .verify(&token, context)
            .await
            .map_err(|error| match error {
                VerifyError::BadToken => ErrorCode::VerifyUserBadToken.into(),
                VerifyError::AlreadyVerified => ErrorCode::VerifyUserAlreadyVerified.into(),
                VerifyError::Unavailable(error) => Rejection::from(error),
            })?;
        Ok(Reply::json(200, &UserRead::new(&user)))
    }

    pub(super) async fn request_verify(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let email = address(request).await?;
        self.accounts().request_verify(email, context).await?;
        Ok(Reply::empty(202))
    }

    pub(super) async fn forgot_password(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let email = address(request).await?;
        self.accounts().forgot_password(email, context).await?;
        Ok(Reply::empty(202))
    }

    pub(super) async fn reset_password(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let mut fields = fields(request).await?;
        let token = fields.required_any("token", 1..=MAX_TOKEN);
        let password = any_password(&mut fields, "password");
        let (token, password) = complete(token.zip(password), fields)?;
        let reset = self
            .accounts()
            .reset_password(&token, password, context)
            .await;
        let user = reset.map_err(|error| match error {
            ResetPasswordError::BadToken => ErrorCode::ResetPasswordBadToken.into(),
            ResetPasswordError::Password(_) => ErrorCode::ResetPasswordInvalidPassword.into(),
            ResetPasswordError::Unavailable(error) => Rejection::from(error),
        })?;
        Ok(Reply::json(200, &UserRead::new(&user)))
    }
}

async fn address(request: &mut RequestParts<'_>) -> Result<EmailAddress, Rejection> {
    let mut fields = fields(request).await?;
    let email = fields.required_parsed(
        "email",
        1..=EmailAddress::MAX_CODE_POINTS,
        EmailAddress::parse,
    );
    complete(email, fields)
}
