//! The idle times of sessions: how long one lives after its last use.

use time::{Duration, OffsetDateTime};

use super::Sessions;
use super::token_state::TokenState;
use crate::error::StoreError;
use crate::store::StoredSession;

/// The idle times, by what the user chose at the login.
#[derive(Debug, Clone, Copy)]
pub(super) struct IdleTimes {
    /// Of a session that outlives the browser.
    pub(super) remembered: Duration,
    /// Of a session that ends with the browser; `None` for the default.
    pub(super) browser: Option<Duration>,
}

impl IdleTimes {
    pub(super) const DEFAULT: Self = Self {
        remembered: Duration::days(30),
        browser: None,
    };

    /// Returns the idle time of sessions that end with the browser.
    pub(super) fn of_browser(self) -> Duration {
        self.browser.unwrap_or(Duration::DAY.min(self.remembered))
    }

    /// Returns the idle time of a new session.
    pub(super) fn of_login(self, remembered: bool) -> Duration {
        if remembered {
            self.remembered
        } else {
            self.of_browser()
        }
    }

    pub(super) fn of(self, state: &TokenState) -> Duration {
        self.of_login(!state.browser)
    }
}

impl Sessions {
    /// Returns whether the last recorded use is old enough to record another one: by `longest_step`, or by a
    /// twentieth of the idle time if that is shorter.
    pub(crate) fn is_worth_noting(
        &self,
        session: &StoredSession,
        longest_step: Duration,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let since = now - session.last_used_at;
        let is_over = |idle: Duration| since >= (idle / 20_i32).min(longest_step);
        // Most requests come soon after a recorded use, and their session is not parsed again.
        let shortest = self.idle.of_browser().min(self.idle.remembered);
        if !is_over(shortest) {
            return Ok(false);
        }
        let state = TokenState::read(&session.tokens)?;
        Ok(is_over(self.idle.of(&state)))
    }

    /// Returns whether the user of a session asked at the login to be remembered, so that it outlives the
    /// browser.
    pub(crate) fn is_remembered(session: &StoredSession) -> Result<bool, StoreError> {
        Ok(!TokenState::read(&session.tokens)?.browser)
    }
}
