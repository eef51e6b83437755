//! `cargo xtask ci`: every check, with the time that each one takes.

use std::time::{Duration, Instant};

use crate::check::{Check, Outcome, all, say};
use crate::test::Which;
use crate::{deny, deps, doc, features, lint, msrv, openapi, package, readme, test};

/// Runs every check, also after a failure, so that one run shows all failures. A check whose tool is missing
/// does not fail the run; the summary names it.
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
    let (unchecked, steps): (Vec<_>, Vec<_>) = steps.into_iter().partition(Step::is_unchecked);
    for failure in unchecked
        .iter()
        .filter_map(|step| step.check.as_ref().err())
        .flatten()
    {
        say(&format!("NOT CHECKED: {}", failure.what));
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

    /// Returns whether the step checked nothing because its tool is missing.
    fn is_unchecked(&self) -> bool {
        let failures = self.check.as_ref().err();
        failures.is_some_and(|failures| failures.iter().all(|failure| failure.is_unchecked))
    }

    fn line(&self) -> String {
        let verdict = match &self.check {
            Ok(()) => "ok",
            Err(_) if self.is_unchecked() => "NOT CHECKED",
            Err(_) => "FAILED",
        };
        format!(
            "  {:<10}{verdict:<12}{:>7.1} s",
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
    fn summary_shows_passed_failed_and_unchecked_steps() {
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

        let unchecked = Step {
            name: "deny",
            check: Failure::unchecked("no tool", "again"),
            took,
        };

        assert_eq!(good.line(), "  lint      ok             12.3 s");
        assert_eq!(bad.line(), "  features  FAILED         12.3 s");
        assert_eq!(unchecked.line(), "  deny      NOT CHECKED    12.3 s");
    }
}
