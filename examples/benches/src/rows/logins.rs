//! Logins against raw Argon2, and their effect on other requests.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use auth_core::testing::PASSWORD;

use crate::app::{Framework, Mode};
use crate::client::Job;
use crate::row::{Aim, Row};
use crate::rows::Run;
use crate::server::{Server, login};
use crate::storage;

/// The connections of the client whose latency is measured beside logins.
const NEIGHBOURS: usize = 4;

/// The time that a storm of logins has before the measurement beside it begins.
const HEAD_START: Duration = Duration::from_millis(500);

/// Measures logins over SQLite and PostgreSQL; a quick run measures SQLite only.
pub(crate) fn measure(run: &mut Run<'_>) {
    for storage in [storage::SQL[0], storage::SQL[1]] {
        let name = format!("logins, {storage}");
        if run.options.selects(&name)
            && !(run.options.quick && storage != "SQLite")
            && let Some(url) = run.storages.url(storage, "bench")
        {
            let server = Server::start(Framework::Axum, Mode::Jwt, &url);
            let job = Job::new(server.address, &login("/auth/login"), run.options.seconds());
            let (mut ours, mut raw) = (Vec::new(), Vec::new());
            for _ in 0..run.options.rounds() {
                raw.push(raw_hashes_per_second(run.options.seconds()));
                ours.push(job.run().per_second);
            }
            let reference = ("raw Argon2id on all cores", raw.as_slice());
            run.add(Row::against(&name, "/s", &ours, reference).aim(Some(Aim::AtLeast(0.95))));
        }
    }
}

/// Measures the p99 of an authenticated request beside logins, against alone.
pub(crate) fn neighbours(run: &mut Run<'_>) {
    let name = "p99 of /protected beside logins, SQLite";
    if !run.options.selects(name) {
        return;
    }
    let Some(url) = run.storages.url("SQLite", "bench") else {
        return;
    };
    let server = Server::start(Framework::Axum, Mode::Jwt, &url);
    let seconds = run.options.seconds();
    let request = server.log_in("/auth/login").get("/protected");
    let job = Job {
        connections: NEIGHBOURS,
        ..Job::new(server.address, &request, seconds)
    };
    let storm = Job::new(server.address, &login("/auth/login"), seconds + 1);
    let (mut beside, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..run.options.rounds() {
        alone.push(job.run().p99_us);
        thread::scope(|scope| {
            let storm = scope.spawn(|| storm.run());
            thread::sleep(HEAD_START);
            beside.push(job.run().p99_us);
            storm.join().unwrap();
        });
    }
    let row = Row::against(name, "µs", &beside, ("alone", &alone));
    run.add(row.aim(Some(Aim::AtMost(3.0))));
}

/// Returns the hashes per second of one thread per core, each with separate memory.
fn raw_hashes_per_second(seconds: u64) -> f64 {
    let done = AtomicU32::new(0);
    let begin = Instant::now();
    let end = begin + Duration::from_secs(seconds);
    let threads = thread::available_parallelism().unwrap().get();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let params = Params::new(19456, 2, 1, Some(32)).unwrap();
                let mut memory = vec![Block::default(); params.block_count()];
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                let (password, salt) = (PASSWORD.as_bytes(), b"a salt of 16 byt");
                let mut output = [0; 32];
                while Instant::now() < end {
                    argon2
                        .hash_password_into_with_memory(password, salt, &mut output, &mut memory)
                        .unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    f64::from(done.into_inner()) / begin.elapsed().as_secs_f64()
}
