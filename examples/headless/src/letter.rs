//! A queued letter.

use std::fmt;

use auth_core::EmailAddress;
use zeroize::Zeroizing;

/// The subject of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Verify the address.
    Verify,
    /// Welcome: the address is verified.
    Welcome,
    /// Reset the password.
    Reset,
}

/// One letter. Its token is a secret like a password, so `Debug` does not show it.
pub(crate) struct Letter {
    pub(crate) to: EmailAddress,
    pub(crate) subject: Subject,
    token: Zeroizing<String>,
}

impl Letter {
    /// Returns a letter without a token.
    pub(crate) fn plain(to: &EmailAddress, subject: Subject) -> Self {
        Self::with_token(to, subject, "")
    }

    /// Returns a letter with a token in its link.
    pub(crate) fn with_token(to: &EmailAddress, subject: Subject, token: &str) -> Self {
        Self {
            to: to.clone(),
            subject,
            token: Zeroizing::new(token.to_owned()),
        }
    }

    /// Returns the token; empty for a letter without one. Use it only in the mail.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("to", &self.to)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}
