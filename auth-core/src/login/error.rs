//! Why a login, a refresh or a logout fails.

use thiserror::Error;

use crate::accounts::{Refusal, Refused};
use crate::error::{StoreError, Unavailable};

/// Why a login is refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoginError {
    /// No user has this identifier, or the password is wrong: clients must not be able to tell the
    /// two apart.
    #[error("invalid credentials")]
    BadCredentials,
    /// The user was proven, and the account is inactive.
    #[error("account is inactive")]
    Inactive,
    /// The user was proven, the address is not verified, and
    /// [`require_verification`](crate::accounts::AccountsBuilder::require_verification) is set.
    #[error("e-mail address is not verified")]
    NotVerified,
    /// The user was proven, and has as many sessions as
    /// [`limit_per_user`](crate::Sessions::limit_per_user) allows.
    #[error("the user has too many sessions")]
    TooManySessions,
    /// The user was proven, and the hook
    /// [`on_before_login`](crate::UserManager::on_before_login) refuses the login.
    #[error("the application refuses the login: {}", .0.code())]
    Refused(Refusal),
    /// The proof was made by the accounts of another handle: a user with the same key there is
    /// another person.
    #[error("the proof was made by other accounts")]
    ForeignProof,
    /// No backend has this name.
    #[error("no backend is named `{0}`")]
    UnknownBackend(String),
    /// A service that the login needs cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Why a refresh token is not exchanged.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// The token is invalid, of another backend, spent or expired, or its session or user is gone or
    /// inactive.
    #[error("invalid refresh token")]
    Invalid,
    /// No backend has this name.
    #[error("no backend is named `{0}`")]
    UnknownBackend(String),
    /// A service that the refresh needs cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Why a logout fails: the session and its tokens may still be valid.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LogOutError {
    /// No backend has this name.
    #[error("no backend is named `{0}`")]
    UnknownBackend(String),
    /// A service that the logout needs cannot answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for RefreshError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Refused> for LoginError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::By(refusal) => Self::Refused(refusal),
            Refused::Unavailable(error) => Self::Unavailable(error),
        }
    }
}
