//! `cargo xtask test`: every test of the workspace, counted.

use std::ops::AddAssign;

use crate::check::{Check, Failure, Outcome, all};
use crate::process::{Output, Process};
use crate::servers::Servers;

/// Runs everything; the sum is the closing line, also when something failed.
pub(crate) fn run() -> Outcome {
    let servers = match Servers::find() {
        Ok(servers) => servers,
        Err(failures) => return Err(failures).into(),
    };
    let mut totals = Totals::default();
    let code = code(&servers, &mut totals);
    let documentation = documentation(&servers, &mut totals);
    let closing = totals
        .some_ran()
        .is_ok()
        .then(|| totals.closing(servers.left_out()));
    Outcome {
        check: all([servers.check(), code, documentation, totals.some_ran()]),
        closing,
    }
}

/// Unit and integration tests: with cargo-nextest where it is installed, else with cargo alone.
fn code(servers: &Servers, totals: &mut Totals) -> Check {
    if Process::cargo("nextest --version").succeeds() {
        let nextest = "nextest run --workspace --all-features --no-fail-fast";
        return counted(&Process::cargo(nextest), Output::Error, servers, totals);
    }
    // `--tests` is all but the documentation's examples, which have a run of their own.
    let plain = "test --workspace --all-features --tests --no-fail-fast";
    counted(&Process::cargo(plain), Output::Standard, servers, totals)
}

/// The examples in the documentation.
fn documentation(servers: &Servers, totals: &mut Totals) -> Check {
    let examples = "test --doc --workspace --all-features --no-fail-fast";
    counted(&Process::cargo(examples), Output::Standard, servers, totals)
}

fn counted(process: &Process, output: Output, servers: &Servers, totals: &mut Totals) -> Check {
    let mut seen = Totals::default();
    let shown = |line: &str| seen += Totals::parse(line).unwrap_or_default();
    // Colours would stand between the figures and their words.
    let plain = process.clone().environment("CARGO_TERM_COLOR", "never");
    let check = match servers.equip(plain).follow(output, shown) {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            let what = format!("{} ({status})", process.line());
            Failure::alone(what, servers.repeat(process))
        }
        Err(failure) => Err(vec![failure]),
    };
    *totals += seen.with_verdict(&check);
    check
}

/// Sums of what the runners say of themselves.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Totals {
    passed: usize,
    failed: usize,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
    }
}

impl Totals {
    /// Reads a closing line, which is either of cargo's own runner,
    /// `test result: ok. 3 passed; 0 failed; …`, or of cargo-nextest,
    /// `Summary [ 1.0s] 4 tests run: 3 passed (1 slow), 1 timed out, 0 skipped`. The latter also repeats,
    /// indented, what a failed test printed, and must not count it twice.
    fn parse(line: &str) -> Option<Self> {
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

    /// A run that fails without a failed test, because its tests do not compile, say, counts as one:
    /// the sum of a bad run never looks like that of a good one.
    fn with_verdict(mut self, check: &Check) -> Self {
        if check.is_err() && self.failed == 0 {
            self.failed = 1;
        }
        self
    }

    /// A run that finds no test at all proves nothing.
    fn some_ran(self) -> Check {
        if self == Self::default() {
            return Failure::alone("not one test ran", "cargo xtask test");
        }
        Ok(())
    }

    /// The sum is the very last line, below the notices of what it does not count.
    fn closing(self, notices: &[String]) -> String {
        let line = self.line();
        let lines = notices.iter().map(String::as_str).chain([line.as_str()]);
        lines.collect::<Vec<_>>().join("\n")
    }

    fn line(self) -> String {
        format!("{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Totals;
    use crate::check::Failure;

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
            assert_eq!(
                Totals::parse(line),
                Some(Totals { passed, failed }),
                "{line}"
            );
        }
    }

    #[test]
    fn other_lines_count_nothing() {
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
    fn a_bad_run_never_sums_up_like_a_good_one() {
        let counted = Totals {
            passed: 5,
            failed: 0,
        };
        let bad = Failure::alone("does not compile", "again");

        assert_eq!(
            counted.with_verdict(&bad),
            Totals {
                passed: 5,
                failed: 1
            }
        );
        assert_eq!(counted.with_verdict(&Ok(())), counted);
        let failed = Totals {
            passed: 5,
            failed: 2,
        };
        assert_eq!(failed.with_verdict(&bad), failed);
    }

    #[test]
    fn sums_are_printed_and_no_test_at_all_is_a_failure() {
        let mut totals = Totals::default();
        assert!(totals.some_ran().is_err());

        totals += Totals {
            passed: 2,
            failed: 0,
        };
        totals += Totals {
            passed: 1,
            failed: 1,
        };

        assert!(totals.some_ran().is_ok());
        assert_eq!(totals.closing(&[]), "3 passed, 1 failed");
        let left_out = ["notice: one".to_owned(), "notice: two".to_owned()];
        assert_eq!(
            totals.closing(&left_out),
            "notice: one\nnotice: two\n3 passed, 1 failed"
        );
    }
}
