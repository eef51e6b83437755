//! Logins against raw Argon2, and their effect on other routes.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use auth_core::testing::PASSWORD;
use auth_core::{Auth, User};

use crate::app::{self, EMAIL, Storage};
use crate::{load, row};

const DURATION: Duration = Duration::from_secs(5);

pub(crate) fn login_request(path: &str) -> Vec<u8> {
    let body = format!("{{\"identifier\":\"{EMAIL}\",\"password\":\"{PASSWORD}\"}}");
    load::post(path, &body)
}

pub(crate) async fn against_raw_argon2(postgres: Option<&Auth<User>>) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = app::auth(Storage::Sqlite(folder.path())).await;
    let raw = raw_hashes_per_second();
    for (name, auth) in [("SQLite", Some(&sqlite)), ("PostgreSQL", postgres)] {
        let Some(auth) = auth else { continue };
        let address = app::serve(auth.clone()).await;
        let ours = load::run(address, login_request("/auth/login"), 32, DURATION).await;
        let what = format!("logins, {name}, against raw Argon2id on all cores");
        row(&what, ours.per_second, raw, "/s");
    }
}

/// Returns the hashes per second of one thread per core, each with separate memory.
fn raw_hashes_per_second() -> f64 {
    let done = AtomicU32::new(0);
    let end = Instant::now() + DURATION;
    let threads = std::thread::available_parallelism().unwrap().get();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let params = Params::new(19456, 2, 1, Some(32)).unwrap();
                let mut memory = vec![Block::default(); params.block_count()];
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                let mut output = [0; 32];
                while Instant::now() < end {
                    argon2
                        .hash_password_into_with_memory(
                            PASSWORD.as_bytes(),
                            b"a salt of 16 byt",
                            &mut output,
                            &mut memory,
                        )
                        .unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    f64::from(done.into_inner()) / DURATION.as_secs_f64()
}

pub(crate) async fn neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let auth = app::auth(Storage::Sqlite(folder.path())).await;
    let token = app::token(&auth).await;
    let address = app::serve(auth).await;
    let request = load::get("/protected", Some(&token));
    let alone = load::run(address, request.clone(), 4, DURATION).await;
    let storm = tokio::spawn(load::run(
        address,
        login_request("/auth/login"),
        32,
        DURATION,
    ));
    let beside = load::run(address, request, 4, DURATION).await;
    storm.await.unwrap();
    let micros = |p99: Duration| p99.as_secs_f64() * 1e6;
    row(
        "p99 of GET /protected beside logins, against alone",
        micros(beside.p99),
        micros(alone.p99),
        "us",
    );
}
