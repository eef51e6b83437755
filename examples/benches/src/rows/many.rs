//! Large tables: authenticated requests beside many users and sessions, and pages of both.

use crate::app::{Framework, Mode};
use crate::interleave::{Load, Target};
use crate::rows::Run;
use crate::server::Server;
use crate::storage;
use crate::storage::sql::{Owners, user_key};

/// The rows of a large table in a full run, and in a quick one.
const FULL: u32 = 1_000_000;
const QUICK: u32 = 10_000;

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

fn users_of_engine(run: &mut Run<'_>, engine: &str, count: u32) {
    let names = [
        format!("/protected beside {count} users and sessions, {engine}, JWT with revocation"),
        format!("/protected beside {count} users and sessions, {engine}, cookie + opaque"),
        format!("first page of {count} users, {engine}"),
        format!("page after 90 % of {count} users, {engine}"),
    ];
    if !names.iter().any(|name| run.options.selects(name)) {
        return;
    }
    let Some((few, many)) = run
        .storages
        .url(engine, "few")
        .zip(run.storages.url(engine, "many"))
    else {
        return;
    };
    let start = |mode, url: &str| Server::start(Framework::Axum, mode, url);
    let servers = [Mode::Jwt, Mode::Opaque].map(|mode| (start(mode, &few), start(mode, &many)));
    let logins: Vec<_> = servers
        .iter()
        .map(|(few, many)| (few.log_in("/auth/login"), many.log_in("/auth/login")))
        .collect();
    run.storages.insert_users(&many, count);
    run.storages.copy_session(&many, count, Owners::Others);

    let [protected @ .., first, deep] = &names;
    for (index, name) in protected.iter().enumerate() {
        let (Some((few, many)), Some((few_login, many_login))) =
            (servers.get(index), logins.get(index))
        else {
            continue;
        };
        let load = |login: &crate::server::Login| Load::Repeat(login.get("/protected"));
        let reference = Target::new("the same beside none", few, load(few_login));
        run.measure(&reference, Target::new(name, many, load(many_login)));
    }
    let ([(few, many), ..], [(few_login, many_login), ..]) = (&servers, logins.as_slice()) else {
        return;
    };
    let first_page = |login: &crate::server::Login| Load::Repeat(login.get("/users"));
    let reference = Target::new("a page of one user", few, first_page(few_login));
    run.measure(&reference, Target::new(first, many, first_page(many_login)));
    let path = format!("/users?after={}", user_key(count / 10 * 9));
    let reference = Target::new("the first page", many, first_page(many_login));
    let load = Load::Repeat(many_login.get(&path));
    run.measure(&reference, Target::new(deep, many, load));
}

/// Measures the first page of the sessions of a user with a thousand of them, against one with one page.
pub(crate) fn sessions(run: &mut Run<'_>) {
    let engines = if run.options.quick {
        &storage::SQL[..1]
    } else {
        &storage::SQL[..]
    };
    for engine in engines {
        let name = format!("first page of 1000 sessions, {engine}");
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
        let reference = Target::new("a user with one page of them", &few.0, few.1);
        run.measure(&reference, Target::new(name, &many.0, many.1));
    }
}
