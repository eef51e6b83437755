//! Tokens of one kind, audience, issuer or key where another is expected.

use super::*;

/// A9.2.2, J-12, B-27: of all kinds, audiences and keys, only the diagonal passes. The keys have one
/// name, so that it is the key itself and not its name which keeps them apart.
#[test]
fn only_the_own_kind_passes() {
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

/// A9.2.2: each of the three alone is enough, and the refusal says which it was.
#[test]
fn each_difference_alone_is_found() {
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

/// A9.2.3, J-09: the audience is compared as it is.
#[test]
fn the_audience_is_exact() {
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
fn the_issuer_is_exact() {
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

/// A13.3.4: a key is replaced without ending the tokens that are out, and then it is gone.
#[test]
fn keys_rotate() {
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

/// J-10: a token that names one key of the ring is not tried with another.
#[test]
fn only_the_named_key_is_tried() {
    let other = nth_key(8, "k2");
    let keys = ring().also_verify(other);
    let renamed = with_header(json!({"alg": ALG, "typ": "at+jwt", "kid": "k2"}).to_string());
    assert_eq!(
        decode(&keys, &profile(), &renamed, NOW),
        Err(InvalidToken::BadSignature)
    );
}
