//! The check of a password.

use super::refused::{Reason, refused};
use super::{AuthMethod, AuthProof, LoginError};
use crate::accounts::Accounts;
use crate::context::Context;
use crate::error::Unavailable;
use crate::event::EventKind;
use crate::password::{Password, Verdict};
use crate::store::{LoginIdentifier, Precondition, UpdateOutcome, UserChange};
use crate::user::AuthUser;

impl<U: AuthUser> Accounts<U> {
    /// Checks the password of a user, and returns the proof for
    /// [`Auth::log_in`](crate::Auth::log_in).
    ///
    /// One look-up and one hash happen in every case, for a user that does not exist as for one that
    /// does; only then is anything decided. The state of the account is not looked at: `log_in` does
    /// that, for every kind of proof. There a correct password whose stored hash is weaker than
    /// today's parameters is hashed again.
    ///
    /// A wrong password raises [`EventKind::LoginFailed`] and calls the hook
    /// [`on_after_login_failed`](crate::UserManager::on_after_login_failed).
    ///
    /// # Security
    ///
    /// A proof is not a permission: the account may be inactive or unverified. Only
    /// [`Auth::log_in`](crate::Auth::log_in) checks that.
    ///
    /// # Errors
    ///
    /// [`LoginError::BadCredentials`] and [`LoginError::Unavailable`].
    ///
    /// # Examples
    ///
    /// See [`login`](crate::login).
    pub async fn check_password(
        &self,
        identifier: &LoginIdentifier,
        password: Password,
        context: &Context,
    ) -> Result<AuthProof<U>, LoginError> {
        let user = self.database().find(identifier).await;
        let user = user.map_err(Unavailable::from)?;
        let stored = user.as_ref().and_then(AuthUser::password_hash);
        let verdict = self.hasher().verify(&password, stored).await;
        let verdict = verdict.map_err(Unavailable::from)?;
        let (Some(user), Verdict::Match { needs_rehash }) = (user.clone(), verdict) else {
            refused(self, user, Reason::BadCredentials, context);
            return Err(LoginError::BadCredentials);
        };
        let proof = AuthProof::checked(self, user, AuthMethod::PASSWORD);
        Ok(if needs_rehash {
            proof.with_outdated_hash(password)
        } else {
            proof
        })
    }
}

/// Replaces the stored hash by one with today's parameters, unless the password was changed meanwhile.
/// A failure does not stop the login; the next one tries again.
pub(super) async fn rehash<U: AuthUser>(
    accounts: &Accounts<U>,
    user: &U,
    password: &Password,
    context: &Context,
) {
    let Ok(hash) = accounts.hasher().hash(password).await else {
        return;
    };
    let change = UserChange {
        password_hash: Some(hash),
        ..UserChange::default()
    };
    let expect = Precondition::epoch(user.epoch());
    match accounts.database().update(user.id(), change, expect).await {
        Ok(UpdateOutcome::Updated(user)) => {
            accounts.raise_for(EventKind::PasswordRehashed, &user, context);
        }
        Ok(_) => {}
        Err(error) => accounts.background_failed("rehash", &error.into(), context),
    }
}
