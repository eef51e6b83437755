//! The kinds of invalid texts in the Wycheproof set of JSON Web Signatures, made anew with each algorithm. The
//! tokens of the set itself have no claims, so that a profile refuses its valid ones, too.

use super::*;

/// Returns the text with another first character.
fn modified(part: &str) -> String {
    let other = if part.starts_with('A') { 'B' } else { 'A' };
    let rest = part.chars().skip(1);
    std::iter::once(other).chain(rest).collect()
}

/// J-04: one text of each kind is rejected, and the token that it was made of is accepted.
#[test]
fn each_kind_of_invalid_web_signature_is_rejected() {
    let token = minted();
    assert!(read(&token).is_ok(), "accepts valid");
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("three parts");
    };
    let none = b64(json!({"alg": "none", "typ": "at+jwt", "kid": "k1"}).to_string());
    let protected = json!({"protected": header, "header": {"unknown": 1}, "signature": signature});
    let serialized = json!({"payload": payload, "signatures": [protected]}).to_string();
    let flattened =
        json!({"payload": payload, "protected": header, "signature": signature}).to_string();
    for (kind, text) in [
        (
            "modified signature",
            format!("{header}.{payload}.{}", modified(signature)),
        ),
        ("missing signature", format!("{header}.{payload}.")),
        (
            "missing signature and separator",
            format!("{header}.{payload}"),
        ),
        (
            "modified payload",
            format!("{header}.{}.{signature}", modified(payload)),
        ),
        ("missing payload", format!("{header}..{signature}")),
        (
            "missing payload and separator",
            format!("{header}.{signature}"),
        ),
        (
            "modified header",
            format!("{}.{payload}.{signature}", modified(header)),
        ),
        ("missing header", format!(".{payload}.{signature}")),
        (
            "missing header and separator",
            format!("{payload}.{signature}"),
        ),
        ("missing header and signature", format!(".{payload}.")),
        (
            "missing header, signature and separators",
            payload.to_owned(),
        ),
        ("empty", String::new()),
        ("extra empty component", format!("{token}.")),
        ("extra component", format!("{token}.foo")),
        (
            "algorithm none, missing signature",
            format!("{none}.{payload}."),
        ),
        (
            "algorithm none with the signature",
            format!("{none}.{payload}.{signature}"),
        ),
        ("JSON serialization", serialized),
        ("flattened JSON serialization", flattened),
    ] {
        assert!(read(&text).is_err(), "{kind}: {text}");
    }
}

/// J-04, J-06: a key of the attacker in the header does not verify the attacker's signature.
#[test]
fn key_in_the_header_of_its_own_token_is_rejected() {
    let attacker = nth_key(1, "k1");
    let mut header = good_header();
    let embedded = match attacker.public_jwk() {
        Some(public) => serde_json::to_value(public).unwrap(),
        None => json!({"kty": "oct", "kid": "k1", "k": b64(bytes("attacker", 0))}),
    };
    header["jwk"] = embedded;
    let message = format!(
        "{}.{}",
        b64(header.to_string()),
        b64(good_payload().to_string())
    );
    let signature = attacker.sign(message.as_bytes()).unwrap();
    assert!(read(&format!("{message}.{}", b64(signature))).is_err());
}
