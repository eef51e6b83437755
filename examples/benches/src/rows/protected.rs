//! `GET /protected` with token and user, against the bare framework.

use crate::app::{Framework, Mode};
use crate::client::Request;
use crate::interleave::{self, Load, Target};
use crate::row::{Aim, Row};
use crate::rows::Run;
use crate::server::Server;
use crate::storage;

const PATH: &str = "/protected";

/// The part by which a ratio in Poem may be worse than in Axum.
const MARGIN: f64 = 0.05;

const AUTHENTICATED: [Mode; 3] = [Mode::Jwt, Mode::JwtWithSession, Mode::Opaque];

/// Measures each mode over each storage in each framework.
pub(crate) fn measure(run: &mut Run<'_>) {
    for framework in Framework::ALL {
        // A quick run leaves out servers behind Poem, which differ little from those behind Axum.
        let quick_poem = run.options.quick && framework == Framework::Poem;
        let storages = storage::NAMES.iter().take(if quick_poem { 2 } else { 4 });
        for storage in storages {
            group(run, framework, storage);
        }
    }
}

fn group(run: &mut Run<'_>, framework: Framework, storage: &str) {
    let selected = |mode: &Mode| run.options.selects(&name(framework, storage, *mode));
    let modes: Vec<Mode> = AUTHENTICATED.into_iter().filter(selected).collect();
    if modes.is_empty() {
        return;
    }
    let Some(url) = run.storages.url(storage, "bench") else {
        return;
    };
    let start = |mode: &Mode| (*mode, Server::start(framework, *mode, &url));
    let servers: Vec<(Mode, Server)> = modes.iter().map(start).collect();
    let targets: Vec<Target<'_>> = servers
        .iter()
        .map(|(mode, server)| Target {
            name: name(framework, storage, *mode),
            server,
            load: Load::Repeat(server.log_in("/auth/login").get(PATH)),
            aim: aim(run, framework, storage, *mode),
            cpu_aim: cpu_aim(run, framework, storage, *mode),
        })
        .collect();
    let bare = Server::bare(framework);
    let name = format!("bare {}", framework.name());
    let reference = Target::new(name, &bare, Load::Repeat(Request::get(PATH)));
    for row in interleave::measure(run.options, &reference, &targets) {
        run.add(row);
    }
}

fn name(framework: Framework, storage: &str, mode: Mode) -> String {
    format!("{PATH}, {}, {storage}, {}", framework.name(), mode.name())
}

/// Returns the aim of the throughput. In Poem it follows from the row in Axum, if that was measured.
fn aim(run: &Run<'_>, framework: Framework, storage: &str, mode: Mode) -> Option<Aim> {
    if framework == Framework::Poem {
        let ratio = in_axum(run, storage, mode)?.ratio?;
        return Some(Aim::AtLeast((1.0 - MARGIN) * ratio.median));
    }
    let aims = [
        ("memory", 0.70),
        ("SQLite", 0.35),
        ("PostgreSQL", 0.13),
        ("MariaDB", 0.10),
    ];
    let aim = aims.into_iter().find(|(name, _)| *name == storage);
    aim.map(|(_, bound)| Aim::AtLeast(bound))
}

/// Returns the aim of the CPU time, in requests of the bare framework.
fn cpu_aim(run: &Run<'_>, framework: Framework, storage: &str, mode: Mode) -> Option<Aim> {
    if framework == Framework::Poem {
        let cpu = in_axum(run, storage, mode)?.cpu.as_ref()?;
        return Some(Aim::AtMost((1.0 + MARGIN) * cpu.ratio.median));
    }
    let aims = [("memory", 1.4), ("SQLite", 2.8)];
    let aim = aims.into_iter().find(|(name, _)| *name == storage);
    aim.map(|(_, bound)| Aim::AtMost(bound))
}

fn in_axum<'a>(run: &'a Run<'_>, storage: &str, mode: Mode) -> Option<&'a Row> {
    let name = name(Framework::Axum, storage, mode);
    run.rows.iter().find(|row| row.name == name)
}
