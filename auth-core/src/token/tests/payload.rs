//! Hostile payloads under a valid signature, as a fault of the issuer could produce them.

use super::*;

const TEXTS: [&str; 3] = ["sub", "aud", "jti"];
const TIMES: [&str; 3] = ["iat", "nbf", "exp"];

fn refused(payload: &str) -> InvalidToken {
    read(&with_payload(payload)).unwrap_err()
}

/// Returns the valid payload with one claim replaced by this JSON text.
fn replaced(name: &str, json: &str) -> String {
    let mut payload = good_payload();
    payload[name] = json!("@");
    payload.to_string().replace("\"@\"", json)
}

/// O-22, A9.2.1: each claim is required.
#[test]
fn payload_without_required_claim_is_rejected() {
    for name in TEXTS.iter().chain(&TIMES) {
        let mut payload = good_payload();
        payload.as_object_mut().unwrap().remove(*name);
        assert_eq!(
            refused(&payload.to_string()),
            InvalidToken::BadClaim,
            "{name}"
        );
    }
    assert_eq!(refused("{}"), InvalidToken::BadClaim);
}

/// A9.2.1, J-16, B-40 (CVE-2026-25537): a claim of the wrong type never counts as absent.
#[test]
fn claim_of_wrong_type_is_rejected() {
    for name in TEXTS {
        for json in [
            "null",
            "true",
            "0",
            "1.5",
            "[]",
            "{}",
            "\"\"",
            "[\"api\"]",
            "[\"user-1\"]",
            "[\"api\",\"other\"]",
            "{\"a\":\"api\"}",
        ] {
            assert_eq!(
                refused(&replaced(name, json)),
                InvalidToken::BadClaim,
                "{name}: {json}"
            );
        }
    }
    for name in TIMES {
        for json in [
            "null",
            "true",
            "false",
            "\"\"",
            "\"1767268800\"",
            "\"NaN\"",
            "[]",
            "[1767268800]",
            "{}",
            "1767268800.0",
            "1767268800.5",
            "1.7672688e9",
            "1767268800e0",
            "-1",
            "-1767268800",
            "253402300800",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "1e300",
            "99999999999999999999999999",
        ] {
            assert_eq!(
                refused(&replaced(name, json)),
                InvalidToken::BadClaim,
                "{name}: {json}"
            );
        }
    }
}

/// J-14: numbers that fit no type are refused at the latest as claims.
#[test]
fn numbers_that_fit_no_type_are_rejected() {
    for json in [
        "1e999",
        "-1e999",
        &"9".repeat(400),
        "NaN",
        "Infinity",
        "0x10",
        "01",
    ] {
        let error = refused(&replaced("exp", json));
        assert!(
            matches!(error, InvalidToken::Malformed | InvalidToken::BadClaim),
            "{json}: {error}",
        );
    }
}

/// A9.2.1: a token must have a time in which it is valid.
#[test]
fn token_that_ends_before_it_begins_is_rejected() {
    let now = NOW.unix_timestamp();
    for (iat, nbf, exp) in [
        (now, now, now),
        (now, now, now - 1),
        (now, now + 1, now + 1),
        (now + 1, now, now + 1),
        (0, 0, 0),
    ] {
        let mut payload = good_payload();
        payload["iat"] = json!(iat);
        payload["nbf"] = json!(nbf);
        payload["exp"] = json!(exp);
        assert_eq!(
            refused(&payload.to_string()),
            InvalidToken::BadClaim,
            "{payload}"
        );
    }
}

/// J-07, J-14: the payload is one strict JSON object in UTF-8.
#[test]
fn payload_that_is_not_strict_json_is_rejected() {
    let good = good_payload().to_string();
    let body = good.trim_matches(['{', '}']);
    let deep = format!("{{{body},\"a\":{}{}}}", "[".repeat(32), "]".repeat(32));
    let mut invalid_utf8 = good.clone().into_bytes();
    invalid_utf8[good.find("user-1").unwrap()] = 0xff;
    for payload in [
        format!("{{{body},\"sub\":\"user-2\"}}").into_bytes(),
        format!("{{{body},\"exp\":9999999999}}").into_bytes(),
        format!("{{{body},\"\\u0065xp\":9999999999}}").into_bytes(),
        format!("{{{body},\"a\":{{\"b\":1,\"b\":2}}}}").into_bytes(),
        format!("{{{body},\"a\":[[{{\"b\":1,\"b\":1}}]]}}").into_bytes(),
        format!("{{{body},\"a\":\"\\ud800\"}}").into_bytes(),
        format!("{{{body},}}").into_bytes(),
        format!("{good}{good}").into_bytes(),
        format!("{good} x").into_bytes(),
        format!("[{good}]").into_bytes(),
        format!("\u{feff}{good}").into_bytes(),
        good.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        good.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        invalid_utf8,
        deep.into_bytes(),
        b"null".to_vec(),
        b"\"sub\"".to_vec(),
        Vec::new(),
    ] {
        let shown = payload.escape_ascii().to_string();
        assert_eq!(
            read(&with_payload(&payload)),
            Err(InvalidToken::Malformed),
            "{shown}"
        );
    }
    let shallow = format!("{{{body},\"a\":{}{}}}", "[".repeat(31), "]".repeat(31));
    assert_eq!(read(&with_payload(shallow)).unwrap().sub(), "user-1");
}

/// J-03: a token inside a token is not opened.
#[test]
fn nested_tokens_are_rejected() {
    let inner = minted();
    assert_eq!(refused(&inner), InvalidToken::Malformed);
    assert_eq!(refused(&json!(inner).to_string()), InvalidToken::Malformed);
    let header = b64(good_header().to_string());
    let raw = format!("{header}.{inner}.{}", b64([0; 32]));
    assert_eq!(read(&raw), Err(InvalidToken::Malformed));
}

/// J-16: the same rules apply to the claims of an application.
#[test]
fn additional_claim_of_wrong_type_is_rejected() {
    let mut payload = good_payload();
    payload["text"] = json!("x");
    payload["empty"] = json!("");
    payload["null"] = json!(null);
    payload["float"] = json!(1.0);
    payload["huge"] = json!(u64::MAX);
    payload["list"] = json!([1]);
    let claims = read(&with_payload(payload.to_string())).unwrap();
    let bad = InvalidToken::BadClaim;

    assert_eq!(claims.integer("epoch"), Ok(3));
    assert_eq!(claims.text("text"), Ok("x"));
    assert_eq!(claims.text("empty"), Ok(""));
    for name in ["text", "empty", "null", "float", "huge", "list"] {
        assert_eq!(claims.integer(name), Err(bad), "{name}");
        assert_eq!(claims.optional_integer(name), Err(bad), "{name}");
    }
    for name in ["epoch", "null", "float", "huge", "list"] {
        assert_eq!(claims.text(name), Err(bad), "{name}");
        assert_eq!(claims.optional_text(name), Err(bad), "{name}");
    }
    assert_eq!(claims.integer("absent"), Err(bad));
    assert_eq!(claims.text("absent"), Err(bad));
    assert_eq!(claims.optional_integer("absent"), Ok(None));
    assert_eq!(claims.optional_text("absent"), Ok(None));
    for name in ["sub", "aud", "iss", "iat", "nbf", "exp", "jti"] {
        assert_eq!(claims.optional_integer(name), Ok(None), "{name}");
        assert_eq!(claims.optional_text(name), Ok(None), "{name}");
    }
}
