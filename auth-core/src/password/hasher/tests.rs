//! The hasher as a whole.

mod threads;
mod vectors;
mod verdicts;

use super::*;

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn password(text: impl Into<String>) -> Password {
    Password::parse(text).unwrap()
}

fn stored(text: &str) -> PasswordHash {
    PasswordHash::from_stored(text.to_owned())
}

fn params(kib: u32, passes: u32, lanes: u32) -> Argon2Params {
    Argon2Params::dangerous_below_floor(kib, passes, lanes).unwrap()
}

/// Two threads, quick hashes.
fn quick() -> PasswordHasherBuilder {
    PasswordHasher::builder()
        .params(params(8, 1, 1))
        .threads(NonZeroUsize::new(2).unwrap())
}

fn verify(hasher: &PasswordHasher, text: &str, hash: &str) -> Verdict {
    block_on(hasher.verify(&password(text), Some(&stored(hash)))).unwrap()
}
