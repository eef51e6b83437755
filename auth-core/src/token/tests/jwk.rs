//! Accepted and rejected JSON Web Keys.

use super::confusion::{EC_JWK, ED_JWK};
use super::*;
use crate::http::json::JsonError;

/// The modulus of RFC 7515, appendix A.2.
pub(super) const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEz\
    P1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5\
    z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxX\
    FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

fn ed() -> Value {
    serde_json::from_str(ED_JWK).unwrap()
}

fn ec() -> Value {
    serde_json::from_str(EC_JWK).unwrap()
}

fn rsa() -> Value {
    json!({"kty": "RSA", "kid": "rsa", "n": N, "e": "AQAB"})
}

fn oct() -> Value {
    json!({"kty": "oct", "kid": "hs", "k": b64(bytes("hs256", 0))})
}

fn refused(jwk: &Value) -> Option<KeyError> {
    JwtKey::from_jwk(&jwk.to_string()).err()
}

fn with(mut jwk: Value, name: &str, value: Value) -> Value {
    jwk[name] = value;
    jwk
}

fn without(mut jwk: Value, name: &str) -> Value {
    jwk.as_object_mut().unwrap().remove(name);
    jwk
}

#[test]
fn every_kind_of_key_is_parsed() {
    for (jwk, algorithm, name) in [
        (ed(), JwtAlgorithm::EdDsa, "ed"),
        (without(ed(), "d"), JwtAlgorithm::EdDsa, "ed"),
        (ec(), JwtAlgorithm::Es256, "ec"),
        (without(ec(), "d"), JwtAlgorithm::Es256, "ec"),
        (rsa(), JwtAlgorithm::Rs256, "rsa"),
        (oct(), JwtAlgorithm::Hs256, "hs"),
    ] {
        let fitting = with(jwk.clone(), "alg", json!(algorithm.name()));
        let fitting = with(fitting, "use", json!("sig"));
        let fitting = with(fitting, "key_ops", json!(["sign", "verify"]));
        let unknown = with(jwk.clone(), "x5u", json!("file:///etc/passwd"));
        for jwk in [jwk, fitting, unknown] {
            let key = JwtKey::from_jwk(&jwk.to_string()).unwrap();
            assert_eq!((key.algorithm(), key.kid().as_str()), (algorithm, name));
        }
    }
}

/// RFC 9864 §2.2 names the algorithm of Ed25519 keys `Ed25519`, and the Web Cryptography API exports
/// keys like this. The name is not one of another kind of key.
#[test]
fn ed25519_key_has_either_name_of_its_algorithm() {
    let exported = with(ed(), "alg", json!("Ed25519"));
    let exported = with(exported, "key_ops", json!(["sign"]));
    let exported = with(exported, "ext", json!(true));
    let key = JwtKey::from_jwk(&exported.to_string()).unwrap();
    assert_eq!(key.algorithm(), JwtAlgorithm::EdDsa);
    assert_eq!(key.public_jwk().unwrap().alg, "EdDSA");
    for (jwk, algorithm) in [
        (ec(), JwtAlgorithm::Es256),
        (rsa(), JwtAlgorithm::Rs256),
        (oct(), JwtAlgorithm::Hs256),
    ] {
        let refused = refused(&with(jwk, "alg", json!("Ed25519")));
        assert_eq!(refused, Some(KeyError::WrongAlgorithm(algorithm)));
    }
    let refused = refused(&with(ed(), "alg", json!("Ed448")));
    assert_eq!(refused, Some(KeyError::WrongAlgorithm(JwtAlgorithm::EdDsa)));
}

/// J-01: a key is used only for its stated purpose.
#[test]
fn key_for_another_purpose_is_rejected() {
    let kinds = [
        (ed(), JwtAlgorithm::EdDsa),
        (ec(), JwtAlgorithm::Es256),
        (rsa(), JwtAlgorithm::Rs256),
        (oct(), JwtAlgorithm::Hs256),
    ];
    for (jwk, algorithm) in kinds {
        for alg in [
            "HS256", "HS512", "EdDSA", "ES256", "ES384", "RS256", "RSA-OAEP", "none", "",
        ] {
            let expected = (alg != algorithm.name()).then_some(KeyError::WrongAlgorithm(algorithm));
            assert_eq!(
                refused(&with(jwk.clone(), "alg", json!(alg))),
                expected,
                "{alg}"
            );
        }
        for usage in ["enc", "SIG", ""] {
            let refused = refused(&with(jwk.clone(), "use", json!(usage)));
            assert_eq!(refused, Some(KeyError::WrongUse), "{usage}");
        }
        for operations in [
            json!([]),
            json!(["encrypt"]),
            json!(["deriveKey", "wrapKey"]),
        ] {
            let refused = refused(&with(jwk.clone(), "key_ops", operations.clone()));
            assert_eq!(refused, Some(KeyError::WrongUse), "{operations}");
        }
    }
    let half = with(without(ed(), "d"), "key_ops", json!(["sign"]));
    assert_eq!(refused(&half), Some(KeyError::WrongUse), "it only verifies");
}

/// J-16: a member of the wrong type is an error and not an absent member.
#[test]
fn members_of_another_type_are_rejected() {
    let members = [
        (ed(), ["kty", "crv", "x", "d"].as_slice()),
        (ec(), &["kty", "crv", "x", "y", "d"]),
        (rsa(), &["kty", "n", "e"]),
        (oct(), &["kty", "k"]),
    ];
    for (jwk, names) in members {
        for name in names.iter().chain(&["kid", "alg", "use"]) {
            for value in [
                json!(null),
                json!(1),
                json!(true),
                json!([]),
                json!({}),
                json!(["x"]),
            ] {
                let refused = refused(&with(jwk.clone(), name, value.clone()));
                assert_eq!(refused, Some(KeyError::Member(name)), "{name}: {value}");
            }
        }
        for name in names.iter().filter(|name| **name != "d") {
            let expected = if *name == "k" { "k" } else { name };
            let refused = refused(&without(jwk.clone(), name));
            assert_eq!(refused, Some(KeyError::Member(expected)), "{name}");
        }
    }
}

/// J-15: each number has one notation.
#[test]
fn numbers_that_are_not_canonical_are_rejected() {
    for (jwk, name) in [
        (ed(), "x"),
        (ed(), "d"),
        (ec(), "x"),
        (ec(), "y"),
        (ec(), "d"),
        (oct(), "k"),
        (rsa(), "n"),
    ] {
        let good = jwk[name].as_str().unwrap().to_owned();
        for bad in [
            format!("{good}="),
            format!("{good}\n"),
            format!(" {good}"),
            good.replacen('_', "/", 1) + "/",
            good.replacen(|_| true, "!", 1),
        ] {
            let refused = refused(&with(jwk.clone(), name, json!(bad)));
            assert_eq!(refused, Some(KeyError::Member(name)), "{name}: {bad:?}");
        }
    }
    for (jwk, name) in [
        (ed(), "x"),
        (ed(), "d"),
        (ec(), "x"),
        (ec(), "y"),
        (ec(), "d"),
    ] {
        let good = Base64UrlUnpadded::decode_vec(jwk[name].as_str().unwrap()).unwrap();
        for bad in [&good[1..], &[&[0], &good[..]].concat(), &[]] {
            let refused = refused(&with(jwk.clone(), name, json!(b64(bad))));
            assert_eq!(
                refused,
                Some(KeyError::Member(name)),
                "{name}: {}",
                bad.len()
            );
        }
    }
}

/// J-04: a point must be on its curve, and must be possible for a key pair.
#[test]
fn invalid_points_are_rejected() {
    let (ed, ec) = (without(ed(), "d"), without(ec(), "d"));
    for number in [[0; 32], [0xff; 32], bytes("no coordinate", 0)] {
        let refused = refused(&with(ec.clone(), "y", json!(b64(number))));
        assert_eq!(refused, Some(KeyError::Invalid), "{number:?}");
    }
    let swapped = with(ec.clone(), "x", ec["y"].clone());
    let swapped = with(swapped, "y", ec["x"].clone());
    assert_eq!(refused(&swapped), Some(KeyError::Invalid));

    // The points of small order, computed independently of this code, and numbers that are not
    // reduced.
    let small = [
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA",
        "7P_______________________________________38",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA",
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_IU",
        "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
        "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA_o",
        "7f_______________________________________38",
        "7v_______________________________________38",
    ];
    for x in small
        .into_iter()
        .map(str::to_owned)
        .chain([b64([0xff; 32])])
    {
        let refused = refused(&with(ed.clone(), "x", json!(x)));
        assert_eq!(refused, Some(KeyError::Invalid), "{x}");
    }
}

/// J-04: the size of an RSA key, and its exponent.
#[test]
fn invalid_rsa_numbers_are_rejected() {
    let n = Base64UrlUnpadded::decode_vec(N).unwrap();
    let with_n = |n: &[u8]| refused(&with(rsa(), "n", json!(b64(n))));
    assert_eq!(with_n(&n), None);
    let mut short = n.clone();
    short[0] = 0x7f;
    assert_eq!(with_n(&short), Some(KeyError::RsaSize { bits: 2047 }));
    assert_eq!(with_n(&n[..128]), Some(KeyError::RsaSize { bits: 1024 }));
    let long = [&n[..], &[1; 769]].concat();
    assert_eq!(with_n(&long), Some(KeyError::RsaSize { bits: 8200 }));
    let leading_zero = [&[0], &n[..]].concat();
    assert_eq!(with_n(&leading_zero), Some(KeyError::Invalid));
    assert_eq!(with_n(&[]), Some(KeyError::Invalid));
    for e in [&[][..], &[0], &[1], &[2], &[0, 1, 0, 1], &[1, 0, 0]] {
        let refused = refused(&with(rsa(), "e", json!(b64(e))));
        assert_eq!(refused, Some(KeyError::Invalid), "{e:?}");
    }
    let private = with(rsa(), "d", json!("AQAB"));
    assert_eq!(refused(&private), Some(KeyError::PrivateRsa));
}

#[test]
fn halves_of_different_pairs_are_rejected() {
    for jwk in [ed(), ec()] {
        let other = with(jwk.clone(), "d", json!(b64(bytes("another", 0))));
        assert_eq!(refused(&other), Some(KeyError::Mismatch));
    }
    // The order of the group is smaller than that.
    for d in [[0; 32], [0xff; 32]] {
        let refused = refused(&with(ec(), "d", json!(b64(d))));
        assert_eq!(refused, Some(KeyError::Mismatch), "{d:?}");
    }
    let two = with(oct(), "d", json!(b64(bytes("d", 0))));
    assert_eq!(refused(&two), Some(KeyError::Member("d")));
    let two = with(ed(), "k", json!(b64(bytes("k", 0))));
    assert_eq!(refused(&two), Some(KeyError::Member("k")));
}

#[test]
fn other_kinds_of_key_are_rejected() {
    for (jwk, name, value) in [
        (ed(), "kty", "okp"),
        (ed(), "kty", ""),
        (ed(), "kty", "AKP"),
        (ed(), "crv", "Ed448"),
        (ed(), "crv", "X25519"),
        (ed(), "crv", "P-256"),
        (ec(), "crv", "P-384"),
        (ec(), "crv", "secp256k1"),
        (ec(), "crv", "Ed25519"),
    ] {
        let refused = refused(&with(jwk, name, json!(value)));
        assert_eq!(refused, Some(KeyError::UnknownKind), "{name}: {value}");
    }
}

/// J-10: the name of a key comes from a file and must be safe in logs and file names.
#[test]
fn invalid_key_ids_are_rejected() {
    for name in [
        "",
        "a b",
        "../keys/1",
        "' OR 1=1 --",
        "a\0",
        &"k".repeat(65),
    ] {
        let refused = refused(&with(ed(), "kid", json!(name)));
        assert_eq!(refused, Some(KeyError::Kid(InvalidKeyId)), "{name:?}");
    }
}

/// J-14: a JWK is one strict JSON object.
#[test]
fn jwk_that_is_not_strict_json_is_rejected() {
    for (text, expected) in [
        ("", JsonError::Malformed),
        ("[]", JsonError::NotAnObject),
        ("{\"kty\":\"oct\",}", JsonError::Malformed),
        ("{\"kty\":\"oct\",\"kty\":\"OKP\"}", JsonError::Duplicate),
        ("{\"kty\":\"oct\"} {}", JsonError::Malformed),
        ("\u{feff}\u{feff}{\"kty\":\"oct\"}", JsonError::Malformed),
    ] {
        let refused = JwtKey::from_jwk(text).err();
        assert_eq!(refused, Some(KeyError::MalformedJwk(expected)), "{text:?}");
    }
    let set = json!({"keys": [ed()]});
    assert_eq!(
        refused(&set),
        Some(KeyError::Member("kty")),
        "a set is not a key"
    );
}

/// J-05, J-17: a secret from a JWK is checked like any other.
#[test]
fn weak_secret_of_jwk_is_reported() {
    use crate::secret::SecretWeakness;

    let weakness = |k: &[u8]| {
        let key = JwtKey::from_jwk(&with(oct(), "k", json!(b64(k))).to_string());
        key.unwrap().weakness()
    };
    assert_eq!(weakness(&bytes("hs256", 0)), None);
    assert_eq!(
        weakness(b"hunter2"),
        Some(SecretWeakness::TooShort { bytes: 7 })
    );
    assert_eq!(
        weakness(ED_JWK.as_bytes()),
        Some(SecretWeakness::KeyDocument)
    );
    let pem = b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----";
    assert_eq!(weakness(pem), Some(SecretWeakness::KeyDocument));
}
