//! `cargo xtask ci`: every check, with the time that each one takes.

use std::time::{Duration, Instant};

use crate::check::{Check, Outcome, all, say};
use crate::test::Which;
use crate::{deny, deps, doc, features, lint, msrv, openapi, package, readme, test};

/// Runs every check, also after a failure, so that one run shows all failures.
pub(crate) fn run() -> Outcome {
    let mut steps = vec![
        Step::take("lint", lint::run),
        Step::take("deps", deps::run),
        Step::take("deny", deny::run),
        Step::take("doc", doc::run),
        Step::take("readme", readme::run),
    ];
    let mut closing = None;
    steps.push(Step::take("test", || {
        let outcome = test::run(Which::All);
        closing = outcome.closing;
        outcome.check
    }));
    steps.push(Step::take("features", features::run));
    steps.push(Step::take("openapi", openapi::run));
    steps.push(Step::take("package", package::run));
    steps.push(Step::take("msrv", msrv::run));

    say("\nsummary");
    for step in &steps {
        say(&step.line());
    }
    Outcome {
        check: all(steps.into_iter().map(|step| step.check)),
        closing,
    }
}

struct Step {
    name: &'static str,
    check: Check,
    took: Duration,
}

impl Step {
    fn take(name: &'static str, check: impl FnOnce() -> Check) -> Self {
        say(&format!("\n=== {name}"));
        let start = Instant::now();
        let check = check();
        Self {
            name,
            check,
            took: start.elapsed(),
        }
    }

    fn line(&self) -> String {
        let verdict = if self.check.is_ok() { "ok" } else { "FAILED" };
        format!(
            "  {:<10}{verdict:<8}{:>7.1} s",
            self.name,
            self.took.as_secs_f64()
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Step;
    use crate::check::Failure;

    #[test]
    fn summary_shows_passed_and_failed_checks() {
        let took = Duration::from_millis(12_340);
        let good = Step {
            name: "lint",
            check: Ok(()),
            took,
        };
        let bad = Step {
            name: "features",
            check: Failure::alone("broken", "again"),
            took,
        };

        assert_eq!(good.line(), "  lint      ok         12.3 s");
        assert_eq!(bad.line(), "  features  FAILED     12.3 s");
    }
}
