//! Tokens with an Ed25519 key.

#[expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")]
#[path = "header.rs"]
mod header;
#[expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")]
#[path = "kinds.rs"]
mod kinds;
#[expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")]
#[path = "mutation.rs"]
mod mutation;
#[expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")]
#[path = "sound.rs"]
mod sound;
#[expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")]
#[path = "text.rs"]
mod text;
#[expect(clippy::duplicate_mod, reason = "the same tests with each algorithm")]
#[path = "web_signatures.rs"]
mod web_signatures;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

use super::*;

const ALG: &str = "EdDSA";

fn nth_key(number: u8, name: &str) -> JwtKey {
    let seed = bytes("ed25519", number);
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let (d, x) = (b64(seed), b64(pair.public_key()));
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": name, "d": d, "x": x});
    JwtKey::from_jwk(&jwk.to_string()).unwrap()
}

forging!();
