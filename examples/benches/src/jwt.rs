//! Reading a token against bare `jsonwebtoken`, and the allocations of one authentication.

use std::alloc::System;
use std::hint::black_box;
use std::time::Instant;

use auth_core::JwtStrategy;
use auth_core::http::BufferedRequest;
use auth_core::secret::Secret;
use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use auth_core::testing::master_secret;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use stats_alloc::{Region, StatsAlloc};

use crate::app::{self, Storage};
use crate::row;

#[derive(Deserialize)]
#[expect(dead_code, reason = "a reader of the claims would use the fields")]
struct PlainClaims {
    sub: String,
    exp: i64,
    jti: String,
    epoch: i64,
}

const ROUNDS: u32 = 200_000;

pub(crate) async fn read_and_allocations(allocator: &'static StatsAlloc<System>) {
    let auth = app::auth(Storage::Memory).await;
    let key = *b"k3b9/sV1mQ0zX7pTfY2uWc8dLrEhNaGj";
    let jwt = JwtStrategy::hs256(Secret::new(key)).revoked_in(MemoryExpiringStore::new());
    let (users, spent) = (MemoryUserDatabase::new(), MemoryExpiringStore::new());
    let signing = app::with_strategy(users, spent, &master_secret(), jwt).await;
    let strategy = signing.backends().first().unwrap().strategy();
    let now = signing.accounts().now();
    let token = app::token(&signing).await;
    let token = token.as_str();

    let begin = Instant::now();
    for _ in 0..ROUNDS {
        let read = strategy.read(black_box(token), now).await.unwrap();
        assert!(read.is_some());
    }
    let ours = begin.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS);

    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&["auth:access"]);
    validation.validate_nbf = true;
    let decoding = DecodingKey::from_secret(&key);
    let begin = Instant::now();
    for _ in 0..ROUNDS {
        let plain = jsonwebtoken::decode::<PlainClaims>(black_box(token), &decoding, &validation);
        black_box(plain.unwrap());
    }
    let raw = begin.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS);
    row(
        "read of a JWT with revocation check, against jsonwebtoken",
        ours,
        raw,
        "us",
    );

    let token = app::token(&auth).await;
    let head = BufferedRequest::new("GET", Vec::new())
        .header("authorization", format!("Bearer {token}"))
        .head;
    auth.authenticate(&head).await.unwrap();
    let region = Region::new(allocator);
    for _ in 0..1000 {
        assert!(auth.authenticate(&head).await.unwrap().user().is_some());
    }
    let allocations = region.change().allocations / 1000;
    crate::note(
        "allocations of one authentication (JWT, memory)",
        &format!("{allocations}"),
    );
}
