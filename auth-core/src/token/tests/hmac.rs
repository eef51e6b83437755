//! HMAC secrets, and the keys and algorithms that must not be confused with them.

use super::*;

/// Returns the valid header with another algorithm.
fn named(alg: &str) -> String {
    let mut header = good_header();
    header["alg"] = json!(alg);
    header.to_string()
}

/// J-01: a valid signature of another algorithm with the same key is invalid.
#[test]
fn other_hmacs_with_same_key_are_rejected() {
    use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
    use jsonwebtoken::{Algorithm, EncodingKey};

    for (algorithm, name) in [(Algorithm::HS384, "HS384"), (Algorithm::HS512, "HS512")] {
        for (alg, expected) in [
            (name, InvalidToken::WrongAlgorithm),
            ("HS256", InvalidToken::BadSignature),
        ] {
            let header = b64(named(alg));
            let message = format!("{header}.{}", b64(good_payload().to_string()));
            let key = EncodingKey::from_secret(&KEY);
            let signer = (DEFAULT_PROVIDER.signer_factory)(&algorithm, &key).unwrap();
            let signature = b64(signer.try_sign(message.as_bytes()).unwrap());
            assert_eq!(
                read(&format!("{message}.{signature}")),
                Err(expected),
                "{name} as {alg}"
            );
        }
    }
}

/// RFC 7515, appendix A.1: the signature path reproduces the published token.
#[test]
fn signature_equals_rfc_7515_a_1() {
    let secret = Secret::from_base64url(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    )
    .unwrap();
    let key = JwtKey::hs256(kid("rfc"), secret);
    let message = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = key.sign(message.as_bytes()).unwrap();
    assert_eq!(
        b64(&signature),
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    assert_eq!(key.verify(message.as_bytes(), &signature), Ok(()));
    assert_eq!(
        key.verify(&message.as_bytes()[1..], &signature),
        Err(InvalidToken::BadSignature),
    );
    // The whole token is invalid here: it names no key.
    let token = format!("{message}.{}", b64(&signature));
    let read = decode(&KeyRing::new(key), &profile(), &token, NOW);
    assert_eq!(read, Err(InvalidToken::UnknownKey));
}

/// The tags of `hmac` and `aws-lc-rs` are the same bytes.
#[test]
fn signatures_equal_those_of_another_implementation() {
    use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
    use jsonwebtoken::{Algorithm, EncodingKey};

    let theirs = EncodingKey::from_secret(&KEY);
    let theirs = (DEFAULT_PROVIDER.signer_factory)(&Algorithm::HS256, &theirs).unwrap();
    for length in [0, 1, 55, 56, 64, 200, 2_000] {
        let message = bytes("message", 0).repeat(63).split_off(2_016 - length);
        let ours = key("k1").sign(&message).unwrap();
        assert_eq!(ours, theirs.try_sign(&message).unwrap(), "{length}");
    }
}

/// J-17, B-41 (CVE-2022-29217, CVE-2026-48526): an HMAC keyed with a public key.
#[test]
fn public_key_is_rejected_as_hmac_secret() {
    let pem = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\n\
        q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\n\
        -----END PUBLIC KEY-----\n";
    let public = JwtKey::hs256(kid("k1"), Secret::new(pem));
    assert!(public.weakness().is_some());
    for (alg, expected) in [
        ("RS256", InvalidToken::WrongAlgorithm),
        ("ES256", InvalidToken::WrongAlgorithm),
        ("HS256", InvalidToken::BadSignature),
    ] {
        let header = b64(named(alg));
        let message = format!("{header}.{}", b64(good_payload().to_string()));
        let signature = b64(public.sign(message.as_bytes()).unwrap());
        assert_eq!(
            read(&format!("{message}.{signature}")),
            Err(expected),
            "{alg}"
        );
    }
}
