//! The cause of an event.

use std::fmt;
use std::sync::Arc;

/// The cause of the events in a request.
///
/// Users are named by their key as text, never by an address or a name, so that an actor can be
/// written to a log.
///
/// # Examples
///
/// ```
/// use auth_core::Actor;
///
/// let actor = Actor::administrator(&42);
/// assert_eq!(actor.key(), Some("42"));
/// assert_eq!(actor.to_string(), "administrator:42");
/// assert_eq!(Actor::System.key(), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Actor {
    /// The application itself: a job, a command line, a test, a call without a request.
    #[default]
    System,
    /// A client that is not authenticated.
    Anonymous,
    /// A user who acts on the user's own account.
    User(Arc<str>),
    /// A user who acts on other accounts through the routes of administrators.
    Administrator(Arc<str>),
}

impl Actor {
    /// Creates the actor for a user who acts on the user's own account.
    #[must_use]
    pub fn user(key: &impl fmt::Display) -> Self {
        Self::User(key.to_string().into())
    }

    /// Creates the actor for a user who acts on other accounts.
    #[must_use]
    pub fn administrator(key: &impl fmt::Display) -> Self {
        Self::Administrator(key.to_string().into())
    }

    /// Returns the kind of actor as one word: `system`, `anonymous`, `user` or `administrator`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Anonymous => "anonymous",
            Self::User(_) => "user",
            Self::Administrator(_) => "administrator",
        }
    }

    /// Returns the key of the acting user; `None` for [`System`](Self::System) and
    /// [`Anonymous`](Self::Anonymous).
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::System | Self::Anonymous => None,
            Self::User(key) | Self::Administrator(key) => Some(key),
        }
    }
}

/// Writes the kind, and the key after a colon: `system`, `user:42`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        self.key().map_or(Ok(()), |key| write!(f, ":{key}"))
    }
}
