//! What users change of their own accounts.

use thiserror::Error;

use super::pending_email::NewAddress;
use super::{Accounts, ProposedUpdate, Refusal, UnsupportedField, UpdateSummary};
use crate::context::Context;
use crate::error::Unavailable;
use crate::password::Password;
use crate::store::{Precondition, UniqueField, UpdateOutcome, UserChange};
use crate::user::EmailAddress;
use crate::user::{AuthUser, UserColumns};

/// What a user may change of its own account. Nothing in it can make the account privileged.
#[derive(Debug)]
pub struct SelfUpdate<U: AuthUser> {
    /// A new address, which needs the current password and is pending until it is proven. The present
    /// address withdraws the pending one.
    pub email: Option<EmailAddress>,
    /// The current password.
    pub current_password: Option<Password>,
    /// The application's own columns.
    pub columns: <U::Columns as UserColumns>::Change,
}

/// Why an account is not changed by its user.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UpdateSelfError {
    /// The address cannot be changed without the right current password.
    #[error("wrong current password")]
    BadCredentials,
    /// Another user has the address, or another unique value.
    #[error("the {0} is taken")]
    Taken(UniqueField),
    /// Users of this type have no pending address, or there are no e-mail flows: the address cannot be
    /// changed by its user.
    #[error(transparent)]
    Unsupported(UnsupportedField),
    /// The hook [`on_before_update`](super::UserManager::on_before_update) refuses the update.
    #[error("the application refuses the update: {}", .0.code())]
    Refused(Refusal),
    /// The account changed meanwhile, so that what the caller holds is worthless: log in again.
    #[error("the account was changed meanwhile")]
    Outdated,
    /// Something that is needed cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl<U: AuthUser> Accounts<U> {
    /// Changes the caller's own account.
    ///
    /// A new address becomes [`AuthUser::pending_email`]; the stored one stays the login. The stored address
    /// is notified by [`on_after_pending_email`](super::UserManager::on_after_pending_email), and the new one
    /// gets a token by
    /// [`on_after_request_email_change`](super::UserManager::on_after_request_email_change).
    /// [`verify`](Self::verify) with that token completes the change and ends everything that the user
    /// holds. A later request replaces the pending address, and the present address withdraws it. It is
    /// withdrawn, too, by what ends all sessions of the user: a new password, a deactivation, an address
    /// that an administrator sets.
    ///
    /// An update that changes nothing succeeds. Every other one, except a withdrawal alone, asks
    /// [`on_before_update`](super::UserManager::on_before_update), after the current password was checked.
    ///
    /// # Errors
    ///
    /// [`UpdateSelfError`]; nothing is changed then. It is [`Taken`](UpdateSelfError::Taken) if another user
    /// has the address now; whether one has it when it is proven, [`verify`](Self::verify) decides.
    pub async fn update_self(
        &self,
        user: &U,
        update: SelfUpdate<U>,
        context: &Context,
    ) -> Result<U, UpdateSelfError> {
        self.change_self(user, update, Visibility::Told, context)
            .await
    }

    /// Changes the caller's own account like [`update_self`](Self::update_self), without telling whether
    /// the new address was free: a taken one is pending as well. No token is made for it; its owner is told
    /// by [`on_after_register_duplicate`](super::UserManager::on_after_register_duplicate). The look-up and
    /// the mail to the new address follow the reply.
    ///
    /// # Errors
    ///
    /// [`UpdateSelfError`]; nothing is changed then. An address is never
    /// [`Taken`](UpdateSelfError::Taken).
    pub async fn update_self_privately(
        &self,
        user: &U,
        update: SelfUpdate<U>,
        context: &Context,
    ) -> Result<U, UpdateSelfError> {
        self.change_self(user, update, Visibility::Hidden, context)
            .await
    }

    async fn change_self(
        &self,
        user: &U,
        update: SelfUpdate<U>,
        visibility: Visibility,
        context: &Context,
    ) -> Result<U, UpdateSelfError> {
        let SelfUpdate {
            email,
            current_password,
            columns,
        } = update;
        let withdraws = email.as_ref() == Some(user.email()) && user.pending_email().is_some();
        let proposed = ProposedUpdate {
            email: email.filter(|email| email != user.email()),
            columns,
            ..ProposedUpdate::default()
        };
        if proposed.is_empty() && !withdraws {
            return Ok(user.clone());
        }
        if proposed.email.is_some() {
            if !self.changes_own_email() {
                return Err(UpdateSelfError::Unsupported(UnsupportedField::EMAIL));
            }
            let knows = match &current_password {
                Some(password) => self.knows_password(user, password, context).await?,
                None => false,
            };
            if !knows {
                return Err(UpdateSelfError::BadCredentials);
            }
        }
        if !proposed.is_empty() {
            self.ask_before_update(user, &proposed, context).await?;
        }
        let ProposedUpdate { email, columns, .. } = proposed;
        let new = match &email {
            Some(email) => Some(self.admit_address(email, visibility).await?),
            None => None,
        };
        let change = UserChange {
            pending_email: (email.is_some() || withdraws).then_some(email),
            columns,
            ..UserChange::default()
        };
        let (this, user, context) = (self.clone(), user.clone(), context.clone());
        self.inner
            .background
            .shielded(async move { this.write_own(user, change, new, &context).await })
            .await
    }

    async fn write_own(
        &self,
        before: U,
        change: UserChange<U>,
        new: Option<NewAddress>,
        context: &Context,
    ) -> Result<U, UpdateSelfError> {
        let summary = UpdateSummary::of(&change);
        let expect = Precondition::epoch(before.epoch());
        let outcome = self
            .inner
            .database
            .update(before.id(), change, expect)
            .await;
        match outcome.map_err(Unavailable::from)? {
            UpdateOutcome::Updated(user) => {
                if let Some(new) = new {
                    self.mail_new_address(new, &user, context).await;
                }
                self.updated(&before, &user, summary, context).await;
                Ok(user)
            }
            UpdateOutcome::Taken(field) => Err(UpdateSelfError::Taken(field)),
            UpdateOutcome::Missing | UpdateOutcome::Stale | UpdateOutcome::LastSuperuser => {
                Err(UpdateSelfError::Outdated)
            }
        }
    }
}

/// Whether the caller is told that an address is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visibility {
    Told,
    Hidden,
}
