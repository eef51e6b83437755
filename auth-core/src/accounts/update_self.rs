//! What users change of their own accounts.

use thiserror::Error;

use super::{Accounts, ProposedUpdate, Refusal, UpdateSummary};
use crate::context::Context;
use crate::error::Unavailable;
use crate::password::Password;
use crate::session::SessionId;
use crate::store::{Precondition, UniqueField, UpdateOutcome, UserChange};
use crate::user::EmailAddress;
use crate::user::{AuthUser, UserColumns};

/// What a user may change of its own account. Nothing in it can make the account privileged.
#[derive(Debug)]
pub struct SelfUpdate<U: AuthUser> {
    /// A new address; needs the current password.
    pub email: Option<EmailAddress>,
    /// The current password.
    pub current_password: Option<Password>,
    /// The application's own columns.
    pub columns: <U::Columns as UserColumns>::Change,
    /// The session that the change comes from: a new address ends everything else that the user
    /// holds, and not this one.
    pub keep_session: Option<SessionId>,
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
    /// Changes the caller's own account. A new address is unproven, gets a verification token, and
    /// ends everything else that the user holds.
    ///
    /// An update that changes nothing succeeds. Every other one asks
    /// [`on_before_update`](super::UserManager::on_before_update), after the current password was
    /// checked.
    ///
    /// # Errors
    ///
    /// [`UpdateSelfError`]; nothing is changed then.
    pub async fn update_self(
        &self,
        user: &U,
        update: SelfUpdate<U>,
        context: &Context,
    ) -> Result<U, UpdateSelfError> {
        let SelfUpdate {
            email,
            current_password,
            columns,
            keep_session,
        } = update;
        let proposed = ProposedUpdate {
            email: email.filter(|email| email != user.email()),
            columns,
            ..ProposedUpdate::default()
        };
        if proposed.is_empty() {
            return Ok(user.clone());
        }
        let moves = proposed.email.is_some();
        if moves {
            let knows = match &current_password {
                Some(password) => self.knows_password(user, password, context).await?,
                None => false,
            };
            if !knows {
                return Err(UpdateSelfError::BadCredentials);
            }
        }
        self.ask_before_update(user, &proposed, context).await?;
        let ProposedUpdate { email, columns, .. } = proposed;
        let change = UserChange {
            email,
            is_verified: moves.then_some(false),
            bump_epoch: moves,
            keep_session: keep_session.filter(|_| moves),
            columns,
            ..UserChange::default()
        };
        let (this, user, context) = (self.clone(), user.clone(), context.clone());
        self.inner
            .background
            .shielded(async move { this.write_own(user, change, &context).await })
            .await
    }

    async fn write_own(
        &self,
        before: U,
        change: UserChange<U>,
        context: &Context,
    ) -> Result<U, UpdateSelfError> {
        let summary = UpdateSummary::of(&change);
        let keep = change.keep_session;
        let expect = Precondition::epoch(before.epoch());
        let outcome = self
            .inner
            .database
            .update(before.id(), change, expect)
            .await;
        match outcome.map_err(Unavailable::from)? {
            UpdateOutcome::Updated(user) => {
                self.keep_current_session(keep.as_ref(), &user, context)
                    .await;
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
