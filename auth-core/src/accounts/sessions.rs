//! Sessions as operations: found, listed and ended.

mod end;
mod find;
mod list;

pub(crate) use find::{BackendUse, SessionProof};

use super::Accounts;
use crate::error::Unavailable;
use crate::session::Sessions;
use crate::user::AuthUser;

impl<U: AuthUser> Accounts<U> {
    /// The configuration of sessions. `build()` refuses a backend with sessions where there is none.
    pub(crate) fn session_settings(&self) -> Result<&Sessions, Unavailable> {
        let missing = "sessions are switched off: there is no session store";
        self.inner
            .sessions
            .as_ref()
            .ok_or_else(|| Unavailable::new(missing))
    }

    /// Returns a limit of the configured sessions; `None` without sessions.
    pub(crate) fn session_limit(&self, of: impl FnOnce(&Sessions) -> Option<u16>) -> Option<u16> {
        self.inner.sessions.as_ref().and_then(of)
    }

    /// The rules for sessions as they are configured, in words.
    pub(crate) fn session_rules(&self) -> Vec<(&'static str, String)> {
        self.inner
            .sessions
            .as_ref()
            .map_or_else(Vec::new, Sessions::rules)
    }
}
