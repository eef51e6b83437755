//! Registration.

use super::{Answer, RequestParts, fields, new_password};
use crate::accounts::{RegisterError, Registration};
use crate::api::user_read::UserRead;
use crate::api::{ErrorCode, Rejection};
use crate::auth::{Auth, LoginBy};
use crate::context::Context;
use crate::http::Reply;
use crate::password::Password;
use crate::user::EmailAddress;
use crate::user::Username;
use crate::user::{AuthUser, UserColumns};

impl<U: AuthUser> Auth<U> {
    pub(super) async fn register(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let registration = self.registration(request).await?;
        if self.settings().hide_existing_accounts {
            self.accounts()
                .register_privately(registration, context)
                .await
                .map_err(rejection)?;
            return Ok(Reply::empty(202));
        }
        let user = self
            .accounts()
            .register(registration, context)
            .await
            .map_err(rejection)?;
        Ok(Reply::json(201, &UserRead::new(&user)))
    }

    async fn registration(
        &self,
        request: &mut RequestParts<'_>,
    ) -> Result<Registration<U>, Rejection> {
        let mut fields = fields(request).await?;
        let email = fields.required_parsed(
            "email",
            1..=EmailAddress::MAX_CODE_POINTS,
            EmailAddress::parse,
        );
        let text = fields.required_any("password", 0..=Password::MAX);
        let policy = self.accounts().password_policy();
        let password = new_password(text, policy, "password", &mut fields);
        let username = match self.settings().identifier {
            LoginBy::Email => Some(None),
            LoginBy::Username => fields
                .required_parsed("username", 1..=Username::MAX_CODE_POINTS, Username::parse)
                .map(Some),
        };
        let columns = <U::Columns as UserColumns>::read_new(&mut fields);
        let finished = fields.finish();
        match (email, password, username, columns, finished) {
            (Some(email), Some(password), Some(username), Some(columns), Ok(())) => {
                Ok(Registration {
                    email,
                    username,
                    password,
                    columns,
                })
            }
            (.., finished) => {
                // An application whose `read_new` finds nothing to read and no error with it has made
                // a mistake that no client can mend.
                let Err(errors) = finished else {
                    tracing::error!(target: "auth", "`read_new` answers `None` and records no error");
                    return Err(ErrorCode::InternalError.into());
                };
                Err(Rejection::fields(ErrorCode::RequestBodyInvalid, errors))
            }
        }
    }
}

fn rejection(error: RegisterError) -> Rejection {
    match error {
        RegisterError::Taken(_) => ErrorCode::RegisterUserAlreadyExists.into(),
        RegisterError::Password(_) => ErrorCode::RegisterInvalidPassword.into(),
        RegisterError::Unavailable(error) => error.into(),
    }
}
