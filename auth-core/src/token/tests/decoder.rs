//! The same tokens read by the general decoder of `jsonwebtoken`.

use std::collections::BTreeMap;

use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};

use super::*;

/// Their functions use the provider of the process. It is set here, so that these tests also pass
/// in a build that has both providers of `jsonwebtoken`.
fn set_their_provider() {
    // An error means that the other test has set it already.
    DEFAULT_PROVIDER.install_default().ok();
}

#[test]
fn jsonwebtoken_accepts_our_tokens() {
    set_their_provider();
    let profile = profile().issuer("https://accounts.example.com");
    let token = encode(&ring(), &profile, &claims()).unwrap();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&["api"]);
    validation.set_issuer(&["https://accounts.example.com"]);
    validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    // Their decoder uses the system clock, which a test must not depend on.
    validation.validate_exp = false;
    let data = jsonwebtoken::decode::<BTreeMap<String, Value>>(
        &token,
        &DecodingKey::from_secret(&KEY),
        &validation,
    )
    .unwrap();
    assert_eq!(data.header.alg, Algorithm::HS256);
    assert_eq!(data.header.typ.as_deref(), Some("at+jwt"));
    assert_eq!(data.header.kid.as_deref(), Some("k1"));
    assert_eq!(data.claims["sub"], "user-1");
    assert_eq!(data.claims["epoch"], 3);
}

#[test]
fn tokens_of_jsonwebtoken_are_accepted() {
    set_their_provider();
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some("k1".to_owned());
    let encoding = EncodingKey::from_secret(&KEY);
    let token = jsonwebtoken::encode(&header, &good_payload(), &encoding).unwrap();
    assert_eq!(read(&token), Ok(claims()));

    header.alg = Algorithm::HS512;
    let token = jsonwebtoken::encode(&header, &good_payload(), &encoding).unwrap();
    assert_eq!(read(&token), Err(InvalidToken::WrongAlgorithm));
}
