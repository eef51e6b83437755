//! Interoperability: PyJWT reads our tokens with the published keys, and we read the tokens of PyJWT.
//!
//! Without `python3`, PyJWT and `cryptography` the test prints a notice
//! and passes.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use auth_core::secret::Secret;
use auth_core::token::{
    Claims, JwkSet, JwtAlgorithm, JwtKey, KeyId, KeyRing, TokenProfile, decode, encode,
};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
const SECRET: &str = "4N9Kx2vR7tQm0sWz8bYc6dFgHjLpA1eU3iOoVnXhCkM";
const ED: &str = r#"{"kty":"OKP","crv":"Ed25519",
    "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const EC: &str = r#"{"kty":"EC","crv":"P-256","kid":"ec-2026",
    "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

/// B-41: both sides agree on every algorithm, on the notation of keys, and on their names.
#[test]
fn tokens_interoperate_with_pyjwt() {
    let Some(answer) = ask_python(&question()) else {
        notice("python3 with PyJWT and cryptography is not here: nothing was compared");
        return;
    };
    let read = answer["read"].as_array().unwrap();
    assert_eq!(read.len(), 3);
    for claims in read {
        assert_eq!(*claims, expected_claims());
    }
    let made = answer["made"].as_array().unwrap();
    assert_eq!(made.len(), 4);
    for token in made {
        let text = |name: &str| token[name].as_str().unwrap().to_owned();
        check_theirs(&text("name"), &text("key"), &text("token"));
    }
}

/// A token by each algorithm that signs, and what is needed to read it.
fn question() -> Value {
    let secret = JwtKey::hs256(KeyId::parse("hs").unwrap(), Secret::new(SECRET));
    let keys = [JwtKey::from_jwk(ED).unwrap(), JwtKey::from_jwk(EC).unwrap()];
    let published: JwkSet = keys.iter().filter_map(JwtKey::public_jwk).collect();
    let mut read = vec![json!({"token": sign(secret), "typ": "at+jwt", "aud": "api",
        "secret": SECRET, "alg": "HS256"})];
    for key in keys {
        let alg = key.algorithm().name();
        read.push(json!({"token": sign(key), "typ": "at+jwt", "aud": "api",
            "jwks": published, "alg": alg}));
    }
    json!({"read": read, "claims": expected_claims()})
}

fn profile() -> TokenProfile {
    TokenProfile::new("at+jwt", "api")
}

fn sign(key: JwtKey) -> String {
    encode(&KeyRing::new(key), &profile(), &claims()).unwrap()
}

fn claims() -> Claims {
    Claims::new("user-1", "token-1", NOW, Duration::from_mins(15)).with_integer("epoch", 3)
}

fn expected_claims() -> Value {
    let now = NOW.unix_timestamp();
    json!({"sub": "user-1", "aud": "api", "iat": now, "nbf": now, "exp": now + 900,
        "jti": "token-1", "epoch": 3})
}

fn check_theirs(name: &str, key: &str, token: &str) {
    let kid = KeyId::parse(name).unwrap();
    let key = match name {
        "HS256" => JwtKey::hs256(kid, Secret::new(key)),
        _ => JwtKey::parse(key).unwrap().with_kid(kid),
    };
    assert_eq!(key.algorithm().name(), name);
    assert!(key.algorithm() != JwtAlgorithm::Rs256 || name == "RS256");
    // The active key is another one: a public key cannot sign.
    let ring = KeyRing::new(JwtKey::hs256_auto_kid(Secret::new(SECRET))).also_verify(key);
    assert_eq!(
        decode(&ring, &profile(), token, NOW),
        Ok(claims()),
        "{name}"
    );
}

/// Returns the output of the script; `None` if it cannot run.
fn ask_python(question: &Value) -> Option<Value> {
    let mut python = Command::new("python3")
        .args(["-c", include_str!("interop.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = python.stdin.take().unwrap();
    // A script that has given up does not read.
    let _ = stdin.write_all(question.to_string().as_bytes());
    drop(stdin);
    let output = python.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    if text.trim() == "SKIP" {
        return None;
    }
    assert!(output.status.success(), "PyJWT refused: see above");
    Some(serde_json::from_str(&text).unwrap())
}

#[expect(
    clippy::print_stderr,
    reason = "a notice for the person who runs the tests"
)]
fn notice(text: &str) {
    eprintln!("{text}");
}
