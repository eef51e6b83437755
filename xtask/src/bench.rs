//! `cargo xtask bench`: the benchmarks, built for release.

use crate::check::{Check, Failure};
use crate::members;
use crate::process::Process;

const PACKAGE: &str = "benches";

/// Runs the benchmarks with these arguments.
pub(crate) fn run(arguments: &[String]) -> Check {
    let members = members::all().map_err(|failure| vec![failure])?;
    if !members.iter().any(|member| member.name == PACKAGE) {
        return Failure::alone(
            format!("there is no package `{PACKAGE}` in the workspace"),
            "cargo xtask bench",
        );
    }
    if arguments.iter().any(|argument| argument == "--readme") {
        // It measures nothing, so the build of the tests is good enough.
        return Process::cargo(&format!("run --quiet -p {PACKAGE} --"))
            .arguments(arguments)
            .run();
    }
    // The program starts the other programs of its package.
    Process::cargo(&format!("build --release -p {PACKAGE}")).run()?;
    Process::cargo(&format!("run --release -p {PACKAGE} --"))
        .arguments(arguments)
        .run()
}
