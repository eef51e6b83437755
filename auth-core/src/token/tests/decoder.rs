//! The same tokens in the hands of the general decoder of `jsonwebtoken`.

use std::collections::BTreeMap;

use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};

use super::*;

/// Their functions use the provider of the process. It is named here, so that these tests pass also
/// in a build which has both providers of theirs and would otherwise have to guess.
fn name_their_provider() {
    // An error means that the other test was here first.
    DEFAULT_PROVIDER.install_default().ok();
}

#[test]
fn others_can_read_our_tokens() {
    name_their_provider();
    let profile = profile().issuer("https://accounts.example.com");
    let token = encode(&ring(), &profile, &claims()).unwrap();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&["api"]);
    validation.set_issuer(&["https://accounts.example.com"]);
    validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    // Their decoder asks the clock of the machine, which has no say in a test.
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
fn we_can_read_tokens_of_others() {
    name_their_provider();
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
