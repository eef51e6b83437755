//! The replacement of a forgotten password.

use thiserror::Error;

use super::Accounts;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::password::{Password, PasswordHash, PasswordRejection};
use crate::store::{Precondition, UpdateOutcome, UserChange};
use crate::user::AuthUser;

/// Why a password is not replaced.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResetPasswordError {
    /// The token is not ours, expired, spent, superseded, or its user is gone or inactive.
    #[error("the password reset token is not valid")]
    BadToken,
    /// The new password may not be chosen. The token stays good.
    #[error(transparent)]
    Password(PasswordRejection),
    /// Something that is needed cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl<U: AuthUser> Accounts<U> {
    /// Replaces the password, with the token that was mailed to the user, and ends every session and token
    /// of the user. Starts no session. The token proves that the user reads the mail of the address, so the
    /// address is verified, too.
    ///
    /// The token is bound to the epoch, which the same statement moves on: of any number of
    /// simultaneous calls with one token exactly one succeeds.
    ///
    /// # Errors
    ///
    /// [`ResetPasswordError`]; nothing is changed then.
    pub async fn reset_password(
        &self,
        token: &str,
        password: Password,
        context: &Context,
    ) -> Result<U, ResetPasswordError> {
        let user = self.owner_of_reset_token(token, context).await?;
        let hash = self
            .check_new_password(&password, user.email(), user.username())
            .await?;
        let (this, context) = (self.clone(), context.identified_as(user.id()));
        self.inner
            .background
            .shielded(async move { this.write_reset(user, hash, &context).await })
            .await
    }

    async fn owner_of_reset_token(
        &self,
        token: &str,
        context: &Context,
    ) -> Result<U, ResetPasswordError> {
        let now = self.now();
        let Ok(claims) = self.inner.tokens.read_reset::<U>(token, now) else {
            return Err(self.reset_failed(context));
        };
        let user = self.get(&claims.user).await?;
        let is_good = |user: &U| {
            user.is_active() && user.epoch() == claims.epoch && claims.prove(user.email())
        };
        let Some(user) = user.filter(is_good) else {
            return Err(self.reset_failed(context));
        };
        let key = self.generation_key(&claims.keys, user.email());
        let latest = self
            .expiring()?
            .count(&key, now)
            .await
            .map_err(Unavailable::from)?;
        if latest == claims.generation {
            Ok(user)
        } else {
            Err(self.reset_failed(context))
        }
    }

    async fn write_reset(
        &self,
        user: U,
        hash: PasswordHash,
        context: &Context,
    ) -> Result<U, ResetPasswordError> {
        let change = UserChange {
            password_hash: Some(hash),
            bump_epoch: true,
            is_verified: (!user.is_verified()).then_some(true),
            ..UserChange::default()
        };
        let was_verified = user.is_verified();
        let expect = Precondition::epoch(user.epoch());
        let outcome = self.inner.database.update(user.id(), change, expect).await;
        let UpdateOutcome::Updated(user) = outcome.map_err(Unavailable::from)? else {
            return Err(self.reset_failed(context));
        };
        self.remove_ended_sessions(&user, context);
        self.raise_for(EventKind::PasswordReset, &user, context);
        if !was_verified {
            self.raise_for(EventKind::UserVerified, &user, context);
            let hook = self.hooks().on_after_verify(&user, context);
            self.after("on_after_verify", &user, context, hook).await;
        }
        let hook = self.hooks().on_after_reset_password(&user, context);
        self.after("on_after_reset_password", &user, context, hook)
            .await;
        let hook = self.hooks().on_after_password_change(&user, context);
        self.after("on_after_password_change", &user, context, hook)
            .await;
        Ok(user)
    }

    fn reset_failed(&self, context: &Context) -> ResetPasswordError {
        self.raise(AuthEvent::new(EventKind::PasswordResetFailed, context));
        ResetPasswordError::BadToken
    }
}
