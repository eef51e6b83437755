//! Figures of the toolkit as ratios to a reference that is measured in the same minutes.
//!
//! Each server runs in a process of its own: the program starts itself with a sub-command. The client is
//! `wrk` if it is installed, and another process of this program otherwise. A row and its reference are
//! measured in turns, several times. The CPU time of a request is that of the server's process, so it does
//! not depend on the client.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a program that prints figures or fails"
)]

mod allocations;
mod app;
mod client;
mod interleave;
mod machine;
mod options;
mod report;
mod row;
mod rows;
mod serve;
mod server;
mod stats;
mod storage;

use std::process::ExitCode;

use options::Options;

/// Runs the program: the benchmarks, or one of the processes that they start.
#[must_use]
pub fn run() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(serve::COMMAND) => serve::run(&arguments),
        Some(client::own::COMMAND) => client::own::run(),
        _ => match Options::parse(&arguments) {
            Ok(options) => rows::run(&options),
            Err(usage) => {
                eprintln!("{usage}");
                return ExitCode::from(2);
            }
        },
    }
    ExitCode::SUCCESS
}

/// Counts the allocations of authenticated requests by a function that returns those of the process, and prints
/// the figures as JSON.
pub fn count_allocations(count: fn() -> usize) {
    allocations::print(count);
}
