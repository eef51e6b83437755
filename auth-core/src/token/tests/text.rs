//! The text of a token: its length, its parts, and their one encoding.

use super::*;

/// Returns the token with its part `index` (0 to 2) replaced.
fn with_part(token: &str, index: usize, part: &str) -> String {
    let mut parts: Vec<&str> = token.split('.').collect();
    parts[index] = part;
    parts.join(".")
}

fn part(token: &str, index: usize) -> &str {
    token.split('.').nth(index).unwrap()
}

/// J-14: a token has three parts, and a longer list costs nothing.
#[test]
fn token_without_exactly_three_parts_is_rejected() {
    let token = minted();
    for text in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        ".".repeat(1_000_000),
        token.replace('.', ""),
        token.replacen('.', "", 1),
        format!("{token}."),
        format!("{token}.{token}"),
        format!(".{token}"),
        format!("{token}{}", ".".repeat(1_000_000)),
        token.replacen('.', "..", 1),
        part(&token, 0).to_owned(),
    ] {
        let patient = profile().max_bytes(usize::MAX);
        for profile in [profile(), patient] {
            let read = decode(&ring(), &profile, &text, NOW);
            assert_eq!(read, Err(InvalidToken::Malformed), "{text:.60}");
        }
    }
}

/// J-14: the limit applies to the whole text, to the byte.
#[test]
fn token_above_length_limit_is_rejected() {
    let token = minted();
    let exact = profile().max_bytes(token.len());
    assert_eq!(decode(&ring(), &exact, &token, NOW), Ok(claims()));
    let short = profile().max_bytes(token.len() - 1);
    assert_eq!(
        decode(&ring(), &short, &token, NOW),
        Err(InvalidToken::Malformed)
    );
}

/// J-15: each part has one encoding. A forgery of a signed part is signed again, so that only its
/// encoding is wrong.
#[test]
fn base64url_that_is_not_canonical_is_rejected() {
    let token = minted();
    for index in 0..3 {
        let good = part(&token, index);
        for bad in [
            format!("{good}="),
            format!("{good}=="),
            format!("{good}\n"),
            format!("{good}\r\n"),
            format!(" {good}"),
            format!("{good} "),
            format!("{good}\0"),
            format!("{good}+"),
            format!("{good}/"),
            format!("{good}%3D"),
            format!("{good}é"),
            good.replacen(|_| true, "\u{200b}", 1),
        ] {
            let forged = match index {
                0 => signed(&bad, part(&token, 1)),
                1 => signed(part(&token, 0), &bad),
                _ => with_part(&token, 2, &bad),
            };
            assert_eq!(read(&forged), Err(InvalidToken::Malformed), "{forged:?}");
        }
    }
}

/// J-15: unused bits of the last character are zero. Every part of the test has such bits.
#[test]
fn unused_bits_that_are_not_zero_are_rejected() {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut spare = 0;
    for padding in 0..3 {
        let claims = claims().with_text("pad", "x".repeat(padding));
        let token = encode(&ring(), &profile(), &claims).unwrap();
        for index in 0..3 {
            let good = part(&token, index);
            let (head, last) = good.split_at(good.len() - 1);
            let bits = match good.len() % 4 {
                2 => 4,
                3 => 2,
                _ => continue,
            };
            let value = ALPHABET.find(last).unwrap();
            for unused in 1..1 << bits {
                let bad = format!("{head}{}", char::from(ALPHABET.as_bytes()[value + unused]));
                let forged = match index {
                    0 => signed(&bad, part(&token, 1)),
                    1 => signed(part(&token, 0), &bad),
                    _ => with_part(&token, 2, &bad),
                };
                assert_eq!(read(&forged), Err(InvalidToken::Malformed), "{forged}");
                spare += 1;
            }
        }
    }
    assert!(spare > 10, "the test needs parts with unused bits");
}

/// A9.1.1: signed parts cannot be changed, nor moved to another token.
#[test]
fn tampered_token_is_rejected() {
    let token = minted();
    let other = encode(
        &ring(),
        &profile(),
        &Claims::new("user-2", "token-2", NOW, Duration::from_mins(15)),
    )
    .unwrap();
    let mut payload = good_payload();
    payload["sub"] = json!("admin");
    let signature = Base64UrlUnpadded::decode_vec(part(&token, 2)).unwrap();
    let respelt = b64(format!(r#"{{ "alg":"{ALG}","typ":"at+jwt","kid":"k1"}}"#));
    for forged in [
        with_part(&token, 0, &respelt),
        with_part(&token, 1, &b64(payload.to_string())),
        with_part(&token, 1, part(&other, 1)),
        with_part(&token, 2, part(&other, 2)),
        with_part(&token, 2, ""),
        with_part(&token, 2, &b64([0; 32])),
        // Zeros in place of both numbers of ECDSA: CVE-2022-21449.
        with_part(&token, 2, &b64(vec![0; signature.len()])),
        with_part(&token, 2, &b64(&signature[..31])),
        with_part(&token, 2, &b64(&signature[..16])),
        with_part(&token, 2, &b64([&signature[..], &[0]].concat())),
        with_part(&token, 2, &b64([&signature[..], &signature[..]].concat())),
    ] {
        assert_eq!(read(&forged), Err(InvalidToken::BadSignature), "{forged}");
    }
}

/// A9.1.1: the signature is checked before the payload is read.
#[test]
fn payload_without_valid_signature_is_not_read() {
    for payload in ["not base64!", "", &b64("not json"), &b64(r#"{"exp":0}"#)] {
        let forged = with_part(&minted(), 1, payload);
        assert_eq!(read(&forged), Err(InvalidToken::BadSignature), "{payload}");
    }
}

/// A16.2.5: the logged error shows no part of the token.
#[test]
fn error_shows_no_part_of_token() {
    let token = with_payload(r#"{"sub":"canary-4711"}"#);
    let error = read(&token).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert_eq!(shown, "the token has a missing or ill-typed claim BadClaim");
}
