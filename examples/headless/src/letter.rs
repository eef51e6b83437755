//! A letter that waits to be mailed.

use std::fmt;

use auth_core::EmailAddress;
use zeroize::Zeroizing;

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Prove your address.
    Verify,
    /// Your address is proven: welcome.
    Welcome,
    /// Choose a new password.
    Reset,
}

/// One letter. Its token is as good as a password, so `Debug` does not show it.
pub(crate) struct Letter {
    pub(crate) to: EmailAddress,
    pub(crate) subject: Subject,
    token: Zeroizing<String>,
}

impl Letter {
    /// A letter without a token.
    pub(crate) fn plain(to: &EmailAddress, subject: Subject) -> Self {
        Self::with_token(to, subject, "")
    }

    /// A letter whose link carries a token.
    pub(crate) fn with_token(to: &EmailAddress, subject: Subject, token: &str) -> Self {
        Self {
            to: to.clone(),
            subject,
            token: Zeroizing::new(token.to_owned()),
        }
    }

    /// The token; empty where the letter has none. It belongs into the mail and nowhere else.
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
