//! Tokens with a P-256 key.

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

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::encoding::{AsBigEndian, EcPublicKeyUncompressedBin};

use super::*;

const ALG: &str = "ES256";

fn nth_key(number: u8, name: &str) -> JwtKey {
    let scalar = bytes("p256", number);
    let public = PrivateKey::from_private_key(&ECDH_P256, &scalar)
        .unwrap()
        .compute_public_key()
        .unwrap();
    let point: EcPublicKeyUncompressedBin<'_> = public.as_be_bytes().unwrap();
    let (x, y) = point.as_ref()[1..].split_at(32);
    let (d, x, y) = (b64(scalar), b64(x), b64(y));
    let jwk = json!({"kty": "EC", "crv": "P-256", "kid": name, "d": d, "x": x, "y": y});
    JwtKey::from_jwk(&jwk.to_string()).unwrap()
}

forging!();
