//! The resident memory of a server: after the first login, a minute later, and during many logins at once.

use std::time::{Duration, Instant};

use crate::app::{Framework, Mode};
use crate::client::Job;
use crate::row::{Aim, Row};
use crate::rows::Run;
use crate::server::{Server, login};
use crate::stats::Spread;

const FIRST: &str = "resident memory after the first login, SQLite";
const LATER: &str = "resident memory a minute after the first login, SQLite";
const STORM: &str = "peak of the resident memory, 500 logins at once, SQLite";

/// The time after which the memory of hashing should have been returned.
const MINUTE: Duration = Duration::from_secs(61);

/// A server that idles after one login while other rows are measured.
pub(crate) struct Idle(Option<(Server, Instant)>);

/// Measures the memory after the first login, and lets the server idle.
pub(crate) fn first(run: &mut Run<'_>) -> Idle {
    if !run.options.selects(FIRST) && !run.options.selects(LATER) {
        return Idle(None);
    }
    let Some(url) = run.storages.url("SQLite", "memory") else {
        return Idle(None);
    };
    let server = Server::start(Framework::Axum, Mode::Opaque, &url);
    let before = server.resident_mib();
    server.log_in("/auth/login");
    let after = server.resident_mib();
    let name = "resident memory before the first login, SQLite";
    run.add(Row::alone(name, "MiB", Spread::one(before)));
    let row = Row::alone(FIRST, "MiB", Spread::one(after));
    run.add(row.aim(Some(Aim::AtMost(32.0))));
    Idle(Some((server, Instant::now())))
}

/// Measures the memory of the idle server, after the rest of its minute.
pub(crate) fn later(run: &mut Run<'_>, idle: Idle) {
    if let Idle(Some((server, since))) = idle
        && run.options.selects(LATER)
    {
        std::thread::sleep(MINUTE.saturating_sub(since.elapsed()));
        let row = Row::alone(LATER, "MiB", Spread::one(server.resident_mib()));
        run.add(row.aim(Some(Aim::AtMost(16.0))));
    }
}

/// Measures the most memory during logins over many connections.
pub(crate) fn storm(run: &mut Run<'_>) {
    if !run.options.selects(STORM) {
        return;
    }
    let Some(url) = run.storages.url("SQLite", "memory") else {
        return;
    };
    let server = Server::start(Framework::Axum, Mode::Jwt, &url);
    // The own client waits for every reply, however late.
    let job = Job {
        connections: 500,
        own_client: true,
        ..Job::new(server.address, &login("/auth/login"), 1)
    };
    job.run();
    run.add(Row::alone(STORM, "MiB", Spread::one(server.peak_mib())));
}
