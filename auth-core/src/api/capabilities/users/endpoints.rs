//! The endpoints.

use super::body::AdminBody;
use crate::accounts::{AdminUpdate, AdminUpdateError, DeleteError};
use crate::api::declared::Body;
use crate::api::endpoint::{Answer, Caller, RequestParts, complete, taken};
use crate::api::page::{self, PageRead};
use crate::api::user_read::UserRead;
use crate::api::{ErrorCode, Rejection};
use crate::auth::Auth;
use crate::authenticator::Authenticated;
use crate::context::{Actor, Context};
use crate::http::Reply;
use crate::user::{AuthUser, ColumnChange, UserColumns, UserId};

impl<U: AuthUser> Auth<U> {
    pub(super) async fn list_users(&self, request: &mut RequestParts<'_>) -> Answer {
        let asked = page::read::<U>(request.head.query())?;
        let page = self.accounts().list(asked.clone()).await?;
        Ok(Reply::json(200, &PageRead::new(&asked, &page)))
    }

    pub(super) async fn read_user(&self, request: &mut RequestParts<'_>) -> Answer {
        let found = self.accounts().get(&user_id::<U>(request)?).await?;
        let user = found.ok_or(ErrorCode::UserNotFound)?;
        Ok(Reply::json(200, &UserRead::new(&user)))
    }

    pub(super) async fn update_user(
        &self,
        caller: Caller<U>,
        request: &mut RequestParts<'_>,
        context: &Context,
    ) -> Answer {
        let (caller, mut fields) = self.fields_of(caller, request, context).await?;
        let id = user_id::<U>(request)?;
        let body = AdminBody::read(&mut fields, &self.body_rules());
        let columns = <U::Columns as UserColumns>::read_admin_change(&mut fields);
        let update = admin_update(complete(body, fields)?, columns);
        if *caller.id() == id {
            // The routes of the caller's own account ask for the current password.
            return Err(ErrorCode::SuperuserCannotUpdateSelf.into());
        }
        let updated = self
            .accounts()
            .update_as_admin(&id, update, &as_administrator(&caller))
            .await;
        let user = updated.map_err(|error| match error {
            AdminUpdateError::NotFound => ErrorCode::UserNotFound.into(),
            AdminUpdateError::Taken(field) => taken(
                field,
                &U::Columns::admin_schema(),
                ErrorCode::UpdateUserEmailAlreadyExists,
            ),
            AdminUpdateError::Password(rejection) => {
                Rejection::password(ErrorCode::UpdateUserInvalidPassword, "password", rejection)
            }
            AdminUpdateError::Unsupported(error) => Rejection::unsupported(error),
            AdminUpdateError::Refused(refusal) => Rejection::refused(refusal),
            AdminUpdateError::LastSuperuser => ErrorCode::LastSuperuser.into(),
            AdminUpdateError::Unavailable(error) => Rejection::from(error),
        })?;
        Ok(Reply::json(200, &UserRead::new(&user)))
    }

    pub(super) async fn delete_user(
        &self,
        caller: Caller<U>,
        request: &mut RequestParts<'_>,
    ) -> Answer {
        let caller = caller.user;
        let id = user_id::<U>(request)?;
        if *caller.id() == id {
            return Err(ErrorCode::SuperuserCannotDeleteSelf.into());
        }
        let deleted = self
            .accounts()
            .delete(&id, self.settings().delete_mode, &as_administrator(&caller))
            .await;
        deleted.map_err(|error| match error {
            DeleteError::NotFound => ErrorCode::UserNotFound.into(),
            DeleteError::Refused(refusal) => Rejection::refused(refusal),
            DeleteError::LastSuperuser => ErrorCode::LastSuperuser.into(),
            // What had to happen before could not: the account is still there, try again.
            DeleteError::HookFailed(_) => ErrorCode::ServiceUnavailable.into(),
            DeleteError::Unavailable(error) => Rejection::from(error),
        })?;
        Ok(Reply::empty(204))
    }
}

fn admin_update<U: AuthUser>(body: AdminBody, columns: ColumnChange<U>) -> AdminUpdate<U> {
    let AdminBody {
        email,
        password,
        roles,
        is_active,
        is_verified,
        is_superuser,
    } = body;
    AdminUpdate {
        email,
        password,
        is_active,
        is_verified,
        is_superuser,
        roles,
        columns,
    }
}

/// The context of a caller who acts on other accounts.
fn as_administrator<U: AuthUser>(caller: &Authenticated<U>) -> Context {
    let actor = Actor::administrator(caller.id());
    caller.context().with_actor(actor)
}

/// An id that does not parse belongs to no user.
fn user_id<U: AuthUser>(request: &RequestParts<'_>) -> Result<U::Id, Rejection> {
    let id = request.id.and_then(canonical);
    id.ok_or_else(|| ErrorCode::UserNotFound.into())
}

/// The key that is written like this: as it prints, in either case (RFC 9562 §4 has UUIDs read so).
/// Parsers accept more (braces, missing hyphens), but a proxy or an audit that reads paths
/// should see one spelling for one user.
fn canonical<Id: UserId>(text: &str) -> Option<Id> {
    let id: Id = text.parse().ok()?;
    id.to_string().eq_ignore_ascii_case(text).then_some(id)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::canonical;

    #[test]
    fn an_id_is_written_in_one_way() {
        let id = Uuid::from_u128(0x0197_a2b0_0000_7000_8000_0000_0000_abcd);
        let text = id.to_string();
        assert_eq!(canonical(&text), Some(id));
        assert_eq!(canonical(&text.to_uppercase()), Some(id));
        let others = [
            id.simple().to_string(),
            id.braced().to_string(),
            id.urn().to_string(),
            format!(" {text}"),
            String::new(),
        ];
        for other in others {
            assert_eq!(canonical::<Uuid>(&other), None, "{other}");
        }
        assert_eq!(canonical("7"), Some(7_i64));
        for other in ["07", "+7", " 7", "7.0", "9223372036854775808"] {
            assert_eq!(canonical::<i64>(other), None, "{other}");
        }
    }
}
