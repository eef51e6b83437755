//! The report: kept, broken and skipped guarantees.

use std::fmt;

use super::Guarantee;

/// The verdict on one store, guarantee by guarantee.
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryExpiringStore;
/// use auth_core::testing::contract::{self, Fresh, Guarantee};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let report =
///     contract::expiring_store(|| async { Fresh::new(MemoryExpiringStore::new()) }).await;
/// assert!(report.broken().is_empty());
/// assert_eq!(report.skipped(), [Guarantee::Outage]);
/// report.assert_kept();
/// # });
/// ```
#[derive(Debug, Clone)]
#[must_use = "it tells what is broken and does not panic: call `assert_kept`"]
pub struct Report {
    /// The function of this module that tries some guarantees of the suite alone, if there is one.
    only: Option<&'static str>,
    verdicts: Vec<(Guarantee, Verdict)>,
}

/// The result of one guarantee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The guarantee holds.
    Kept,
    /// The guarantee is broken; the observation.
    Broken(String),
    /// The guarantee was not tested; the reason.
    Skipped(String),
}

impl Report {
    pub(super) fn new(only: Option<&'static str>, verdicts: Vec<(Guarantee, Verdict)>) -> Self {
        Self { only, verdicts }
    }

    /// Returns every guarantee with its verdict, in the order of the tests.
    #[must_use]
    pub fn verdicts(&self) -> &[(Guarantee, Verdict)] {
        &self.verdicts
    }

    /// Returns the broken guarantees.
    #[must_use]
    pub fn broken(&self) -> Vec<Guarantee> {
        self.those(|verdict| matches!(verdict, Verdict::Broken(_)))
    }

    /// Returns the skipped guarantees.
    #[must_use]
    pub fn skipped(&self) -> Vec<Guarantee> {
        self.those(|verdict| matches!(verdict, Verdict::Skipped(_)))
    }

    /// Fails the test with the name of each broken guarantee, its sentence, and the observation.
    ///
    /// # Panics
    ///
    /// If a guarantee is broken.
    pub fn assert_kept(&self) {
        assert!(self.broken().is_empty(), "{self}");
    }

    fn those(&self, wanted: impl Fn(&Verdict) -> bool) -> Vec<Guarantee> {
        let found = self.verdicts.iter().filter(|(_, verdict)| wanted(verdict));
        found.map(|(guarantee, _)| *guarantee).collect()
    }
}

/// What is broken, and what was not tried.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (broken, all) = (self.broken().len(), self.verdicts.len());
        writeln!(f, "{broken} of {all} guarantees are broken")?;
        for (guarantee, verdict) in &self.verdicts {
            match verdict {
                Verdict::Kept => {}
                Verdict::Broken(seen) => writeln!(
                    f,
                    "{guarantee} is broken\n  promise: {}\n  seen:    {}",
                    guarantee.promise(),
                    excerpt(seen)
                )?,
                Verdict::Skipped(why) => writeln!(f, "{guarantee} was not tried: {why}")?,
            }
        }
        if let (Some(first), Some(only)) = (self.broken().first(), self.only) {
            writeln!(
                f,
                "begin with the first: `contract::{only}(fixture, &[Guarantee::{first}])` repeats it alone"
            )?;
        }
        Ok(())
    }
}

/// The beginning and the end of what was seen: the longest texts of the suite fill screens.
fn excerpt(seen: &str) -> String {
    const SHOWN: usize = 1_000;
    let length = seen.chars().count();
    if length <= 2 * SHOWN {
        return seen.to_owned();
    }
    let start: String = seen.chars().take(SHOWN).collect();
    let end: String = seen.chars().skip(length - SHOWN).collect();
    format!("{start} [… {} characters …] {end}", length - 2 * SHOWN)
}

#[cfg(test)]
mod tests {
    use super::{Guarantee, Report, Verdict};

    fn broken(only: Option<&'static str>, seen: String) -> String {
        let verdicts = vec![(Guarantee::UniqueEmail, Verdict::Broken(seen))];
        Report::new(only, verdicts).to_string()
    }

    #[test]
    fn report_names_the_function_that_repeats_a_guarantee() {
        let report = broken(Some("user_database_only"), "two users".to_owned());
        let hint = "`contract::user_database_only(fixture, &[Guarantee::UniqueEmail])`";
        assert!(report.contains(hint), "{report}");
        assert!(!broken(None, "two users".to_owned()).contains("_only"));
    }

    #[test]
    fn long_observation_keeps_its_beginning_and_its_end() {
        let report = broken(None, format!("start{}end", "x".repeat(10_000)));
        assert!(report.contains("startxxx") && report.contains("xxxend"));
        assert!(report.contains("[… 8008 characters …]"), "{report}");
    }
}
