//! The endpoints.

use super::body::RegisterBody;
use crate::accounts::{RegisterError, Registration};
use crate::api::declared::Body;
use crate::api::endpoint::{Answer, RequestParts, fields, taken};
use crate::api::user_read::UserRead;
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::context::Context;
use crate::http::Reply;
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
                .map_err(rejection::<U>)?;
            return Ok(Reply::empty(202));
        }
        let user = self
            .accounts()
            .register(registration, context)
            .await
            .map_err(rejection::<U>)?;
        Ok(Reply::json(201, &UserRead::new(&user)))
    }

    async fn registration(
        &self,
        request: &mut RequestParts<'_>,
    ) -> Result<Registration<U>, Rejection> {
        let mut fields = fields(request).await?;
        let body = RegisterBody::read(&mut fields, &self.body_rules());
        let columns = <U::Columns as UserColumns>::read_new(&mut fields);
        let finished = fields.finish();
        match (body, columns, finished) {
            (Some(body), Some(columns), Ok(())) => {
                let mut registration = Registration::from_parts(body.email, body.password, columns);
                registration.username = body.username;
                Ok(registration)
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

fn rejection<U: AuthUser>(error: RegisterError) -> Rejection {
    match error {
        RegisterError::Taken(field) => taken(
            field,
            &U::Columns::new_schema(),
            ErrorCode::RegisterUserAlreadyExists,
        ),
        RegisterError::Password(rejection) => {
            Rejection::password(ErrorCode::RegisterInvalidPassword, "password", rejection)
        }
        RegisterError::Unsupported(error) => Rejection::unsupported(error),
        RegisterError::Refused(refusal) => Rejection::refused(refusal),
        RegisterError::Unavailable(error) => error.into(),
    }
}
