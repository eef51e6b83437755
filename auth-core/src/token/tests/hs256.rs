//! Tokens with an HS256 key.

#[path = "decoder.rs"]
mod decoder;
#[cfg_attr(
    feature = "jwt",
    expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")
)]
#[path = "header.rs"]
mod header;
#[path = "hmac.rs"]
mod hmac;
#[cfg_attr(
    feature = "jwt",
    expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")
)]
#[path = "kinds.rs"]
mod kinds;
#[path = "minting.rs"]
mod minting;
#[cfg_attr(
    feature = "jwt",
    expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")
)]
#[path = "mutation.rs"]
mod mutation;
#[path = "payload.rs"]
mod payload;
#[cfg_attr(
    feature = "jwt",
    expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")
)]
#[path = "sound.rs"]
mod sound;
#[cfg_attr(
    feature = "jwt",
    expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")
)]
#[path = "text.rs"]
mod text;
#[path = "time_window.rs"]
mod time_window;
#[cfg_attr(
    feature = "jwt",
    expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")
)]
#[path = "web_signatures.rs"]
mod web_signatures;

use super::*;
use crate::secret::{MasterSecret, Purpose};

const ALG: &str = "HS256";
const KEY: [u8; 32] = *b"\x8f\x0e\xd1\x4c\x92\x37\xb8\x60\x1a\xe5\x7d\x23\xc4\x99\x5b\x06\
    \xf2\x48\xa1\x3e\xd7\x84\x6c\x10\x95\xbb\x2f\x71\xe8\x5d\x0a\x36";

fn nth_key(number: u8, name: &str) -> JwtKey {
    let master = MasterSecret::from_bytes(KEY);
    let secret = match number {
        0 => Secret::new(KEY),
        1 => master.derive(Purpose::ACCESS_TOKEN),
        2 => master.derive(Purpose::VERIFY_TOKEN),
        3 => master.derive(Purpose::RESET_TOKEN),
        _ => Secret::new(bytes("hs256", number)),
    };
    JwtKey::hs256(kid(name), secret)
}

forging!();
