//! The endpoints.

use super::body::ResetBody;
use crate::accounts::ResetPasswordError;
use crate::api::capabilities::verify::AddressBody;
use crate::api::endpoint::{Answer, RequestParts};
use crate::api::user_read::UserRead;
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::context::Context;
use crate::http::Reply;
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    pub(super) async fn forgot_password(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let AddressBody { email } = self.read_body(request).await?;
        self.accounts().forgot_password(email, context).await?;
        Ok(Reply::empty(202))
    }

    pub(super) async fn reset_password(
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
            ResetPasswordError::Password(rejection) => Rejection::password(
                ErrorCode::ResetPasswordInvalidPassword,
                "password",
                rejection,
            ),
            ResetPasswordError::Unavailable(error) => Rejection::from(error),
        })?;
        Ok(Reply::json(200, &UserRead::new(&user)))
    }
}
