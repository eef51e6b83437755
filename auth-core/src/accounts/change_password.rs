//! The change of a password by its owner.

use thiserror::Error;

use super::{Accounts, UpdateSummary};
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::EventKind;
use crate::password::{Password, PasswordHash, PasswordRejection};
use crate::store::{Precondition, UpdateOutcome, UserChange};
use crate::user::AuthUser;

/// Why a password is not changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ChangePasswordError {
    /// The current password is wrong.
    #[error("wrong current password")]
    BadCredentials,
    /// The new password may not be chosen.
    #[error(transparent)]
    Password(PasswordRejection),
    /// The account changed meanwhile, so that what the caller holds is worthless: log in again.
    #[error("the account was changed meanwhile")]
    Outdated,
    /// Something that is needed cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl<U: AuthUser> Accounts<U> {
    /// Changes the password of `user`, who gives the current one, and ends every session and token of
    /// the user. The route of the HTTP API continues the caller's session under new secrets; any other
    /// caller logs the user in again.
    ///
    /// # Errors
    ///
    /// [`ChangePasswordError`]; nothing is changed then.
    pub async fn change_password(
        &self,
        user: &U,
        current: &Password,
        new: &Password,
        context: &Context,
    ) -> Result<U, ChangePasswordError> {
        let user = self.change_password_of(user, current, new, context).await?;
        self.remove_ended_sessions(&user, context);
        Ok(user)
    }

    /// Changes the password and leaves the rows of the ended sessions: the caller gives one of them new
    /// secrets, and then calls [`remove_ended_sessions`](Self::remove_ended_sessions).
    pub(crate) async fn change_password_of(
        &self,
        user: &U,
        current: &Password,
        new: &Password,
        context: &Context,
    ) -> Result<U, ChangePasswordError> {
        if !self.knows_password(user, current, context).await? {
            return Err(ChangePasswordError::BadCredentials);
        }
        let hash = self
            .check_new_password(new, user.email(), user.username())
            .await?;
        let (this, user) = (self.clone(), user.clone());
        let context = context.clone();
        self.inner
            .background
            .shielded(async move { this.write_password(&user, hash, &context).await })
            .await
    }

    /// Whether `password` is the user's own; a wrong one is an event.
    pub(super) async fn knows_password(
        &self,
        user: &U,
        password: &Password,
        context: &Context,
    ) -> Result<bool, Unavailable> {
        let verdict = self
            .inner
            .hasher
            .verify(password, user.password_hash())
            .await?;
        if !verdict.is_match() {
            self.raise_for(EventKind::PasswordChangeFailed, user, context);
        }
        Ok(verdict.is_match())
    }

    async fn write_password(
        &self,
        user: &U,
        hash: PasswordHash,
        context: &Context,
    ) -> Result<U, ChangePasswordError> {
        let change = UserChange {
            password_hash: Some(hash),
            bump_epoch: true,
            ..UserChange::default()
        };
        let expect = Precondition::epoch(user.epoch());
        let outcome = self.inner.database.update(user.id(), change, expect).await;
        let UpdateOutcome::Updated(user) = outcome.map_err(Unavailable::from)? else {
            return Err(ChangePasswordError::Outdated);
        };
        self.raise_for(EventKind::PasswordChanged, &user, context);
        let hook = self.hooks().on_after_password_change(&user, context);
        self.after("on_after_password_change", &user, context, hook)
            .await;
        let summary = UpdateSummary {
            password: true,
            ..UpdateSummary::default()
        };
        let hook = self.hooks().on_after_update(&user, &summary, context);
        self.after("on_after_update", &user, context, hook).await;
        Ok(user)
    }
}
