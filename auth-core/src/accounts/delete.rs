//! The end of an account.

use thiserror::Error;

use super::{Accounts, AdminUpdateError, ProposedUpdate, Refusal};
use crate::context::Context;
use crate::error::{BoxError, Unavailable};
use crate::event::EventKind;
use crate::password::Password;
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
    /// The application refused the deactivation.
    #[error("the application refused the deletion")]
    Refused(Refusal),
    /// The hook that must run before the deletion failed.
    #[error("the hook before the deletion failed")]
    HookFailed(#[source] BoxError),
    /// Something that is needed cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Why a user's own account is not deleted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DeleteSelfError {
    /// The current password is wrong.
    #[error("wrong current password")]
    BadCredentials,
    /// No active superuser would be left.
    #[error("the last active superuser cannot be deleted")]
    LastSuperuser,
    /// The account was changed or deleted meanwhile: the caller's credential is invalid.
    #[error("the account was changed meanwhile")]
    Outdated,
    /// The application refused the deactivation.
    #[error("the application refused the deletion")]
    Refused(Refusal),
    /// The hook that runs before the deletion failed.
    #[error("the hook before the deletion failed")]
    HookFailed(#[source] BoxError),
    /// A store or the hasher cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl<U: AuthUser> Accounts<U> {
    /// Deactivates a user or removes it for good. The caller of this method must have checked the rights of
    /// the administrator.
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
                let expect = Precondition::anything();
                this.end_account(user, mode, expect, &context).await
            })
            .await
    }

    /// Deletes the account of `user`, who gives the current password: deactivates it or removes it for
    /// good.
    ///
    /// # Errors
    ///
    /// [`DeleteSelfError`]; the account is unchanged then.
    pub async fn delete_self(
        &self,
        user: &U,
        current: &Password,
        mode: DeleteMode,
        context: &Context,
    ) -> Result<(), DeleteSelfError> {
        if !self.knows_password(user, current, context).await? {
            return Err(DeleteSelfError::BadCredentials);
        }
        self.delete_self_without_password(user, mode, context).await
    }

    /// Deletes the account of `user`, who is known to have logged in recently: deactivates it or removes
    /// it for good.
    ///
    /// # Security
    ///
    /// The caller of this method must have checked that the login is recent
    /// ([`Guard::fresh`](crate::guard::Guard::fresh)): a stolen session must not be sufficient to delete
    /// an account.
    ///
    /// # Errors
    ///
    /// [`DeleteSelfError`], except [`BadCredentials`](DeleteSelfError::BadCredentials); the account is
    /// unchanged then.
    pub async fn delete_self_without_password(
        &self,
        user: &U,
        mode: DeleteMode,
        context: &Context,
    ) -> Result<(), DeleteSelfError> {
        let (this, user, context) = (self.clone(), user.clone(), context.clone());
        let deleted = self.inner.background.shielded(async move {
            // A change of the account meanwhile ends the login and the password that were checked.
            let expect = Precondition::epoch(user.epoch());
            this.end_account(user, mode, expect, &context).await
        });
        deleted.await.map_err(|error| match error {
            DeleteError::NotFound => DeleteSelfError::Outdated,
            DeleteError::LastSuperuser => DeleteSelfError::LastSuperuser,
            DeleteError::Refused(refusal) => DeleteSelfError::Refused(refusal),
            DeleteError::HookFailed(error) => DeleteSelfError::HookFailed(error),
            DeleteError::Unavailable(error) => DeleteSelfError::Unavailable(error),
        })
    }

    async fn end_account(
        &self,
        user: U,
        mode: DeleteMode,
        expect: Precondition,
        context: &Context,
    ) -> Result<(), DeleteError> {
        match mode {
            DeleteMode::Soft => self.deactivate(user, expect, context).await,
            DeleteMode::Hard => self.remove(user, expect, context).await,
        }
    }

    async fn deactivate(
        &self,
        user: U,
        expect: Precondition,
        context: &Context,
    ) -> Result<(), DeleteError> {
        if user.is_active() {
            let proposed = ProposedUpdate {
                is_active: Some(false),
                ..ProposedUpdate::default()
            };
            self.ask_before_update(&user, &proposed, context).await?;
        }
        let change = UserChange {
            is_active: Some(false),
            bump_epoch: true,
            ..UserChange::default()
        };
        match self.write_as_admin(user, change, expect, context).await {
            Ok(_) => Ok(()),
            Err(AdminUpdateError::LastSuperuser) => Err(DeleteError::LastSuperuser),
            Err(AdminUpdateError::Unavailable(error)) => Err(error.into()),
            Err(_) => Err(DeleteError::NotFound),
        }
    }

    async fn remove(
        &self,
        user: U,
        expect: Precondition,
        context: &Context,
    ) -> Result<(), DeleteError> {
        if let Err(error) = self.hooks().on_before_delete(&user, context).await {
            self.hook_failed("on_before_delete", Some(&user), context, &error);
            return Err(DeleteError::HookFailed(error));
        }
        let expect = expect.and_keep_last_superuser();
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
