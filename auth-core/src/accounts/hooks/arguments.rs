//! What hooks get, and the manager without hooks.

use std::fmt;
use std::marker::PhantomData;

use super::UserManager;
use crate::accounts::{Refusal, ResetToken, VerifyToken};
use crate::user::{AuthUser, EmailAddress};

/// A manager with no hooks.
pub struct NoHooks<U>(PhantomData<fn() -> U>);

/// Why a login was refused, for the hook.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum LoginFailure<'a, U> {
    /// No user has this address or name.
    UnknownUser,
    /// The password was wrong.
    WrongPassword(&'a U),
    /// The account was changed or deleted between the check and the login.
    Outdated(&'a U),
    /// The password was right and the account is inactive.
    Inactive(&'a U),
    /// The password was right and the address is not proven, which this application requires.
    NotVerified(&'a U),
    /// The password was right, and the user has as many sessions as allowed.
    TooManySessions(&'a U),
    /// The password was right, and [`on_before_login`](UserManager::on_before_login) refused.
    Refused {
        /// The user.
        user: &'a U,
        /// What the hook answered.
        refusal: &'a Refusal,
    },
}

/// A request for a password reset, for the hook.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ForgotPassword<'a, U> {
    /// The account exists and is active: mail the token to its **stored** address.
    Known {
        /// The owner of the address.
        user: &'a U,
        /// The token that replaces the password, once.
        token: &'a ResetToken,
    },
    /// No active user has this address. The application may write to it, to tell its owner that there is
    /// no account, and must limit such mail.
    Unknown {
        /// What was asked for.
        email: &'a EmailAddress,
    },
}

/// A request for a verification token, for the hook.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RequestVerify<'a, U> {
    /// The owner of the address, not yet verified.
    pub user: &'a U,
    /// The token that proves the address, once.
    pub token: &'a VerifyToken,
}

/// A new address that waits for its proof, for the hook.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RequestEmailChange<'a, U> {
    /// The user, who still has the old address.
    pub user: &'a U,
    /// The new address: the recipient of the token.
    pub email: &'a EmailAddress,
    /// The token that proves the new address, once.
    pub token: &'a VerifyToken,
}

impl<U> NoHooks<U> {
    /// The manager.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<U> Default for NoHooks<U> {
    fn default() -> Self {
        Self::new()
    }
}

impl<U> fmt::Debug for NoHooks<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoHooks")
    }
}

impl<U: AuthUser> UserManager for NoHooks<U> {
    type User = U;
}
