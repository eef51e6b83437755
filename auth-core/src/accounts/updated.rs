//! The hook before an update, and the events and hooks after it.

use super::mail::TokenKind;
use super::{Accounts, ProposedUpdate, Refused, UpdateSummary};
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::store::UserChange;
use crate::user::{AuthUser, UserColumns};

impl UpdateSummary {
    pub(super) fn of<U: AuthUser>(change: &UserChange<U>) -> Self {
        Self {
            email: change.email.is_some(),
            pending_email: change.pending_email.is_some(),
            password: change.password_hash.is_some(),
            is_active: change.is_active.is_some(),
            is_verified: change.is_verified.is_some(),
            is_superuser: change.is_superuser.is_some(),
            roles: change.roles.is_some(),
            columns: !<U::Columns as UserColumns>::is_unchanged(&change.columns),
        }
    }
}

impl<U: AuthUser> Accounts<U> {
    /// Asks the application whether an update may be written.
    pub(super) async fn ask_before_update(
        &self,
        user: &U,
        change: &ProposedUpdate<U>,
        context: &Context,
    ) -> Result<(), Refused> {
        let hook = self.hooks().on_before_update(user, change, context);
        let asked = self
            .ask("on_before_update", Some(user), context, hook)
            .await;
        if let Err(Refused::By(_)) = &asked {
            self.raise_for(EventKind::UpdateRefused, user, context);
        }
        asked
    }

    async fn verify_new_address(&self, user: &U, context: &Context) -> Result<(), Unavailable> {
        let permit = self.mail_permit(user.email()).await?;
        let kind = TokenKind::Verify;
        match self.token_permit(permit, kind, user.email()).await? {
            Some(permit) => self.issue_verify_token(permit, user, context).await,
            None => Ok(()),
        }
    }

    /// Raises the events of an update and runs its hooks, `on_after_update` last.
    pub(super) async fn updated(
        &self,
        before: &U,
        user: &U,
        summary: UpdateSummary,
        context: &Context,
    ) {
        let raise = |kind| self.raise_for(kind, user, context);
        let changed = |kind| {
            let event = AuthEvent::new(kind, context).with_user(user.id());
            self.raise(event.with_data(summary));
        };
        changed(EventKind::UserUpdated);
        if summary.is_superuser || summary.roles {
            changed(EventKind::PrivilegesChanged);
        }
        if summary.password {
            raise(EventKind::PasswordChanged);
            let hook = self.hooks().on_after_password_change(user, context);
            self.after("on_after_password_change", user, context, hook)
                .await;
        }
        if user.email() != before.email() {
            raise(EventKind::EmailChanged);
            self.mail_email_change(user, before.email(), context).await;
            if !user.is_verified()
                && self.inner.expiring.is_some()
                && let Err(error) = self.verify_new_address(user, context).await
            {
                self.background_failed("request_verify", &error, context);
            }
        }
        if before.is_active() && !user.is_active() {
            raise(EventKind::UserDeactivated);
            let hook = self.hooks().on_after_deactivate(user, context);
            self.after("on_after_deactivate", user, context, hook).await;
        }
        let hook = self.hooks().on_after_update(user, &summary, context);
        self.after("on_after_update", user, context, hook).await;
    }
}
