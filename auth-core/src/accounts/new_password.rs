//! The check and the hash of a new password.

use super::{Accounts, AdminUpdateError, ChangePasswordError, RegisterError, ResetPasswordError};
use crate::error::Unavailable;
use crate::password::{
    Password, PasswordContext, PasswordHash, PasswordPolicyError, PasswordRejection,
};
use crate::user::{AuthUser, EmailAddress, Username};

impl<U: AuthUser> Accounts<U> {
    /// Checks a new password against the policy, with what is known of its owner, and hashes it.
    pub(super) async fn check_new_password(
        &self,
        password: &Password,
        email: &EmailAddress,
        username: Option<&Username>,
    ) -> Result<PasswordHash, NewPasswordError> {
        self.check_policy(password, email, username).await?;
        Ok(self.hash_new_password(password).await?)
    }

    /// Checks a new password against the policy, with what is known of its owner.
    pub(super) async fn check_policy(
        &self,
        password: &Password,
        email: &EmailAddress,
        username: Option<&Username>,
    ) -> Result<(), NewPasswordError> {
        let mut context = PasswordContext::new().email(email.as_str());
        if let Some(name) = username {
            context = context.username(name.as_str());
        }
        Ok(self.inner.policy.check(password, &context).await?)
    }

    /// Hashes a new password that the policy accepts.
    pub(super) async fn hash_new_password(
        &self,
        password: &Password,
    ) -> Result<PasswordHash, Unavailable> {
        Ok(self.inner.hasher.hash(password).await?)
    }
}

/// A new password that cannot be taken, on its way into the error of an operation.
pub(super) enum NewPasswordError {
    Rejected(PasswordRejection),
    Unavailable(Unavailable),
}

impl From<PasswordPolicyError> for NewPasswordError {
    fn from(error: PasswordPolicyError) -> Self {
        match error {
            PasswordPolicyError::Rejected(rejection) => Self::Rejected(rejection),
            other => Self::Unavailable(Unavailable::new(other)),
        }
    }
}

impl From<Unavailable> for NewPasswordError {
    fn from(error: Unavailable) -> Self {
        Self::Unavailable(error)
    }
}

macro_rules! from_new_password_error {
    ($($error:ty),+) => {$(
        impl From<NewPasswordError> for $error {
            fn from(error: NewPasswordError) -> Self {
                match error {
                    NewPasswordError::Rejected(rejection) => Self::Password(rejection),
                    NewPasswordError::Unavailable(error) => Self::Unavailable(error),
                }
            }
        }
    )+};
}

from_new_password_error!(
    AdminUpdateError,
    ChangePasswordError,
    RegisterError,
    ResetPasswordError
);
