//! The reading of a JWT, against bare `jsonwebtoken`.

use std::hint::black_box;
use std::time::Instant;

use auth_core::JwtStrategy;
use auth_core::secret::Secret;
use auth_core::store::memory::MemoryExpiringStore;
use auth_core::{Strategy, User};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use crate::app;
use crate::row::Row;
use crate::rows::Run;

const NAME: &str = "read of a JWT with revocation check, memory";

const ROUND: u32 = 50_000;

#[derive(Deserialize)]
#[expect(dead_code, reason = "a reader of the claims would use the fields")]
struct PlainClaims {
    sub: String,
    exp: i64,
    jti: String,
    epoch: i64,
}

pub(crate) fn measure(run: &mut Run<'_>) {
    if !run.options.selects(NAME) {
        return;
    }
    let key = *b"k3b9/sV1mQ0zX7pTfY2uWc8dLrEhNaGj";
    let jwt = || JwtStrategy::hs256(Secret::new(key)).revoked_in(MemoryExpiringStore::new());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (token, now) = runtime.block_on(app::token_of(jwt()));
    let strategy = jwt();
    let strategy: &dyn Strategy<User> = &strategy;
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&["auth:access"]);
    validation.validate_nbf = true;
    let decoding = DecodingKey::from_secret(&key);

    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..run.options.rounds() {
        plain.push(micros(|| {
            let read =
                jsonwebtoken::decode::<PlainClaims>(black_box(&token), &decoding, &validation);
            black_box(read.unwrap());
        }));
        let begin = Instant::now();
        runtime.block_on(async {
            for _ in 0..ROUND {
                let read = strategy.read(black_box(&token), now).await;
                assert!(read.unwrap().is_some());
            }
        });
        ours.push(begin.elapsed().as_secs_f64() * 1e6 / f64::from(ROUND));
    }
    run.add(Row::against(NAME, "µs", &ours, ("jsonwebtoken", &plain)));
}

/// Returns the time of one call, in microseconds.
fn micros(mut call: impl FnMut()) -> f64 {
    let begin = Instant::now();
    for _ in 0..ROUND {
        call();
    }
    begin.elapsed().as_secs_f64() * 1e6 / f64::from(ROUND)
}
