//! Refreshes of sessions with bearer tokens, against `GET` of bare Axum by the same client.

use crate::app::{Framework, Mode};
use crate::client::Request;
use crate::interleave::{Load, Target};
use crate::rows::Run;
use crate::server::Server;
use crate::storage;

/// Measures each storage; a quick run measures SQLite only.
pub(crate) fn measure(run: &mut Run<'_>) {
    for storage in storage::NAMES {
        let name = format!("refreshes, {storage}, opaque");
        if !run.options.selects(&name) || (run.options.quick && storage != "SQLite") {
            continue;
        }
        let Some(url) = run.storages.url(storage, "bench") else {
            continue;
        };
        let server = Server::start(Framework::Axum, Mode::Opaque, &url);
        let bare = Server::bare(Framework::Axum);
        let load = Load::RepeatByOwnClient(Request::get("/protected"));
        let reference = Target::new("GET of bare Axum", &bare, load);
        let load = Load::Refresh("/auth/api/login", "/auth/api/refresh");
        let target = Target::new(name, &server, load);
        run.measure(&reference, target);
    }
}
