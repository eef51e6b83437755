//! A clock that stands still until a test moves it.

use std::sync::{Arc, Mutex, PoisonError};

use time::{Duration, OffsetDateTime};

use crate::clock::Clock;

/// A clock that moves only by calls. Clones show the same time.
///
/// ```
/// use auth_core::{Clock, testing::ManualClock};
///
/// let clock = ManualClock::new();
/// let before = clock.now();
/// clock.advance(time::Duration::hours(1));
/// assert_eq!(clock.now() - before, time::Duration::hours(1));
/// ```
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<OffsetDateTime>>);

impl ManualClock {
    /// Creates a clock at a fixed time of the year 2026.
    #[must_use]
    pub fn new() -> Self {
        Self::at(OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_770_000_000))
    }

    /// Creates a clock at this time.
    #[must_use]
    pub fn at(now: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves the clock; backwards if the duration is negative.
    ///
    /// ```
    /// use auth_core::testing::ManualClock;
    /// use auth_core::{Clock, time};
    ///
    /// let clock = ManualClock::new();
    /// let before = clock.now();
    /// clock.advance(time::Duration::hours(1));
    /// assert_eq!(clock.now() - before, time::Duration::HOUR);
    /// ```
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.saturating_add(by);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
