//! Figures as ratios within one run, with the raw numbers.
//!
//! `cargo xtask bench` runs it in release mode. Client and server share the machine and the process,
//! so absolute figures are not meaningful; each ratio compares two runs of the same client in the same minutes.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that prints figures or fails"
)]

mod app;
mod jwt;
mod load;
mod logins;
mod memory;
mod protected;
mod sessions;

use app::Storage;
use scratch_servers::{Engine, Scratch, Server, ServerError};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    if std::env::args().nth(1).as_deref() == Some(memory::CHILD) {
        return memory::child().await;
    }
    let cores = std::thread::available_parallelism().unwrap();
    println!("{cores} cores; every figure of one run, client and server on one machine\n");
    println!(
        "{:<58} {:>12} {:>12} {:>7}",
        "what", "ours", "reference", "ratio"
    );
    let server = postgres();
    let over_postgres = match &server {
        Some(server) => Some(app::auth(Storage::Postgres(server)).await),
        None => None,
    };
    jwt::read_and_allocations(ALLOCATOR).await;
    protected::against_bare_frameworks(over_postgres.as_ref()).await;
    sessions::of_each_storage(server.as_ref()).await;
    sessions::many_of_one_user().await;
    sessions::many_of_all_users().await;
    logins::against_raw_argon2(over_postgres.as_ref()).await;
    logins::neighbours().await;
    memory::login_storm();
}

/// Starts a server for the rows on PostgreSQL; without one they are left out with a notice.
fn postgres() -> Option<Server> {
    match Scratch::start(Engine::Postgres) {
        Ok(server) => Some(server),
        Err(error @ ServerError::Missing(_)) => {
            println!("left out: the rows on PostgreSQL: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Prints one row: a figure of the toolkit and its reference.
fn row(what: &str, ours: f64, reference: f64, unit: &str) {
    println!(
        "{what:<58} {ours:>9.1} {unit:<2} {reference:>9.1} {unit:<2} {:>7.2}",
        ours / reference
    );
}

/// Prints a figure without a reference.
fn note(what: &str, figure: &str) {
    println!("{what:<58} {figure:>12}");
}
