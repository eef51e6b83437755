//! The start: the time until the store is open and the handle is built, and until the first reply.

use std::time::Instant;

use crate::app::{Framework, Mode};
use crate::client::{Request, http};
use crate::row::Row;
use crate::rows::Run;
use crate::server::Server;
use crate::stats::Spread;
use crate::storage;

/// The starts of each server.
const STARTS: usize = 5;

pub(crate) fn measure(run: &mut Run<'_>) {
    for storage in storage::NAMES {
        let open = format!("start, {storage}: store opened and Auth built");
        let reply = format!("start, {storage}: process to first reply");
        if !run.options.selects(&open) && !run.options.selects(&reply) {
            continue;
        }
        // Memory has no stored account: the registration is part of its start.
        if storage == "memory" {
            continue;
        }
        let Some(url) = run.storages.url(storage, "bench") else {
            continue;
        };
        let (mut opened, mut ours, mut bare) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..STARTS {
            let (_, millis) = start(Mode::Bare, "");
            bare.push(millis);
            let (server, millis) = start(Mode::Opaque, &url);
            opened.push(server.opened_us / 1e3);
            ours.push(millis);
        }
        run.add(Row::alone(&open, "ms", Spread::of(&opened)));
        run.add(Row::against(&reply, "ms", &ours, ("bare Axum", &bare)));
    }
}

/// Starts a server, and returns the milliseconds until its first reply: without credentials a refusal.
fn start(mode: Mode, url: &str) -> (Server, f64) {
    let begin = Instant::now();
    let server = Server::start(Framework::Axum, mode, url);
    http::exchange(server.address, &Request::get("/protected"));
    let millis = begin.elapsed().as_secs_f64() * 1e3;
    (server, millis)
}
