//! The end of an account.

use thiserror::Error;

use super::{Accounts, AdminUpdateError};
use crate::context::Context;
use crate::error::{BoxError, Unavailable};
use crate::event::EventKind;
use crate::store::{DeleteOutcome, Precondition, UserChange};
use crate::user::AuthUser;

/// What deleting a user means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeleteMode {
    /// The account is deactivated and its row stays; the address stays taken. Credentials stay, too,
    /// so that the account is complete when it is activated again.
    #[default]
    Soft,
    /// The row is removed for good, and the user's credentials and sessions with it.
    Hard,
}

/// Why an account is not deleted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DeleteError {
    /// There is no such user.
    #[error("there is no such user")]
    NotFound,
    /// It would leave no active superuser.
    #[error("the last active superuser stays")]
    LastSuperuser,
    /// The hook that must run before the deletion failed.
    #[error("the hook before the deletion failed")]
    HookFailed(#[source] BoxError),
    /// Something that is needed cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl<U: AuthUser> Accounts<U> {
    /// Deactivates a user or removes it for good. Whoever calls this has made sure that the caller
    /// may do so.
    ///
    /// # Errors
    ///
    /// [`DeleteError`]; nothing is changed then.
    pub async fn delete(
        &self,
        id: &U::Id,
        mode: DeleteMode,
        context: &Context,
    ) -> Result<(), DeleteError> {
        let user = self.get(id).await?.ok_or(DeleteError::NotFound)?;
        let (this, context) = (self.clone(), context.clone());
        self.inner
            .background
            .shielded(async move {
                match mode {
                    DeleteMode::Soft => this.deactivate(user, &context).await,
                    DeleteMode::Hard => this.remove(user, &context).await,
                }
            })
            .await
    }

    async fn deactivate(&self, user: U, context: &Context) -> Result<(), DeleteError> {
        let change = UserChange {
            is_active: Some(false),
            bump_epoch: true,
            ..UserChange::default()
        };
        match self.write_as_admin(user, change, context).await {
            Ok(_) => Ok(()),
            Err(AdminUpdateError::LastSuperuser) => Err(DeleteError::LastSuperuser),
            Err(AdminUpdateError::Unavailable(error)) => Err(error.into()),
            Err(_) => Err(DeleteError::NotFound),
        }
    }

    async fn remove(&self, user: U, context: &Context) -> Result<(), DeleteError> {
        if let Err(error) = self.hooks().on_before_delete(&user, context).await {
            self.hook_failed("on_before_delete", Some(&user), context, &error);
            return Err(DeleteError::HookFailed(error));
        }
        let expect = Precondition::anything().and_keep_last_superuser();
        let owner = self.credential_owner(user.id());
        let database = &self.inner.database;
        let outcome = database.delete(user.id(), expect, owner.as_ref()).await;
        match outcome.map_err(Unavailable::from)? {
            DeleteOutcome::Deleted => {}
            DeleteOutcome::LastSuperuser => return Err(DeleteError::LastSuperuser),
            DeleteOutcome::Missing | DeleteOutcome::Stale => return Err(DeleteError::NotFound),
        }
        if let Some(owner) = &owner {
            self.forget_credentials_of(owner, context).await;
        }
        self.forget_sessions_of(user.id(), context).await;
        self.raise_for(EventKind::UserDeleted, &user, context);
        let hook = self.hooks().on_after_delete(&user, context);
        self.after("on_after_delete", &user, context, hook).await;
        Ok(())
    }
}
