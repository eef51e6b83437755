//! Large tables: authenticated requests beside many users and sessions, and pages of both.

use crate::app::{Framework, Mode};
use crate::interleave::{Load, Target};
use crate::rows::Run;
use crate::server::{Login, Server};
use crate::storage;
use crate::storage::sql::{Owners, user_key};

/// The rows of a large table in a full run, and in a quick one.
const FULL: (u32, &str) = (1_000_000, "1,000,000");
const QUICK: (u32, &str) = (10_000, "10,000");

/// The sessions on a page.
const PAGE: u32 = 50;

/// Measures a table of many users and sessions on each engine; a quick run measures fewer, on SQLite only.
pub(crate) fn users(run: &mut Run<'_>) {
    let (engines, count) = if run.options.quick {
        (&storage::SQL[..1], QUICK)
    } else {
        (&storage::SQL[..], FULL)
    };
    for engine in engines {
        users_of_engine(run, engine, count);
    }
}

/// The servers of one mode over a small and a large database, with a login on each.
struct Pair {
    few: (Server, Login),
    many: (Server, Login),
}

impl Pair {
    fn start(mode: Mode, few: &str, many: &str) -> Self {
        let [few, many] = [few, many].map(|url| {
            let server = Server::start(Framework::Axum, mode, url);
            let login = server.log_in("/auth/login");
            (server, login)
        });
        Self { few, many }
    }

    /// Measures a path on the large database, against the small one.
    fn measure(&self, run: &mut Run<'_>, name: &str, path: &str, reference: &str) {
        let reference = Target::new(reference, &self.few.0, Load::Repeat(self.few.1.get(path)));
        let load = Load::Repeat(self.many.1.get(path));
        run.measure(&reference, Target::new(name, &self.many.0, load));
    }
}

fn users_of_engine(run: &mut Run<'_>, engine: &str, (count, rows): (u32, &str)) {
    let protected = |mode: Mode| {
        let mode = mode.name();
        format!("/protected, {rows} users, {engine}, {mode}")
    };
    let first = format!("users, first page of {rows}, {engine}");
    let deep = format!("users, page at 90 % of {rows}, {engine}");
    let modes = [Mode::Jwt, Mode::Opaque];
    let names = modes.map(protected).into_iter();
    if !names
        .chain([first.clone(), deep.clone()])
        .any(|name| run.options.selects(&name))
    {
        return;
    }
    let databases = (
        run.storages.url(engine, "few"),
        run.storages.url(engine, "many"),
    );
    let (Some(few), Some(many)) = databases else {
        return;
    };
    let [jwt, opaque] = modes.map(|mode| Pair::start(mode, &few, &many));
    run.storages.insert_users(&few, PAGE);
    run.storages.insert_users(&many, count);
    run.storages.copy_session(&many, count, Owners::Others);

    let pairs = [(&jwt, Mode::Jwt), (&opaque, Mode::Opaque)];
    let measured = pairs
        .into_iter()
        .take(if run.options.quick { 1 } else { 2 });
    for (pair, mode) in measured {
        pair.measure(run, &protected(mode), "/protected", "51 users");
    }
    jwt.measure(run, &first, "/users", "first page of 51");
    let (server, login) = &jwt.many;
    let reference = Target::new("the first page", server, Load::Repeat(login.get("/users")));
    let path = format!("/users?after={}", user_key(count / 10 * 9));
    let load = Load::Repeat(login.get(&path));
    run.measure(&reference, Target::new(deep, server, load));
}

/// Measures the first page of the sessions of a user with a thousand of them, against one with one page.
pub(crate) fn sessions(run: &mut Run<'_>) {
    let engines = if run.options.quick {
        &storage::SQL[..1]
    } else {
        &storage::SQL[..]
    };
    for engine in engines {
        let name = format!("sessions, first page of 1,000, {engine}");
        if !run.options.selects(&name) {
            continue;
        }
        let Some((few, many)) = run
            .storages
            .url(engine, "page")
            .zip(run.storages.url(engine, "thousand"))
        else {
            continue;
        };
        let [few, many] = [(few, PAGE), (many, 1000)].map(|(url, count)| {
            let server = Server::start(Framework::Axum, Mode::Opaque, &url);
            let load = Load::Repeat(server.log_in("/auth/login").get("/auth/sessions"));
            run.storages.copy_session(&url, count - 1, Owners::Same);
            (server, load)
        });
        let reference = Target::new("the only page of 50", &few.0, few.1);
        run.measure(&reference, Target::new(name, &many.0, many.1));
    }
}
