//! The one source of time, and the tolerance between two clocks.

use time::{Duration, OffsetDateTime};

/// How far the clocks of two processes may differ: 30 seconds.
///
/// Every rule that compares a time of one process with the clock of another one uses this value: the
/// leeway of `nbf`, `iat` and `exp` in tokens, and the time since a refresh token was exchanged.
///
/// The value is the smallest round one above what is seen in practice: NTP keeps clocks within a second,
/// and a virtual machine that was suspended, or a host whose NTP client starts late, is off by ten or
/// twenty seconds for a while. RFC 7519 §4.1.4 allows "usually no more than a few minutes"; a larger
/// value would keep expired and stolen tokens valid for longer.
///
/// # Examples
///
/// ```
/// use auth_core::CLOCK_TOLERANCE;
/// use auth_core::token::TokenProfile;
///
/// assert_eq!(CLOCK_TOLERANCE.as_secs(), 30);
/// assert_eq!(TokenProfile::DEFAULT_LEEWAY, CLOCK_TOLERANCE);
/// ```
pub const CLOCK_TOLERANCE: std::time::Duration = std::time::Duration::from_secs(30);

/// [`CLOCK_TOLERANCE`] as the difference of two times.
pub(crate) fn tolerance() -> Duration {
    Duration::try_from(CLOCK_TOLERANCE).unwrap_or_default()
}

/// Returns when a store may forget an entry that refuses a token until `expires_at`: a process whose clock
/// is behind accepts the token for the tolerance, and a process whose clock is ahead removes the entry that
/// much earlier.
pub(crate) fn forgotten_at(expires_at: OffsetDateTime) -> OffsetDateTime {
    expires_at.saturating_add(2 * tolerance())
}

/// Where the toolkit asks for the time.
///
/// Nothing in the toolkit reads the system clock but [`SystemClock`]; a test injects a clock of its
/// own and moves it by hand, so that no test ever sleeps.
///
/// The implementer guarantees that the answer is in UTC. It may jump: every rule that compares
/// times is written so that a clock set back makes things expire later and never unlocks anything.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> OffsetDateTime;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that all other code uses"
    )]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}
