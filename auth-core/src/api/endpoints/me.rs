//! The caller's own account.

use super::complete::complete;
use super::{Answer, RequestParts, any_password, new_password};
use crate::accounts::{ChangePasswordError, SelfUpdate, UpdateSelfError};
use crate::api::user_read::UserRead;
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::context::Context;
use crate::guard::Guard;
use crate::http::Reply;
use crate::password::Password;
use crate::user::EmailAddress;
use crate::user::{AuthUser, UserColumns};

impl<U: AuthUser> Auth<U> {
    pub(super) async fn read_me(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let user = self
            .guarded(&Guard::active(), request.head, context)
            .await?;
        Ok(Reply::json(200, &UserRead::new(user.user())))
    }

    pub(super) async fn update_me(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let (user, mut fields) = self
            .guarded_fields(&Guard::active(), request, context)
            .await?;
        let email = fields.optional_parsed(
            "email",
            1..=EmailAddress::MAX_CODE_POINTS,
            EmailAddress::parse,
        );
        let current_password =
            fields.optional_parsed("current_password", 1..=Password::MAX, |text| {
                Password::parse(text)
            });
        let columns = <U::Columns as UserColumns>::read_change(&mut fields);
        let update = complete(
            Some(SelfUpdate {
                email,
                current_password,
                columns,
                keep_session: user.session().copied(),
            }),
            fields,
        )?;
        let updated = self
            .accounts()
            .update_self(user.user(), update, &user.context())
            .await;
        let user = updated.map_err(|error| match error {
            UpdateSelfError::BadCredentials => ErrorCode::LoginBadCredentials.into(),
            UpdateSelfError::Taken => ErrorCode::UpdateUserEmailAlreadyExists.into(),
            UpdateSelfError::Outdated => self.outdated(),
            UpdateSelfError::Unavailable(error) => Rejection::from(error),
        })?;
        Ok(Reply::json(200, &UserRead::new(&user)))
    }

    pub(super) async fn change_password(
        &self,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let (user, mut fields) = self
            .guarded_fields(&Guard::active(), request, context)
            .await?;
        let current = any_password(&mut fields, "current_password");
        let text = fields.required_any("new_password", 0..=Password::MAX);
        let policy = self.accounts().password_policy();
        let new = new_password(text, policy, "new_password", &mut fields);
        let (current, new) = complete(current.zip(new), fields)?;
        let changed = self
            .accounts()
            .change_password(user.user(), &current, &new, user.session(), &user.context())
            .await;
        changed.map_err(|error| match error {
            ChangePasswordError::BadCredentials => ErrorCode::LoginBadCredentials.into(),
            ChangePasswordError::Password(_) => ErrorCode::UpdateUserInvalidPassword.into(),
            ChangePasswordError::Outdated => self.outdated(),
            ChangePasswordError::Unavailable(error) => Rejection::from(error),
        })?;
        Ok(Reply::empty(204))
    }
}
