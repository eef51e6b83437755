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

/// A set-up that is measured, with its aims in Axum.
#[derive(Clone, Copy)]
struct Setup {
    storage: &'static str,
    mode: Mode,
    /// The least throughput, as a part of that of the bare framework.
    throughput: f64,
    /// The most CPU time, in requests of the bare framework.
    cpu: Option<f64>,
}

/// The measured set-ups. Another mode of a storage is one more entry here.
const SETUPS: &[Setup] = &[
    setup("memory", Mode::Jwt, 0.70, Some(1.4)),
    setup("memory", Mode::JwtWithSession, 0.70, Some(1.4)),
    setup("memory", Mode::Opaque, 0.70, Some(1.4)),
    setup("SQLite", Mode::Jwt, 0.35, Some(2.8)),
    setup("SQLite", Mode::JwtWithSession, 0.35, Some(2.8)),
    setup("SQLite", Mode::Opaque, 0.35, Some(2.8)),
    setup("PostgreSQL", Mode::Jwt, 0.13, None),
    setup("PostgreSQL", Mode::JwtWithSession, 0.13, None),
    setup("PostgreSQL", Mode::Opaque, 0.13, None),
    setup("PostgreSQL", Mode::CachedJwt, 0.60, Some(1.6)),
    setup("MariaDB", Mode::Jwt, 0.10, None),
    setup("MariaDB", Mode::JwtWithSession, 0.10, None),
    setup("MariaDB", Mode::Opaque, 0.10, None),
];

const fn setup(storage: &'static str, mode: Mode, throughput: f64, cpu: Option<f64>) -> Setup {
    Setup {
        storage,
        mode,
        throughput,
        cpu,
    }
}

/// Measures each set-up in each framework.
pub(crate) fn measure(run: &mut Run<'_>) {
    for framework in Framework::ALL {
        // A quick run has Poem over memory only: the storages do not depend on the framework.
        let quick_poem = run.options.quick && framework == Framework::Poem;
        let storages = storage::NAMES.iter().take(if quick_poem { 1 } else { 4 });
        for storage in storages {
            group(run, framework, storage);
        }
    }
}

/// Measures the set-ups of one storage.
fn group(run: &mut Run<'_>, framework: Framework, storage: &str) {
    let of_storage = SETUPS.iter().filter(|setup| setup.storage == storage);
    let selected = of_storage.filter(|setup| run.options.selects(&setup.name(framework)));
    let selected: Vec<Setup> = selected.copied().collect();
    if selected.is_empty() {
        return;
    }
    let Some(url) = run.storages.url(storage, "bench") else {
        return;
    };
    let start = |setup: &Setup| Server::start(framework, setup.mode, &url);
    let servers: Vec<Server> = selected.iter().map(start).collect();
    let targets = selected.iter().zip(&servers).map(|(setup, server)| {
        let load = Load::Repeat(server.log_in("/auth/login").get(PATH));
        let (aim, cpu_aim) = setup.aims(framework, &run.rows);
        Target {
            aim,
            cpu_aim,
            ..Target::new(setup.name(framework), server, load)
        }
    });
    let targets: Vec<Target<'_>> = targets.collect();
    let bare = Server::bare(framework);
    let name = format!("bare {}", framework.name());
    let reference = Target::new(name, &bare, Load::Repeat(Request::get(PATH)));
    for row in interleave::measure(run.options, &reference, &targets) {
        run.add(row);
    }
}

impl Setup {
    fn name(&self, framework: Framework) -> String {
        let Self { storage, mode, .. } = self;
        format!("{PATH}, {}, {storage}, {}", framework.name(), mode.name())
    }

    /// Returns the aims of the throughput and of the CPU time. In Poem they follow from the row in Axum, if that
    /// was measured.
    fn aims(&self, framework: Framework, rows: &[Row]) -> (Option<Aim>, Option<Aim>) {
        if framework == Framework::Axum {
            return (
                Some(Aim::AtLeast(self.throughput)),
                self.cpu.map(Aim::AtMost),
            );
        }
        let name = self.name(Framework::Axum);
        let Some(axum) = rows.iter().find(|row| row.name == name) else {
            return (None, None);
        };
        let throughput = axum.ratio.map(|ratio| (1.0 - MARGIN) * ratio.median);
        let cpu = axum.cpu.as_ref();
        let cpu = cpu.map(|cpu| (1.0 + MARGIN) * cpu.ratio.median);
        (throughput.map(Aim::AtLeast), cpu.map(Aim::AtMost))
    }
}

#[cfg(test)]
mod tests {
    use super::{Framework, SETUPS};
    use crate::row::{Aim, Row};

    #[test]
    fn aims_in_poem_follow_from_the_row_in_axum() {
        let setup = &SETUPS[0];
        let axum = Row::against(
            &setup.name(Framework::Axum),
            "/s",
            &[80.0],
            ("bare", &[100.0]),
        );
        assert_eq!(
            setup.aims(Framework::Axum, &[]),
            (Some(Aim::AtLeast(0.7)), Some(Aim::AtMost(1.4)))
        );
        assert_eq!(
            setup.aims(Framework::Poem, &[axum]),
            (Some(Aim::AtLeast(0.95 * 0.8)), None)
        );
        assert_eq!(setup.aims(Framework::Poem, &[]), (None, None));
    }
}
