//! The limit of the sessions of one user.

use std::num::NonZeroU16;

use super::Sessions;

/// What a login does if its user has as many sessions as [`Sessions::limit_per_user`] allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtSessionLimit {
    /// The session that was not used for the longest time ends.
    EndOldest,
    /// The login is refused: [`LoginError::TooManySessions`](crate::login::LoginError::TooManySessions), over HTTP
    /// 403 `LOGIN_TOO_MANY_SESSIONS`. The user logs out elsewhere first, or waits until a session expires.
    RefuseLogin,
}

impl Sessions {
    /// Limits the number of sessions that a user has at the same time, over all backends. Without it a user may
    /// have any number.
    ///
    /// The limit holds when a login has returned, also if a user logs in many times at once: each login counts after
    /// its own session was stored. Of simultaneous logins at the limit, [`RefuseLogin`](AtSessionLimit::RefuseLogin)
    /// may refuse all, and [`EndOldest`](AtSessionLimit::EndOldest) may end the session of one that has just
    /// succeeded. A session that the login replaces (the previous one of the same browser) does not count.
    ///
    /// # Security
    ///
    /// With [`RefuseLogin`](AtSessionLimit::RefuseLogin), a person who knows the password can keep its owner from logging
    /// in until the sessions expire or the password is reset.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::secret::{MasterSecret, Secret};
    /// use auth_core::session::{AtSessionLimit, Sessions};
    /// use auth_core::store::memory::MemorySessionStore;
    /// use std::num::NonZeroU16;
    ///
    /// let master = MasterSecret::new(Secret::generate()?);
    /// let five = NonZeroU16::new(5).expect("not zero");
    /// let sessions = Sessions::new(MemorySessionStore::new(), &master)
    ///     .limit_per_user(five, AtSessionLimit::EndOldest);
    /// # Ok::<(), auth_core::secret::RandomError>(())
    /// ```
    #[must_use]
    pub fn limit_per_user(mut self, count: NonZeroU16, at_limit: AtSessionLimit) -> Self {
        self.limit = Some((count, at_limit));
        self
    }

    /// Returns the largest number of sessions before a login, if a login beyond it is refused.
    pub(crate) fn refuses_from(&self) -> Option<u16> {
        match self.limit {
            Some((count, AtSessionLimit::RefuseLogin)) => Some(count.get()),
            _ => None,
        }
    }

    /// Returns the largest number of sessions after a login, if the others end.
    pub(crate) fn ends_beyond(&self) -> Option<u16> {
        match self.limit {
            Some((count, AtSessionLimit::EndOldest)) => Some(count.get()),
            _ => None,
        }
    }

    /// Returns the limit in words.
    pub(super) fn limit_rule(&self) -> Option<(&'static str, String)> {
        let (count, at_limit) = self.limit?;
        let then = match at_limit {
            AtSessionLimit::EndOldest => "the oldest ends",
            AtSessionLimit::RefuseLogin => "a login is refused",
        };
        Some((
            "sessions of a user, at most",
            format!("{count}; beyond it {then}"),
        ))
    }
}
