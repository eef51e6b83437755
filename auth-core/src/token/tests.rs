//! What passes and what does not, with tokens forged down to the byte.

mod header;
mod interop;
mod kinds;
mod minting;
mod mutation;
mod payload;
mod text;
mod time_window;

use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::secret::Secret;

const NOW: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
const KEY: [u8; 32] = *b"\x8f\x0e\xd1\x4c\x92\x37\xb8\x60\x1a\xe5\x7d\x23\xc4\x99\x5b\x06\
    \xf2\x48\xa1\x3e\xd7\x84\x6c\x10\x95\xbb\x2f\x71\xe8\x5d\x0a\x36";

fn kid(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

fn key(name: &str) -> JwtKey {
    JwtKey::hs256(kid(name), Secret::new(KEY))
}

fn ring() -> KeyRing {
    KeyRing::new(key("k1"))
}

fn profile() -> TokenProfile {
    TokenProfile::new("at+jwt", "api")
}

fn claims() -> Claims {
    Claims::new("user-1", "token-1", NOW, Duration::from_mins(15)).with_integer("epoch", 3)
}

fn minted() -> String {
    encode(&ring(), &profile(), &claims()).unwrap()
}

fn read(token: &str) -> Result<Claims, InvalidToken> {
    decode(&ring(), &profile(), token, NOW)
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

/// A token with a good signature over whatever stands in its first two parts.
fn signed(header: &str, payload: &str) -> String {
    let message = format!("{header}.{payload}");
    let signature = key("k1").sign(message.as_bytes()).unwrap();
    format!("{message}.{}", b64(signature))
}

/// A token with this text as its header and an impeccable payload.
fn with_header(header: impl AsRef<[u8]>) -> String {
    signed(&b64(header), &b64(good_payload().to_string()))
}

/// A token with an impeccable header and this text as its payload.
fn with_payload(payload: impl AsRef<[u8]>) -> String {
    signed(&b64(good_header().to_string()), &b64(payload))
}

fn good_header() -> Value {
    json!({"alg": "HS256", "typ": "at+jwt", "kid": "k1"})
}

fn good_payload() -> Value {
    let now = NOW.unix_timestamp();
    json!({"sub": "user-1", "aud": "api", "iat": now, "nbf": now, "exp": now + 900,
        "jti": "token-1", "epoch": 3})
}

/// Without this, a fault of the forging itself would make every refusal below mean nothing.
#[test]
fn an_impeccable_forgery_passes() {
    assert_eq!(
        read(&with_payload(good_payload().to_string())),
        Ok(claims())
    );
    assert_eq!(read(&with_header(good_header().to_string())), Ok(claims()));
}

#[test]
fn what_is_minted_is_read_back() {
    let minted = claims()
        .with_text("eml", "ada+\"ü\\😀\u{0}@example.com")
        .with_integer("least", i64::MIN)
        .with_integer("most", i64::MAX);
    let profile = profile().issuer("https://accounts.example.com");
    let token = encode(&ring(), &profile, &minted).unwrap();
    let read = decode(&ring(), &profile, &token, NOW).unwrap();
    assert_eq!(read, minted);
    assert_eq!(read.text("eml"), Ok("ada+\"ü\\😀\u{0}@example.com"));
    assert_eq!(read.integer("least"), Ok(i64::MIN));
    assert_eq!(read.integer("most"), Ok(i64::MAX));
}

/// N-RN-01: 128 bits, never the same ones.
#[test]
fn random_ids_are_long_and_differ() {
    let ids: std::collections::BTreeSet<String> =
        (0..1_000).map(|_| random_id().unwrap()).collect();
    assert_eq!(ids.len(), 1_000);
    for id in ids {
        assert_eq!(Base64UrlUnpadded::decode_vec(&id).unwrap().len(), 16);
    }
}
