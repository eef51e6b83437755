//! The totals of a test run, read from the output of the runners.

use std::ops::AddAssign;

use crate::check::{Check, Failure};

/// The number of passed tests, of failed tests, and of runs that failed without a failed test.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Totals {
    passed: usize,
    failed: usize,
    aborted: usize,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
        self.aborted += more.aborted;
    }
}

impl Totals {
    /// Reads a closing line, which is either of cargo's own runner,
    /// `test result: ok. 3 passed; 0 failed; …`, or of cargo-nextest,
    /// `Summary [ 1.0s] 4 tests run: 3 passed (1 slow), 1 timed out, 0 skipped`. The latter also repeats,
    /// indented, what a failed test printed, and must not count it twice.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (_, counts) = if let Some(result) = line.strip_prefix("test result: ") {
            result.split_once(". ")?
        } else {
            let summary = line.trim_start().strip_prefix("Summary [")?;
            summary.split_once(" run: ")?
        };
        let mut totals = Self::default();
        for part in counts.split([',', ';']) {
            let mut words = part.split_whitespace();
            let Some(count) = words.next().and_then(|word| word.parse::<usize>().ok()) else {
                continue;
            };
            match words.next() {
                Some("passed") => totals.passed += count,
                // "failed", "timed out" and "exec failed"
                Some("failed" | "timed" | "exec") => totals.failed += count,
                _ => {}
            }
        }
        Some(totals)
    }

    /// Counts a run that fails without a failed test as aborted, so that the totals of a failed run never
    /// look like those of a successful one.
    pub(super) fn with_verdict(mut self, check: &Check) -> Self {
        if check.is_err() && self.failed == 0 {
            self.aborted = 1;
        }
        self
    }

    /// Fails for a run without tests.
    pub(super) fn some_ran(self) -> Check {
        if self.passed + self.failed == 0 {
            return Failure::alone("no test ran", "cargo xtask test");
        }
        Ok(())
    }

    /// Returns the closing lines: the notices about uncounted tests, then the totals.
    pub(super) fn closing(self, notices: &[String]) -> String {
        let line = self.line();
        let lines = notices.iter().map(String::as_str).chain([line.as_str()]);
        lines.collect::<Vec<_>>().join("\n")
    }

    fn line(self) -> String {
        let Self {
            passed,
            failed,
            aborted,
        } = self;
        match aborted {
            0 => format!("{passed} passed, {failed} failed"),
            1 => format!("{passed} passed, {failed} failed, 1 run aborted"),
            _ => format!("{passed} passed, {failed} failed, {aborted} runs aborted"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Totals;
    use crate::check::Failure;

    fn sums(passed: usize, failed: usize) -> Totals {
        Totals {
            passed,
            failed,
            aborted: 0,
        }
    }

    #[test]
    fn closing_lines_of_both_runners_are_read() {
        let cases = [
            (
                "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
                (12, 0),
            ),
            (
                "test result: FAILED. 3 passed; 2 failed; 0 ignored; finished in 0.10s",
                (3, 2),
            ),
            (
                "     Summary [   0.011s] 12 tests run: 12 passed, 0 skipped",
                (12, 0),
            ),
            (
                "     Summary [   1.000s] 1 test run: 1 passed, 0 skipped",
                (1, 0),
            ),
            (
                "  Summary [  9.9s] 9 tests run: 6 passed (1 slow, 1 flaky), 1 failed, 1 timed out, 1 exec failed, 4 skipped",
                (6, 3),
            ),
        ];
        for (line, (passed, failed)) in cases {
            assert_eq!(Totals::parse(line), Some(sums(passed, failed)), "{line}");
        }
    }

    #[test]
    fn other_lines_are_not_counted() {
        for line in [
            "",
            "running 3 tests",
            "        PASS [   0.005s] auth-core json",
            "3 passed, 1 failed",
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 9 filtered out",
        ] {
            assert_eq!(Totals::parse(line), None, "{line}");
        }
    }

    #[test]
    fn aborted_run_is_part_of_the_totals() {
        let bad = Failure::alone("killed", "again");

        let aborted = sums(5, 0).with_verdict(&bad);
        assert_eq!(aborted.closing(&[]), "5 passed, 0 failed, 1 run aborted");
        assert_eq!(sums(5, 0).with_verdict(&Ok(())), sums(5, 0));
        assert_eq!(sums(5, 2).with_verdict(&bad), sums(5, 2));
    }

    #[test]
    fn totals_are_printed_and_a_run_without_tests_fails() {
        let mut totals = Totals::default();
        assert!(totals.some_ran().is_err());

        totals += sums(2, 0);
        totals += sums(1, 1);

        assert!(totals.some_ran().is_ok());
        assert_eq!(totals.closing(&[]), "3 passed, 1 failed");
        let left_out = ["notice: one".to_owned(), "notice: two".to_owned()];
        assert_eq!(
            totals.closing(&left_out),
            "notice: one\nnotice: two\n3 passed, 1 failed"
        );
    }
}
