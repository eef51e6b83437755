//! The one source of time.

use time::OffsetDateTime;

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
