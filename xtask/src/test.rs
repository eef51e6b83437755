//! `cargo xtask test`: every test of the workspace, counted; with `--quick` the fast ones.

mod totals;

use self::totals::Totals;
use crate::check::{Check, Failure, Outcome, all};
use crate::process::{Output, Process};
use crate::servers::Servers;

/// Which tests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// All of them.
    All,
    /// Tests that need neither a database server nor a browser, and build no crates.
    Quick,
}

/// The paths of tests that a quick run leaves out: tests with a browser, tests that build crates, the
/// model of sessions with its thousands of sequences, storms and crashes, waits for time limits, and the
/// adapters over files, whose requests also run in memory.
const SLOW: [&str; 9] = [
    "browser::",
    "compile_fail::",
    "conformance::axum_over_sqlite",
    "conformance::poem_over_sqlite",
    "crash::",
    "half_open::",
    "model::",
    "storm::",
    "under_load",
];

/// The package whose tests start database servers.
const SERVERS: &str = "scratch-servers";

/// Builds the tests and runs them. The closing line has the totals, also after a failure.
pub(crate) fn run(which: Which) -> Outcome {
    let servers = match which {
        Which::All => Servers::find(),
        Which::Quick => Servers::none(),
    };
    let servers = match servers {
        Ok(servers) => servers,
        Err(failures) => return Err(failures).into(),
    };
    let runner = Runner::installed();
    if let Err(failures) = build(runner, which) {
        return Outcome {
            check: Err(failures),
            closing: Some("the build failed, and no test ran".to_owned()),
        };
    }
    let mut totals = Totals::default();
    let code = counted(&runner.run(which), runner.output(), &servers, &mut totals);
    let examples = counted(&examples(which), Output::Standard, &servers, &mut totals);
    let some_ran = totals.some_ran();
    let closing = some_ran.is_ok().then(|| totals.closing(servers.left_out()));
    Outcome {
        check: all([servers.check(), code, examples, some_ran]),
        closing,
    }
}

/// Builds the tests. A build failure is not reported as a failed test.
fn build(runner: Runner, which: Which) -> Check {
    let process = runner.build(which);
    process.run().map_err(|_| {
        let what = format!("the tests do not build: {}", process.line());
        vec![Failure::new(what, process.line())]
    })
}

/// The runner of the unit and integration tests.
#[derive(Debug, Clone, Copy)]
enum Runner {
    Nextest,
    Cargo,
}

impl Runner {
    fn installed() -> Self {
        if Process::cargo("nextest --version").succeeds() {
            Self::Nextest
        } else {
            Self::Cargo
        }
    }

    fn build(self, which: Which) -> Process {
        self.process(which, "--no-run")
    }

    fn run(self, which: Which) -> Process {
        let process = self.process(which, "--no-fail-fast");
        match which {
            Which::All => process,
            Which::Quick => {
                let skip = SLOW.iter().flat_map(|path| ["--skip", path]);
                let all = std::iter::once("--").chain(skip);
                process.arguments(&all.map(str::to_owned).collect::<Vec<_>>())
            }
        }
    }

    fn process(self, which: Which, option: &str) -> Process {
        let command = match self {
            Self::Nextest => "nextest run",
            // The examples of the documentation run separately.
            Self::Cargo => "test --tests",
        };
        Process::cargo(&format!("{command} {} {option}", packages(which)))
    }

    /// Returns the output to which it prints its totals.
    fn output(self) -> Output {
        match self {
            Self::Nextest => Output::Error,
            Self::Cargo => Output::Standard,
        }
    }
}

/// Returns the command that runs the examples of the documentation.
fn examples(which: Which) -> Process {
    Process::cargo(&format!("test --doc {} --no-fail-fast", packages(which)))
}

fn packages(which: Which) -> String {
    let all = "--workspace --all-features";
    match which {
        Which::All => all.to_owned(),
        Which::Quick => format!("{all} --exclude {SERVERS}"),
    }
}

fn counted(process: &Process, output: Output, servers: &Servers, totals: &mut Totals) -> Check {
    let mut seen = Totals::default();
    let shown = |line: &str| seen += Totals::parse(line).unwrap_or_default();
    // Colour codes between numbers and words would break the parser.
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

#[cfg(test)]
mod tests {
    use super::{Runner, Which, examples};

    #[test]
    fn quick_run_has_neither_servers_nor_browser() {
        let line = |runner: Runner, which| runner.run(which).line();
        assert_eq!(
            line(Runner::Cargo, Which::All),
            "cargo test --tests --workspace --all-features --no-fail-fast"
        );
        assert_eq!(
            line(Runner::Nextest, Which::Quick),
            "cargo nextest run --workspace --all-features --exclude scratch-servers --no-fail-fast -- --skip browser:: --skip compile_fail:: --skip conformance::axum_over_sqlite --skip conformance::poem_over_sqlite --skip crash:: --skip half_open:: --skip model:: --skip storm:: --skip under_load"
        );
        assert_eq!(
            examples(Which::Quick).line(),
            "cargo test --doc --workspace --all-features --exclude scratch-servers --no-fail-fast"
        );
    }

    #[test]
    fn build_runs_no_tests() {
        assert_eq!(
            Runner::Nextest.build(Which::All).line(),
            "cargo nextest run --workspace --all-features --no-run"
        );
    }
}
