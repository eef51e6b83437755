//! Valid and invalid tokens, forged down to the byte.

#[cfg(feature = "jwt")]
mod confusion;
#[cfg(feature = "jwt")]
mod eddsa;
#[cfg(feature = "jwt")]
mod es256;
mod hs256;
#[cfg(feature = "jwt")]
mod jwk;
#[cfg(feature = "jwt")]
mod key_document;
#[cfg(feature = "jwt")]
mod rs256;
#[cfg(feature = "jwt")]
mod vectors;
#[cfg(feature = "jwt")]
mod wycheproof;

use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::secret::Secret;

/// The helpers of a module with the keys of one algorithm: `ALG`, its name, and `nth_key`, its
/// keys. The tests of such a module sign their forgeries with the first key.
macro_rules! forging {
    () => {
        fn key(name: &str) -> JwtKey {
            nth_key(0, name)
        }

        /// The keys of this ring are made once: parsing a key costs more than using it.
        static RING: std::sync::LazyLock<KeyRing> =
            std::sync::LazyLock::new(|| KeyRing::new(key("k1")));

        fn ring() -> KeyRing {
            RING.clone()
        }

        fn minted() -> String {
            encode(&ring(), &profile(), &claims()).unwrap()
        }

        fn read(token: &str) -> Result<Claims, InvalidToken> {
            decode(&ring(), &profile(), token, NOW)
        }

        fn good_header() -> Value {
            json!({"alg": ALG, "typ": "at+jwt", "kid": "k1"})
        }

        /// Returns a token with a valid signature over any first two parts.
        fn signed(header: &str, payload: &str) -> String {
            let message = format!("{header}.{payload}");
            let signature = RING.signer().sign(message.as_bytes()).unwrap();
            format!("{message}.{}", b64(signature))
        }

        /// Returns a token with this text as its header and a valid payload.
        fn with_header(header: impl AsRef<[u8]>) -> String {
            signed(&b64(header), &b64(good_payload().to_string()))
        }

        /// Returns a token with a valid header and this text as its payload.
        fn with_payload(payload: impl AsRef<[u8]>) -> String {
            signed(&b64(good_header().to_string()), &b64(payload))
        }
    };
}
use forging;

/// Returns 32 pseudo-random bytes, the same in every run.
fn bytes(label: &str, number: u8) -> [u8; 32] {
    crate::secret::keyed_digest_bytes(&Secret::new(label), &[&[number]])
}

/// Returns a PEM block.
#[cfg(feature = "jwt")]
fn pem(label: &str, der: &[u8]) -> String {
    let base64 = base64ct::Base64::encode_string(der);
    format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
}

/// Returns a key that only verifies: the public key of RFC 8037, appendix A.2.
#[cfg(feature = "jwt")]
pub(super) fn public_key(name: &str) -> JwtKey {
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    JwtKey::from_jwk(jwk).unwrap().with_kid(kid(name))
}

const NOW: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
fn kid(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

fn profile() -> TokenProfile {
    TokenProfile::new("at+jwt", "api")
}

fn claims() -> Claims {
    Claims::new("user-1", "token-1", NOW, Duration::from_mins(15)).with_integer("epoch", 3)
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

fn good_payload() -> Value {
    let now = NOW.unix_timestamp();
    json!({"sub": "user-1", "aud": "api", "iat": now, "nbf": now, "exp": now + 900,
        "jti": "token-1", "epoch": 3})
}

/// N-RN-01: 128 bits, different each time.
#[test]
fn random_ids_are_long_and_differ() {
    let ids: std::collections::BTreeSet<String> =
        (0..1_000).map(|_| random_id().unwrap()).collect();
    assert_eq!(ids.len(), 1_000);
    for id in ids {
        assert_eq!(Base64UrlUnpadded::decode_vec(&id).unwrap().len(), 16);
    }
}
