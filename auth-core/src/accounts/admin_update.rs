//! What administrators change of others' accounts.

use thiserror::Error;

use super::{Accounts, ProposedUpdate, Refusal, UnsupportedField, UpdateSummary};
use crate::context::Context;
use crate::error::Unavailable;
use crate::password::{Password, PasswordRejection};
use crate::store::{Precondition, UniqueField, UpdateOutcome, UserChange};
use crate::user::{AuthUser, ColumnChange, EmailAddress, Roles, User};

/// What an administrator may change of an account.
#[derive(Debug)]
pub struct AdminUpdate<U: AuthUser = User> {
    /// A new address; unproven, unless `is_verified` says otherwise.
    pub email: Option<EmailAddress>,
    /// A new password.
    pub password: Option<Password>,
    /// Activation or deactivation.
    pub is_active: Option<bool>,
    /// Whether the address counts as proven.
    pub is_verified: Option<bool>,
    /// Whether the user may administer others.
    pub is_superuser: Option<bool>,
    /// All roles from now on.
    pub roles: Option<Roles>,
    /// The application's own columns.
    pub columns: ColumnChange<U>,
}

impl<U: AuthUser> Default for AdminUpdate<U> {
    fn default() -> Self {
        Self {
            email: None,
            password: None,
            is_active: None,
            is_verified: None,
            is_superuser: None,
            roles: None,
            columns: ColumnChange::<U>::default(),
        }
    }
}

/// Why an account is not changed by an administrator.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AdminUpdateError {
    /// There is no such user.
    #[error("there is no such user")]
    NotFound,
    /// Another user has the address, or another unique value.
    #[error("the {0} is taken")]
    Taken(UniqueField),
    /// The new password may not be chosen.
    #[error(transparent)]
    Password(PasswordRejection),
    /// Users of this type have no such field.
    #[error(transparent)]
    Unsupported(UnsupportedField),
    /// The hook [`on_before_update`](super::UserManager::on_before_update) refuses the update.
    #[error("the application refuses the update: {}", .0.code())]
    Refused(Refusal),
    /// It would leave no active superuser.
    #[error("the last active superuser stays")]
    LastSuperuser,
    /// Something that is needed cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl<U: AuthUser> Accounts<U> {
    /// Changes an account as an administrator. The caller of this method must have checked the rights of
    /// the administrator.
    ///
    /// A new password or address, and deactivation, end everything that the user holds.
    ///
    /// An update that changes nothing succeeds. Every other one asks
    /// [`on_before_update`](super::UserManager::on_before_update) after the new password was checked by
    /// the policy, and before it is hashed.
    ///
    /// # Errors
    ///
    /// [`AdminUpdateError`]; nothing is changed then. It is
    /// [`Unsupported`](AdminUpdateError::Unsupported) if the update gives roles or makes a superuser, and
    /// [`AuthUser::FIELDS`] lacks the field.
    pub async fn update_as_admin(
        &self,
        id: &U::Id,
        update: AdminUpdate<U>,
        context: &Context,
    ) -> Result<U, AdminUpdateError> {
        update.check_fields()?;
        let before = self.get(id).await?.ok_or(AdminUpdateError::NotFound)?;
        let AdminUpdate {
            email,
            password,
            is_active,
            is_verified,
            is_superuser,
            roles,
            columns,
        } = update;
        let proposed = ProposedUpdate {
            email: email.filter(|email| email != before.email()),
            password: password.is_some(),
            is_active,
            is_verified,
            is_superuser,
            roles,
            columns,
        };
        if proposed.is_empty() {
            return Ok(before);
        }
        let address = proposed.email.as_ref().unwrap_or(before.email());
        if let Some(new) = &password {
            self.check_policy(new, address, before.username()).await?;
        }
        self.ask_before_update(&before, &proposed, context).await?;
        let password_hash = match &password {
            Some(new) => Some(self.hash_new_password(new).await?),
            None => None,
        };
        let ProposedUpdate {
            email,
            roles,
            columns,
            ..
        } = proposed;
        let change = UserChange {
            bump_epoch: email.is_some() || password_hash.is_some() || is_active == Some(false),
            is_verified: is_verified.or(email.is_some().then_some(false)),
            email,
            password_hash,
            is_active,
            is_superuser,
            roles,
            columns,
            ..UserChange::default()
        };
        let (this, context) = (self.clone(), context.clone());
        self.inner
            .background
            .shielded(async move {
                let expect = Precondition::anything();
                this.write_as_admin(before, change, expect, &context).await
            })
            .await
    }

    /// Writes a change that an administrator decided on.
    pub(super) async fn write_as_admin(
        &self,
        before: U,
        change: UserChange<U>,
        expect: Precondition,
        context: &Context,
    ) -> Result<U, AdminUpdateError> {
        let summary = UpdateSummary::of(&change);
        let outcome = self
            .inner
            .database
            .update(before.id(), change, expect.and_keep_last_superuser())
            .await;
        match outcome.map_err(Unavailable::from)? {
            UpdateOutcome::Updated(user) => {
                if user.epoch() != before.epoch() {
                    self.remove_ended_sessions(&user, context);
                }
                self.updated(&before, &user, summary, context).await;
                Ok(user)
            }
            UpdateOutcome::Taken(field) => Err(AdminUpdateError::Taken(field)),
            UpdateOutcome::LastSuperuser => Err(AdminUpdateError::LastSuperuser),
            UpdateOutcome::Missing | UpdateOutcome::Stale => Err(AdminUpdateError::NotFound),
        }
    }
}
