//! The check of a password at login.

use thiserror::Error;

use super::{Accounts, LoginFailure};
use crate::error::Unavailable;
use crate::event::{AuthEvent, EventKind};
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
            self.login_failed(user, Refusal::BadCredentials);
            return Err(LoginError::BadCredentials);
        };
        if !user.is_active() {
            self.login_failed(Some(user), Refusal::Inactive);
            return Err(LoginError::Inactive);
        }
        if self.inner.require_verification && !user.is_verified() {
            self.login_failed(Some(user), Refusal::NotVerified);
            return Err(LoginError::NotVerified);
        }
        if needs_rehash {
            self.rehash(&user, password).await;
        }
        Ok(PasswordChecked { user })
    }

    /// Tells events and hooks that a token was issued.
    pub(crate) async fn logged_in(
        &self,
        checked: PasswordChecked<U>,
        backend: &str,
    ) -> Result<(), Unavailable> {
        let (this, backend) = (self.clone(), backend.to_owned());
        self.inner
            .background
            .shielded(async move {
                let user = checked.user;
                for kind in [EventKind::LoginSucceeded, EventKind::TokenIssued] {
                    this.raise(&AuthEvent::new(kind).user(user.id()).backend(&backend));
                }
                let hook = this.hooks().on_after_login(&user);
                this.after("on_after_login", &user, hook).await;
                Ok(())
            })
            .await
    }

    /// Raises the event, and runs the hook after the reply: it must not make a known user's failure
    /// slower than an unknown one's. Where too much is under way the hook is left out.
    fn login_failed(&self, user: Option<U>, refusal: Refusal) {
        let mut event = AuthEvent::new(EventKind::LoginFailed).detail(refusal.detail());
        event.user = user.as_ref().map(|user| user.id().to_string());
        self.raise(&event);
        let Ok(place) = self.inner.background.place() else {
            return;
        };
        let this = self.clone();
        place.run(async move {
            let failure = match (&user, refusal) {
                (None, _) => LoginFailure::UnknownUser,
                (Some(user), Refusal::BadCredentials) => LoginFailure::WrongPassword(user),
                (Some(user), Refusal::Inactive) => LoginFailure::Inactive(user),
                (Some(user), Refusal::NotVerified) => LoginFailure::NotVerified(user),
            };
            let hook = this.hooks().on_after_login_failed(failure);
            this.after_maybe("on_after_login_failed", user.as_ref(), hook)
                .await;
        });
    }

    /// Replaces the stored hash, unless the password was changed meanwhile. A failure is no reason
    /// to refuse the login; the next one tries again.
    async fn rehash(&self, user: &U, password: &Password) {
        let Ok(hash) = self.inner.hasher.hash(password).await else {
            return;
        };
        let change = UserChange {
            password_hash: Some(hash),
            ..UserChange::default()
        };
        let expect = Precondition::epoch(user.epoch());
        match self.inner.database.update(user.id(), change, expect).await {
            Ok(UpdateOutcome::Updated(user)) => self.raise_for(EventKind::PasswordRehashed, &user),
            Ok(_) => {}
            Err(error) => self.background_failed("rehash", &error.into()),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Refusal {
    BadCredentials,
    Inactive,
    NotVerified,
}

impl Refusal {
    fn detail(self) -> &'static str {
        match self {
            Self::BadCredentials => "bad credentials",
            Self::Inactive => "inactive",
            Self::NotVerified => "not verified",
        }
    }
}
