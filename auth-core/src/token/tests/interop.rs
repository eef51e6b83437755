//! The same tokens in other hands: RFC 7515, and the general decoder of `jsonwebtoken`.

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

/// RFC 7515, appendix A.1: the signature path reproduces the published token.
#[test]
fn rfc_7515_a_1() {
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
    // The whole token is none of ours: it names no key.
    let token = format!("{message}.{}", b64(&signature));
    let read = decode(&KeyRing::new(key), &profile(), &token, NOW);
    assert_eq!(read, Err(InvalidToken::UnknownKey));
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
