//! Hostile headers, each over a valid payload and with a valid signature where that makes sense.

use super::*;

fn refused(header: &Value) -> InvalidToken {
    read(&with_header(header.to_string())).unwrap_err()
}

/// Returns the valid header with one member replaced.
fn replaced(name: &str, value: Value) -> Value {
    let mut header = good_header();
    header[name] = value;
    header
}

fn without(name: &str) -> Value {
    let mut header = good_header();
    header.as_object_mut().unwrap().remove(name);
    header
}

/// A9.1.2, J-02: "none" in every spelling, with and without a signature.
#[test]
fn unsigned_token_is_rejected() {
    for spelling in 0..16_u8 {
        let alg: String = (0..4_u8)
            .zip("none".chars())
            .map(|(bit, letter)| match spelling >> bit & 1 {
                1 => letter.to_ascii_uppercase(),
                _ => letter,
            })
            .collect();
        let header = replaced("alg", json!(alg));
        assert_eq!(refused(&header), InvalidToken::WrongAlgorithm, "{alg}");
        let unsigned = format!(
            "{}.{}.",
            b64(header.to_string()),
            b64(good_payload().to_string())
        );
        assert_eq!(read(&unsigned), Err(InvalidToken::WrongAlgorithm), "{alg}");
    }
    let stripped = minted();
    let (message, _) = stripped.rsplit_once('.').unwrap();
    assert_eq!(
        read(&format!("{message}.")),
        Err(InvalidToken::BadSignature)
    );
    assert_eq!(read(message), Err(InvalidToken::Malformed));
}

/// J-01, A9.1.2, J-02: the key fixes the algorithm; the header must name the same one.
#[test]
fn header_with_another_algorithm_is_rejected() {
    let others = [
        "HS256", "HS384", "HS512", "RS256", "ES256", "ES384", "ES256K", "PS256", "EdDSA",
        "Ed25519", "hs256", "Es256", "eddsa", "HMAC", "dir", "RSA1_5", "",
    ];
    let misspelt = [
        format!("{ALG} "),
        format!(" {ALG}"),
        format!("{ALG}\0"),
        format!("{ALG}7"),
        ALG.chars().take(4).collect(),
    ];
    let others = others.into_iter().filter(|alg| *alg != ALG);
    for alg in others.chain(misspelt.iter().map(String::as_str)) {
        let header = replaced("alg", json!(alg));
        assert_eq!(refused(&header), InvalidToken::WrongAlgorithm, "{alg:?}");
    }
    assert_eq!(refused(&without("alg")), InvalidToken::WrongAlgorithm);
}

/// J-13, B-42 (CVE-2026-32597): every critical extension is refused.
#[test]
fn critical_extensions_are_rejected() {
    for crit in [
        json!([]),
        json!(["exp"]),
        json!(["b64"]),
        json!(["alg"]),
        json!(["http://example.com/ext"]),
        json!(null),
        json!("exp"),
        json!({}),
        json!(1),
    ] {
        let header = replaced("crit", crit.clone());
        assert_eq!(refused(&header), InvalidToken::UnexpectedHeader, "{crit}");
    }
}

/// A9.1.3, J-06, J-10: no key, no address of a key, no compression, no other payload.
#[test]
fn unknown_header_members_are_rejected() {
    let jwk = json!({"kty": "oct", "k": b64(bytes("jwk", 0)), "alg": ALG, "kid": "k1"});
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://attacker.example/jwks.json")),
        ("x5u", json!("file:///etc/passwd")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("abc")),
        ("x5t#S256", json!("abc")),
        ("zip", json!("DEF")),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("cty", json!("JWT")),
        ("enc", json!("A256GCM")),
        ("epk", json!({})),
        ("iss", json!("api")),
        ("Alg", json!(ALG)),
        ("kid ", json!("k1")),
        ("", json!("")),
    ] {
        let header = replaced(name, value);
        assert_eq!(refused(&header), InvalidToken::UnexpectedHeader, "{name:?}");
    }
}

/// J-10: the name of a key is only compared.
#[test]
fn token_of_unknown_key_is_rejected() {
    let long = "k1".repeat(1 << 19);
    for name in [
        "k2",
        "K1",
        "k1 ",
        " k1",
        "k1\0",
        "\0",
        "",
        "k",
        "k11",
        "' OR '1'='1",
        "k1' UNION SELECT 'x",
        "../../../../dev/null",
        "/etc/passwd",
        "file:///dev/null",
        "http://attacker.example/k1",
        "| sleep 10",
        "%00",
        "${jndi:ldap://x}",
        "ｋ1",
        long.as_str(),
    ] {
        let token = with_header(replaced("kid", json!(name)).to_string());
        let patient = profile().max_bytes(usize::MAX);
        assert_eq!(
            decode(&ring(), &patient, &token, NOW),
            Err(InvalidToken::UnknownKey),
            "{name:.40?}",
        );
    }
    assert_eq!(refused(&without("kid")), InvalidToken::UnknownKey);
    let token = with_header(replaced("kid", json!(long)).to_string());
    assert_eq!(
        read(&token),
        Err(InvalidToken::Malformed),
        "the length comes first"
    );
}

/// J-11: the kind is compared byte by byte.
#[test]
fn token_of_another_kind_is_rejected() {
    for typ in [
        "JWT",
        "jwt",
        "AT+JWT",
        "At+jwt",
        "application/at+jwt",
        "at+jwt ",
        " at+jwt",
        "at+jw",
        "at+jwt\0",
        "at",
        "dpop+jwt",
        "",
    ] {
        let header = replaced("typ", json!(typ));
        assert_eq!(refused(&header), InvalidToken::WrongKind, "{typ:?}");
    }
    assert_eq!(refused(&without("typ")), InvalidToken::WrongKind);
}

/// J-16: a member of the wrong type is an error and not an absent member.
#[test]
fn header_members_of_another_type_are_rejected() {
    for name in ["alg", "typ", "kid"] {
        for value in [
            json!(null),
            json!(true),
            json!(0),
            json!(1.5),
            json!([]),
            json!([ALG]),
            json!({}),
            json!({"a": "k1"}),
        ] {
            let header = replaced(name, value.clone());
            assert_eq!(refused(&header), InvalidToken::Malformed, "{name}: {value}");
        }
    }
}

/// J-07, J-14: the header is one strict JSON object.
#[test]
fn header_that_is_not_strict_json_is_rejected() {
    let good = good_header().to_string();
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hostile: [&[u8]; 13] = [
        br#"{"alg":"none","alg":"HS256","typ":"at+jwt","kid":"k1"}"#,
        br#"{"alg":"HS256","typ":"at+jwt","kid":"k1","kid":"k1"}"#,
        br#"{"alg":"HS256","\u0061lg":"HS256","typ":"at+jwt","kid":"k1"}"#,
        br#"{"alg":"HS256","typ":"at+jwt","kid":"k1",}"#,
        br#"{"alg":"HS256","typ":"at+jwt","kid":"\ud800"}"#,
        br#"[{"alg":"HS256","typ":"at+jwt","kid":"k1"}]"#,
        br#"{"alg":"HS256","typ":"at+jwt","kid":"k1"}{}"#,
        br#""HS256""#,
        b"null",
        b"",
        b"{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"k1\xff\"}",
        deep.as_bytes(),
        &utf16,
    ];
    for header in hostile {
        let shown = header.escape_ascii();
        assert_eq!(
            read(&with_header(header)),
            Err(InvalidToken::Malformed),
            "{shown}"
        );
    }
    let with_mark = format!("\u{feff}{good}");
    assert_eq!(read(&with_header(with_mark)), Err(InvalidToken::Malformed));
}
