//! The login that a CSRF token belongs to.

use std::fmt;

use crate::session::SessionId;

/// The login that a CSRF token belongs to: a token of one login is not valid for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CsrfBinding {
    /// No login: a pre-login token.
    Anonymous,
    /// A login without a session, named by the key of its user.
    User(String),
    /// A login with a session.
    Session(SessionId),
}

impl CsrfBinding {
    /// Returns the binding of a login: its session, or its user if its backend has no sessions.
    pub(crate) fn of_login(session: Option<&SessionId>, user: &impl fmt::Display) -> Self {
        match session {
            Some(id) => Self::Session(*id),
            None => Self::User(user.to_string()),
        }
    }

    /// Returns the kind and the name as two parts of a digest. The digest includes the length of each
    /// part, so that no user has the binding of a session.
    pub(super) fn parts(&self) -> [&[u8]; 2] {
        match self {
            Self::Anonymous => [b"anonymous", b""],
            Self::User(key) => [b"user", key.as_bytes()],
            Self::Session(id) => [b"session", id.as_bytes()],
        }
    }
}
