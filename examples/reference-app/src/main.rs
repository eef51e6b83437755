//! One program with the flows of the toolkit, whose backends and storage are chosen by flags.
//!
//! It is the target of load, conformance and browser tests, and shows how the parts fit
//! together; `cargo run -p reference-app -- --help` lists the flags.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program prints for its operator"
)]

mod accounts;
mod args;
mod create_user;
mod document;
mod duration;
mod jwt_keys;
mod outbox;
mod secret;
mod serve;
mod storage;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// An error that ends the program, as a sentence for standard error.
type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    setup::start_log(args.log);
    let result = match &args.command {
        None => serve::run(&args).await,
        Some(Command::CreateUser(new)) => create_user::run(&args, new).await,
        Some(Command::Openapi) => document::openapi(&args),
        Some(Command::HttpApi) => document::http_api(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
