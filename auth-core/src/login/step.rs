//! Where a login has got to.

use std::fmt;

use super::IssuedTokens;

/// The result of [`Auth::log_in`](crate::Auth::log_in).
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "a login that is dropped leaves a session without a client"]
pub enum LoginStep<U> {
    /// The user is logged in.
    Done(IssuedTokens<U>),
    /// The user has a second factor, which the client must prove first.
    SecondFactor(PendingLogin),
}

impl<U> LoginStep<U> {
    /// Returns the tokens if the user is logged in.
    #[must_use]
    pub fn done(self) -> Option<IssuedTokens<U>> {
        match self {
            Self::Done(tokens) => Some(tokens),
            Self::SecondFactor(_) => None,
        }
    }
}

/// A login that waits for a second factor. No module makes one yet.
#[non_exhaustive]
pub struct PendingLogin {}

impl fmt::Debug for PendingLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingLogin").finish_non_exhaustive()
    }
}
