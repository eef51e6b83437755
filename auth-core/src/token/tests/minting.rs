//! Minted tokens, and claims that are not minted.

use super::*;

/// The text of a token, byte by byte: a change here affects every reader of the tokens.
#[test]
fn token_text_equals_expected_bytes() {
    let profile = profile().issuer("https://accounts.example.com");
    let claims = claims().with_text("sid", "s1");
    let token = encode(&ring(), &profile, &claims).unwrap();
    let parts: Vec<String> = token
        .split('.')
        .take(2)
        .map(|part| String::from_utf8(Base64UrlUnpadded::decode_vec(part).unwrap()).unwrap())
        .collect();
    assert_eq!(
        parts,
        [
            r#"{"alg":"HS256","typ":"at+jwt","kid":"k1"}"#,
            r#"{"iss":"https://accounts.example.com","sub":"user-1","aud":"api","iat":1767268800,"nbf":1767268800,"exp":1767269700,"jti":"token-1","epoch":3,"sid":"s1"}"#,
        ],
    );
    assert_eq!(
        token.rsplit('.').next().unwrap(),
        "MUYaCmOZYJAYl_h1P1uZT83JBLEr-u6O1oKgAIBKp4E"
    );
}

/// A registered claim is never overwritten, by a value of any type.
#[test]
fn claim_with_registered_name_is_rejected() {
    for name in ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"] {
        let reserved = Err(EncodeError::ReservedClaim {
            name: name.to_owned(),
        });
        let number = claims().with_integer(name, 9_999_999_999);
        assert_eq!(encode(&ring(), &profile(), &number), reserved, "{name}");
        let text = claims().with_text(name, "admin");
        assert_eq!(encode(&ring(), &profile(), &text), reserved, "{name}");
        assert_eq!(text.sub(), "user-1");
        assert_eq!(text.exp(), claims().exp());
    }
    let last_wins = claims().with_integer("epoch", 4).with_integer("epoch", 5);
    assert_eq!(last_wins.integer("epoch"), Ok(5));
}

/// A9.2.4: no token is minted without an audience, or with claims that `decode` would refuse.
#[test]
fn invalid_claims_are_not_minted() {
    let refuse = |profile: &TokenProfile, claims: &Claims| {
        assert_eq!(
            encode(&ring(), profile, claims),
            Err(EncodeError::BadClaim),
            "{profile:?} {claims:?}",
        );
    };
    let minute = Duration::from_mins(1);
    refuse(&TokenProfile::new("at+jwt", ""), &claims());
    refuse(&profile().issuer(""), &claims());
    for unsound in [
        Claims::new("", "token-1", NOW, minute),
        Claims::new("user-1", "", NOW, minute),
        Claims::new("user-1", "token-1", NOW, Duration::ZERO),
        Claims::new("user-1", "token-1", NOW, Duration::from_millis(999)),
        Claims::new("user-1", "token-1", NOW, Duration::MAX),
        Claims::new(
            "user-1",
            "token-1",
            datetime!(1969-12-31 23:59:59 UTC),
            minute,
        ),
        Claims::new(
            "user-1",
            "token-1",
            datetime!(9999-12-31 23:59:59 UTC),
            minute,
        ),
    ] {
        refuse(&profile(), &unsound);
    }
}

/// A token that is too long for its own profile is not minted.
#[test]
fn token_above_length_limit_is_not_minted() {
    let long = claims().with_text("eml", "x".repeat(2_000));
    let Err(EncodeError::TooLong { bytes, max: 2048 }) = encode(&ring(), &profile(), &long) else {
        panic!("must be refused");
    };
    let roomy = profile().max_bytes(bytes);
    let token = encode(&ring(), &roomy, &long).unwrap();
    assert_eq!(token.len(), bytes);
    assert_eq!(decode(&ring(), &roomy, &token, NOW), Ok(long));
}

/// Two machines with the same secret give its key the same name; another secret gives another name.
#[test]
fn derived_key_names_equal_expected_names() {
    let name = |secret| {
        JwtKey::hs256_auto_kid(Secret::new(secret))
            .kid()
            .to_string()
    };
    assert_eq!(name(KEY), "0YbTEndAgd4");
    assert_ne!(name([7; 32]), name(KEY));
}
