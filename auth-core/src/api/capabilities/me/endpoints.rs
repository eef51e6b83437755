//! The endpoints.

use std::time::Duration;

use super::body::{ChangePasswordBody, DeleteMeBody, UpdateMeBody};
use crate::accounts::{ChangePasswordError, DeleteSelfError, SelfUpdate, UpdateSelfError};
use crate::api::declared::Body;
use crate::api::endpoint::{Answer, Caller, RequestParts, complete, optional_fields, taken};
use crate::api::user_read::UserRead;
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::authenticator::Authenticated;
use crate::backend::Backend;
use crate::context::Context;
use crate::http::Reply;
use crate::login::{self, IssuedTokens};
use crate::user::{AuthUser, UserColumns};

/// The age up to which a login stands for the current password.
const RECENT_LOGIN: Duration = Duration::from_mins(5);

pub(super) fn read_me<U: AuthUser>(caller: &Caller<U>) -> Reply {
    Reply::json(200, &UserRead::own(caller.user.user()))
}

impl<U: AuthUser> Auth<U> {
    pub(super) async fn update_me(
        &self,
        caller: Caller<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let (user, mut fields) = self.fields_of(caller, request, context).await?;
        let body = UpdateMeBody::read(&mut fields, &self.body_rules());
        let columns = <U::Columns as UserColumns>::read_change(&mut fields);
        let UpdateMeBody {
            email,
            current_password,
        } = complete(body, fields)?;
        let update = SelfUpdate {
            email,
            current_password,
            columns,
        };
        let (accounts, context) = (self.accounts(), user.context());
        let updated = if self.settings().hide_existing_accounts {
            accounts
                .update_self_privately(user.user(), update, &context)
                .await
        } else {
            accounts.update_self(user.user(), update, &context).await
        };
        let user = updated.map_err(|error| match error {
            UpdateSelfError::BadCredentials => ErrorCode::LoginBadCredentials.into(),
            UpdateSelfError::Taken(field) => taken(
                field,
                &U::Columns::change_schema(),
                ErrorCode::UpdateUserEmailAlreadyExists,
            ),
            UpdateSelfError::Unsupported(error) => Rejection::unsupported(error),
            UpdateSelfError::Refused(refusal) => Rejection::refused(refusal),
            UpdateSelfError::Outdated => self.outdated(),
            UpdateSelfError::Unavailable(error) => Rejection::from(error),
        })?;
        Ok(Reply::json(200, &UserRead::own(&user)))
    }

    pub(super) async fn change_password(
        &self,
        caller: Caller<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let (user, mut fields) = self.fields_of(caller, request, context).await?;
        let body = ChangePasswordBody::read(&mut fields, &self.body_rules());
        let ChangePasswordBody {
            current_password: current,
            new_password: new,
        } = complete(body, fields)?;
        let changed = self
            .accounts()
            .change_password_of(user.user(), &current, &new, &user.context())
            .await;
        let row = changed.map_err(|error| match error {
            ChangePasswordError::BadCredentials => ErrorCode::LoginBadCredentials.into(),
            ChangePasswordError::Password(rejection) => Rejection::password(
                ErrorCode::UpdateUserInvalidPassword,
                "new_password",
                rejection,
            ),
            ChangePasswordError::Outdated => self.outdated(),
            ChangePasswordError::Unavailable(error) => Rejection::from(error),
        })?;
        let mut backends = self.backends().iter();
        let backend = backends.find(|backend| backend.name() == user.backend());
        let renewed = match backend {
            Some(backend) => self.renew(backend, row.clone(), &user).await,
            None => None,
        };
        // After the renewal: the row of the caller's session has the old epoch until then.
        self.accounts().remove_ended_sessions(&row, &user.context());
        let Some(backend) = backend else {
            return Ok(Reply::empty(204));
        };
        match renewed {
            Some(tokens) => self.token_reply(&tokens),
            None => Ok(Self::logout_response(backend)),
        }
    }

    /// Gives the caller's session new secrets. The password or the address has changed already: if this
    /// fails, the session stays invalid, and the client logs in again.
    pub(in crate::api::capabilities) async fn renew(
        &self,
        backend: &Backend<U>,
        row: U,
        caller: &Authenticated<U>,
    ) -> Option<IssuedTokens<U>> {
        let (id, context) = (caller.session()?, caller.context());
        let accounts = self.accounts();
        let renewed = login::renew(accounts, backend, &row, id, &context).await;
        renewed.unwrap_or_else(|error| {
            accounts.background_failed("the new secrets of a session", &error, &context);
            None
        })
    }

    pub(super) async fn delete_me(
        &self,
        caller: Caller<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let (accounts, mode) = (self.accounts(), self.settings().delete_mode);
        let fields = optional_fields(request).await?;
        let user = match fields {
            Some(_) if caller.is_recent() => caller,
            Some(_) => self.caller(caller.guard, request.head, context).await?,
            None => {
                let guard = caller.guard.fresh(RECENT_LOGIN);
                self.caller(guard, request.head, context).await?
            }
        };
        let user = user.user;
        let (row, context) = (user.user(), user.context());
        let deleted = match fields {
            None => {
                accounts
                    .delete_self_without_password(row, mode, &context)
                    .await
            }
            Some(mut fields) => {
                let body = DeleteMeBody::read(&mut fields, &self.body_rules());
                let DeleteMeBody { current_password } = complete(body, fields)?;
                accounts
                    .delete_self(row, &current_password, mode, &context)
                    .await
            }
        };
        deleted.map_err(|error| match error {
            DeleteSelfError::BadCredentials => ErrorCode::LoginBadCredentials.into(),
            DeleteSelfError::Refused(refusal) => Rejection::refused(refusal),
            DeleteSelfError::LastSuperuser => ErrorCode::LastSuperuser.into(),
            DeleteSelfError::Outdated => self.outdated(),
            DeleteSelfError::HookFailed(_) => ErrorCode::ServiceUnavailable.into(),
            DeleteSelfError::Unavailable(error) => Rejection::from(error),
        })?;
        let mut backends = self.backends().iter();
        let backend = backends.find(|backend| backend.name() == user.backend());
        Ok(backend.map_or_else(|| Reply::empty(204), Self::logout_response))
    }
}
