//! The endpoints.

use super::body::{AddressBody, VerifyBody};
use crate::accounts::VerifyError;
use crate::api::endpoint::{Answer, RequestParts};

use crate::api::user_read::UserRead;
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::context::Context;
use crate::http::Reply;
use crate::user::AuthUser;

impl<U: AuthUser> Auth<U> {
    pub(super) async fn verify(&self, request: &mut RequestParts<'_>, context: &Context) -> Answer {
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
