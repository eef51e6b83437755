//! The proof of an address.

use thiserror::Error;

use super::Accounts;
use super::email_token::VerifyClaims;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
use crate::store::{Inserted, Precondition, UpdateOutcome, UserChange};
use crate::user::{AuthUser, EmailAddress};

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
    /// Marks the address as proven, with the token that was mailed to it. The token for a pending address
    /// completes the change: the address becomes the login, proven, and everything that the user holds
    /// ends. The route of the HTTP API continues a session of a cookie backend that its caller presents,
    /// under new secrets; after any other call the user logs in again.
    ///
    /// The token is spent once, by one atomic step of the expiring store; a store that fails
    /// afterwards gives it back.
    ///
    /// # Errors
    ///
    /// [`VerifyError`].
    pub async fn verify(&self, token: &str, context: &Context) -> Result<U, VerifyError> {
        let Verified { user, is_changed } = self.verify_token(token, context).await?;
        if is_changed {
            self.remove_ended_sessions(&user, context);
        }
        Ok(user)
    }

    /// Does the work of [`verify`](Self::verify), except for the removal of the rows of ended sessions.
    pub(crate) async fn verify_token(
        &self,
        token: &str,
        context: &Context,
    ) -> Result<Verified<U>, VerifyError> {
        let now = self.now();
        let Ok(claims) = self.inner.tokens.read_verify::<U>(token, now) else {
            return Err(self.verification_failed(context));
        };
        let user = self.get(&claims.user).await?;
        let user = user.filter(AuthUser::is_active);
        let proven = user.and_then(|user| Some((Proven::of(&claims, &user)?, user)));
        let Some((proven, user)) = proven else {
            return Err(self.verification_failed(context));
        };
        if proven == Proven::Stored && user.is_verified() {
            return Err(VerifyError::AlreadyVerified);
        }
        let this = self.clone();
        let context = context.identified_as(user.id());
        let is_changed = proven != Proven::Stored;
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
                let written = match proven {
                    Proven::Stored => this.write_verified(user, &context).await,
                    Proven::Pending(new) => this.complete_email_change(user, new, &context).await,
                };
                if let Err(VerifyError::Unavailable(_)) = written {
                    // Not proven, so not spent. If this fails too, a new token can be asked for.
                    let _ = store.remove(&spent).await;
                }
                written.map(|user| Verified { user, is_changed })
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

    pub(super) fn verification_failed(&self, context: &Context) -> VerifyError {
        self.raise(AuthEvent::new(EventKind::VerificationFailed, context));
        VerifyError::BadToken
    }
}

/// A user whose address was proven.
pub(crate) struct Verified<U> {
    pub(crate) user: U,
    /// Whether the address is another than before, and every session has ended.
    pub(crate) is_changed: bool,
}

/// The address of a user that a token proves.
#[derive(PartialEq, Eq)]
enum Proven {
    Stored,
    Pending(EmailAddress),
}

impl Proven {
    /// Returns the address that the token was mailed to, if it is one of this user. A token for a pending
    /// address is valid in the epoch of the request only.
    fn of<U: AuthUser>(claims: &VerifyClaims<U::Id>, user: &U) -> Option<Self> {
        if claims.epoch == Some(user.epoch())
            && let Some(pending) = user.pending_email().filter(|email| claims.prove(email))
        {
            return Some(Self::Pending(pending.clone()));
        }
        claims.prove(user.email()).then_some(Self::Stored)
    }
}
