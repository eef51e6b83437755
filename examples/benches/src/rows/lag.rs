//! The time from a logout in one process to the refusal of its token in another process.

use std::time::{Duration, Instant};

use crate::app::{Framework, Mode};
use crate::client::{Request, http};
use crate::row::Row;
use crate::rows::Run;
use crate::server::Server;
use crate::stats::Spread;
use crate::storage;

/// The modes whose lag is measured. Without a cache, the first request after the logout is refused.
const MODES: &[Mode] = &[Mode::Jwt, Mode::CachedJwt];

/// The longest time that a row waits for a refusal.
const PATIENCE: Duration = Duration::from_mins(1);

/// Measures each engine; a quick run measures SQLite only.
pub(crate) fn measure(run: &mut Run<'_>) {
    for storage in storage::SQL {
        for mode in MODES {
            let name = format!("logout to refusal elsewhere, {storage}, {}", mode.name());
            if !run.options.selects(&name) || (run.options.quick && storage != "SQLite") {
                continue;
            }
            let Some(url) = run.storages.url(storage, "bench") else {
                continue;
            };
            let [here, elsewhere] = [(); 2].map(|()| Server::start(Framework::Axum, *mode, &url));
            let logouts = if run.options.quick { 3 } else { 20 };
            let lags: Vec<f64> = (0..logouts).map(|_| lag_ms(&here, &elsewhere)).collect();
            run.add(Row::alone(&name, "ms", Spread::of(&lags)));
        }
    }
}

/// Returns the milliseconds from the reply to a logout until the other process refuses the token.
fn lag_ms(here: &Server, elsewhere: &Server) -> f64 {
    let login = here.log_in("/auth/login");
    let protected = login.get("/protected");
    // What the other process remembers of the token, it remembers from here on.
    http::ask(elsewhere.address, &protected);
    let logout = Request::post("/auth/logout", "{}").header(&login.header.0, &login.header.1);
    http::ask(here.address, &logout);
    let begin = Instant::now();
    loop {
        let reply = http::exchange(elsewhere.address, &protected);
        let elapsed = begin.elapsed();
        if reply.head.starts_with("HTTP/1.1 401") {
            return elapsed.as_secs_f64() * 1e3;
        }
        assert!(
            elapsed < PATIENCE,
            "the token is still accepted: {}",
            reply.head
        );
    }
}
