//! The check of a password at login.

use thiserror::Error;

use super::{Accounts, LoginFailure};
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind, LoginRefusal};
use crate::password::{Password, Verdict};
use crate::store::{LoginIdentifier, Precondition, UpdateOutcome, UserChange};
use crate::user::AuthUser;

/// The proof that a password was right and the account may be used.
///
/// Only [`Accounts::authenticate`] makes one; a backend asks for it before it issues a token, so
/// that a login that skips the check does not compile.
#[derive(Debug)]
pub struct PasswordChecked<U> {
    user: U,
}

/// Why a login is refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoginError {
    /// Nobody has this identifier, or the password is wrong: the two are the same to the outside.
    #[error("the credentials are not right")]
    BadCredentials,
    /// The password is right and the account is inactive.
    #[error("the account is inactive")]
    Inactive,
    /// The password is right, the address is not proven, and this application requires that.
    #[error("the address is not verified")]
    NotVerified,
    /// Something that is needed cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl<U> PasswordChecked<U> {
    /// The user whose password was right.
    #[must_use]
    pub fn user(&self) -> &U {
        &self.user
    }
}

impl<U: AuthUser> Accounts<U> {
    /// Checks a password.
    ///
    /// One look-up and one hash happen in every case, for a user that does not exist as for one that
    /// does; only then is anything decided. A right password whose stored hash is weaker than
    /// today's parameters is hashed anew.
    ///
    /// # Errors
    ///
    /// [`LoginError`]. The account's state is told only after the right password.
    pub async fn authenticate(
        &self,
        identifier: &LoginIdentifier,
        password: &Password,
        context: &Context,
    ) -> Result<PasswordChecked<U>, LoginError> {
        let user = self
            .inner
            .database
            .find(identifier)
            .await
            .map_err(Unavailable::from)?;
        let stored = user.as_ref().and_then(AuthUser::password_hash);
        let verdict = self
            .inner
            .hasher
            .verify(password, stored)
            .await
            .map_err(Unavailable::from)?;
        let (Some(user), Verdict::Match { needs_rehash }) = (user.clone(), verdict) else {
            self.login_failed(user, LoginRefusal::BadCredentials, context);
            return Err(LoginError::BadCredentials);
        };
        if !user.is_active() {
            self.login_failed(Some(user), LoginRefusal::Inactive, context);
            return Err(LoginError::Inactive);
        }
        if self.inner.require_verification && !user.is_verified() {
            self.login_failed(Some(user), LoginRefusal::NotVerified, context);
            return Err(LoginError::NotVerified);
        }
        if needs_rehash {
            self.rehash(&user, password, context).await;
        }
        Ok(PasswordChecked { user })
    }

    /// Tells events and hooks that a token was issued.
    pub(crate) async fn logged_in(
        &self,
        checked: PasswordChecked<U>,
        context: &Context,
    ) -> Result<(), Unavailable> {
        let this = self.clone();
        let context = context.identified_as(checked.user.id());
        self.inner
            .background
            .shielded(async move {
                let user = checked.user;
                for kind in [EventKind::LoginSucceeded, EventKind::TokenIssued] {
                    this.raise_for(kind, &user, &context);
                }
                let hook = this.hooks().on_after_login(&user, &context);
                this.after("on_after_login", &user, &context, hook).await;
                Ok(())
            })
            .await
    }

    /// Raises the event, and runs the hook after the reply: it must not make a known user's failure
    /// slower than an unknown one's. Where too much is under way the hook is left out.
    fn login_failed(&self, user: Option<U>, refusal: LoginRefusal, context: &Context) {
        let mut event = AuthEvent::new(EventKind::LoginFailed, context).with_data(refusal);
        event.user = user.as_ref().map(|user| user.id().to_string().into());
        self.raise(event);
        let Ok(place) = self.inner.background.place() else {
            return;
        };
        let (this, context) = (self.clone(), context.clone());
        place.run(async move {
            let failure = match (&user, refusal) {
                (None, _) => LoginFailure::UnknownUser,
                (Some(user), LoginRefusal::BadCredentials) => LoginFailure::WrongPassword(user),
                (Some(user), LoginRefusal::Inactive) => LoginFailure::Inactive(user),
                (Some(user), LoginRefusal::NotVerified) => LoginFailure::NotVerified(user),
            };
            let hook = this.hooks().on_after_login_failed(failure, &context);
            this.after_maybe("on_after_login_failed", user.as_ref(), &context, hook)
                .await;
        });
    }

    /// Replaces the stored hash, unless the password was changed meanwhile. A failure is no reason
    /// to refuse the login; the next one tries again.
    async fn rehash(&self, user: &U, password: &Password, context: &Context) {
        let Ok(hash) = self.inner.hasher.hash(password).await else {
            return;
        };
        let change = UserChange {
            password_hash: Some(hash),
            ..UserChange::default()
        };
        let expect = Precondition::epoch(user.epoch());
        match self.inner.database.update(user.id(), change, expect).await {
            Ok(UpdateOutcome::Updated(user)) => {
                self.raise_for(EventKind::PasswordRehashed, &user, context);
            }
            Ok(_) => {}
            Err(error) => self.background_failed("rehash", &error.into(), context),
        }
    }
}
