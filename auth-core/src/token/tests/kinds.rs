//! Tokens of another kind, audience, issuer or key than expected.

use super::*;

/// A9.2.2, J-12, B-27: of all kinds, audiences and keys, only the diagonal is accepted. The keys
/// have the same name, so that the key itself separates the kinds.
#[test]
fn token_of_another_kind_audience_or_key_is_rejected() {
    let mut kinds = Vec::new();
    for typ in ["at+jwt", "verify+jwt", "reset+jwt"] {
        for audience in ["api", "verify", "reset"] {
            for number in 1..=3 {
                kinds.push((typ, audience, number));
            }
        }
    }
    let parts = |(typ, audience, number)| {
        let key = nth_key(number, "k1");
        (KeyRing::new(key), TokenProfile::new(typ, audience))
    };
    for minted in &kinds {
        let (keys, profile) = parts(*minted);
        let token = encode(&keys, &profile, &claims()).unwrap();
        for expected in &kinds {
            let (keys, profile) = parts(*expected);
            let read = decode(&keys, &profile, &token, NOW);
            assert_eq!(
                read.is_ok(),
                minted == expected,
                "{minted:?} as {expected:?}: {read:?}"
            );
        }
    }
}

/// A9.2.2: each of the three differences alone is enough, and the error names it.
#[test]
fn each_difference_alone_is_rejected_with_its_reason() {
    let token = minted();
    let other_key = KeyRing::new(nth_key(9, "k1"));
    let other_kid = KeyRing::new(key("k2"));
    let own = profile();
    for (keys, profile, expected) in [
        (
            ring(),
            TokenProfile::new("reset+jwt", "api"),
            InvalidToken::WrongKind,
        ),
        (
            ring(),
            TokenProfile::new("at+jwt", "reset"),
            InvalidToken::WrongAudience,
        ),
        (other_key, own.clone(), InvalidToken::BadSignature),
        (other_kid, own.clone(), InvalidToken::UnknownKey),
        (
            ring(),
            own.issuer("https://a.example"),
            InvalidToken::BadClaim,
        ),
    ] {
        assert_eq!(decode(&keys, &profile, &token, NOW), Err(expected));
    }
}

/// A9.2.3, J-09: the audience is compared exactly.
#[test]
fn audience_that_is_not_exactly_equal_is_rejected() {
    for audience in [
        "API",
        "api ",
        " api",
        "ap",
        "apis",
        "https://api",
        "*",
        "api\0",
        "ａpi",
    ] {
        let mut payload = good_payload();
        payload["aud"] = json!(audience);
        assert_eq!(
            read(&with_payload(payload.to_string())),
            Err(InvalidToken::WrongAudience),
            "{audience:?}",
        );
    }
}

/// J-08: the issuer must be the one of the profile, even with the right key.
#[test]
fn issuer_that_is_not_exactly_equal_is_rejected() {
    let named = |issuer: &str| profile().issuer(issuer);
    let a = "https://a.example";
    let token = encode(&ring(), &named(a), &claims()).unwrap();
    assert_eq!(decode(&ring(), &named(a), &token, NOW), Ok(claims()));
    for issuer in [
        "https://b.example",
        "https://a.example/",
        "https://A.example",
        "http://a.example",
    ] {
        assert_eq!(
            decode(&ring(), &named(issuer), &token, NOW),
            Err(InvalidToken::WrongIssuer),
            "{issuer}",
        );
    }
    assert_eq!(
        read(&token),
        Err(InvalidToken::WrongIssuer),
        "none is expected"
    );
    for issuer in [
        json!(null),
        json!(""),
        json!(1),
        json!([a]),
        json!({"a": a}),
    ] {
        let mut payload = good_payload();
        payload["iss"] = issuer.clone();
        let token = with_payload(payload.to_string());
        let read_named = decode(&ring(), &named(a), &token, NOW);
        assert_eq!(read_named, Err(InvalidToken::BadClaim), "{issuer}");
        assert_eq!(read(&token), Err(InvalidToken::WrongIssuer), "{issuer}");
    }
}

/// A13.3.4, A11.2.2: a key is replaced without ending existing tokens, and then retired.
#[test]
fn tokens_stay_valid_until_their_key_is_retired() {
    let new = || nth_key(8, "k2");
    let old_token = minted();
    let rotating = KeyRing::new(new()).also_verify(key("k1"));
    let new_token = encode(&rotating, &profile(), &claims()).unwrap();
    assert_ne!(old_token, new_token);
    let reads = |keys: &KeyRing, token: &str| decode(keys, &profile(), token, NOW).map(drop);

    assert_eq!(reads(&rotating, &old_token), Ok(()));
    assert_eq!(reads(&rotating, &new_token), Ok(()));
    assert_eq!(reads(&ring(), &new_token), Err(InvalidToken::UnknownKey));
    let rotated = KeyRing::new(new());
    assert_eq!(reads(&rotated, &old_token), Err(InvalidToken::UnknownKey));
    assert_eq!(reads(&rotated, &new_token), Ok(()));
}

/// J-10: a token that names one key of the ring is not checked with another.
#[test]
fn only_named_key_is_tried() {
    let other = nth_key(8, "k2");
    let keys = ring().also_verify(other);
    let renamed = with_header(json!({"alg": ALG, "typ": "at+jwt", "kid": "k2"}).to_string());
    assert_eq!(
        decode(&keys, &profile(), &renamed, NOW),
        Err(InvalidToken::BadSignature)
    );
}
