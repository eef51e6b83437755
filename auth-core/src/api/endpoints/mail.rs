//! Verification and password reset: what goes by mail.

use super::{Answer, RequestParts};
use crate::accounts::{ResetPasswordError, VerifyError};
use crate::api::capabilities::reset::ResetBody;
use crate::api::capabilities::verify::{AddressBody, VerifyBody};
use crate::api::user_read::UserRead;
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::context::Context;
use crate::http::Reply;
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    pub(in crate::api) async fn verify(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let VerifyBody { token } = self.read_body(request).await?;
        let user =
            self.accounts()
                .verify(&token.0, context)
                .await
                .map_err(|error| match error {
                    VerifyError::BadToken => ErrorCode::VerifyUserBadToken.into(),
                    VerifyError::AlreadyVerified => ErrorCode::VerifyUserAlreadyVerified.into(),
                    VerifyError::Unavailable(error) => Rejection::from(error),
                })?;
        Ok(Reply::json(200, &UserRead::new(&user)))
    }

    pub(in crate::api) async fn request_verify(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let AddressBody { email } = self.read_body(request).await?;
        self.accounts().request_verify(email, context).await?;
        Ok(Reply::empty(202))
    }

    pub(in crate::api) async fn forgot_password(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let AddressBody { email } = self.read_body(request).await?;
        self.accounts().forgot_password(email, context).await?;
        Ok(Reply::empty(202))
    }

    pub(in crate::api) async fn reset_password(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let ResetBody { token, password } = self.read_body(request).await?;
        let reset = self
            .accounts()
            .reset_password(&token.0, password, context)
            .await;
        let user = reset.map_err(|error| match error {
            ResetPasswordError::BadToken => ErrorCode::ResetPasswordBadToken.into(),
            ResetPasswordError::Password(_) => ErrorCode::ResetPasswordInvalidPassword.into(),
            ResetPasswordError::Unavailable(error) => Rejection::from(error),
        })?;
        Ok(Reply::json(200, &UserRead::new(&user)))
    }
}
