//! The log of a program, without the values of statements.

use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts the log on standard error, with the records of `tracing` and of the crate `log`.
///
/// At `debug` the PostgreSQL driver writes the parameters of statements, and the MySQL driver can: addresses
/// and password hashes. The filter keeps these records out at every level.
pub fn start_log(level: LevelFilter) {
    let filter = Targets::new()
        .with_default(level)
        .with_target("tokio_postgres", level.min(LevelFilter::INFO))
        .with_target("mysql_async", level.min(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .init();
}
