//! The proof of an address.

use thiserror::Error;

use super::Accounts;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::store::{Inserted, Precondition, UpdateOutcome, UserChange};
use crate::user::AuthUser;

/// Why an address is not proven.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The token is not ours, expired, spent, of another address, or its user is gone.
    #[error("the verification token is not valid")]
    BadToken,
    /// The token is good and there is nothing left to prove.
    #[error("the address is verified already")]
    AlreadyVerified,
    /// Something that is needed cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl<U: AuthUser> Accounts<U> {
    /// Marks the address as proven, with the token that was mailed to it.
    ///
    /// The token is spent once, by one atomic step of the expiring store; a store that fails
    /// afterwards gives it back.
    ///
    /// # Errors
    ///
    /// [`VerifyError`].
    pub async fn verify(&self, token: &str, context: &Context) -> Result<U, VerifyError> {
        let now = self.now();
        let Ok(claims) = self.inner.tokens.read_verify::<U>(token, now) else {
            return Err(self.verification_failed(context));
        };
        let user = self.get(&claims.user).await?;
        let user = user.filter(AuthUser::is_active);
        let Some(user) = user.filter(|user| claims.prove(user.email())) else {
            return Err(self.verification_failed(context));
        };
        if user.is_verified() {
            return Err(VerifyError::AlreadyVerified);
        }
        let this = self.clone();
        let context = context.identified_as(user.id());
        let spent = self.expiring_key("verify", &claims.jti);
        let until = claims.expires_at;
        self.inner
            .background
            .shielded(async move {
                let store = this.expiring()?;
                let first = store
                    .insert_once(&spent, until, now)
                    .await
                    .map_err(Unavailable::from)?;
                if first == Inserted::Present {
                    return Err(this.verification_failed(&context));
                }
                let written = this.write_verified(user, &context).await;
                if let Err(VerifyError::Unavailable(_)) = written {
                    // Not proven, so not spent. If this fails too, a new token can be asked for.
                    let _ = store.remove(&spent).await;
                }
                written
            })
            .await
    }

    async fn write_verified(&self, user: U, context: &Context) -> Result<U, VerifyError> {
        let change = UserChange {
            is_verified: Some(true),
            ..UserChange::default()
        };
        let expect = Precondition::epoch(user.epoch());
        let outcome = self.inner.database.update(user.id(), change, expect).await;
        let UpdateOutcome::Updated(user) = outcome.map_err(Unavailable::from)? else {
            return Err(self.verification_failed(context));
        };
        self.raise_for(EventKind::UserVerified, &user, context);
        let hook = self.hooks().on_after_verify(&user, context);
        self.after("on_after_verify", &user, context, hook).await;
        Ok(user)
    }

    fn verification_failed(&self, context: &Context) -> VerifyError {
        self.raise(AuthEvent::new(EventKind::VerificationFailed, context));
        VerifyError::BadToken
    }
}
