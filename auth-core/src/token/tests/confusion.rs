//! Keys of one algorithm used in place of those of another.

use super::*;

const ED_PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
    -----END PUBLIC KEY-----\n";
const EC_PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n\
    6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n\
    -----END PUBLIC KEY-----\n";
pub(super) const ED_JWK: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"ed",
    "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
pub(super) const EC_JWK: &str = r#"{"kty":"EC","crv":"P-256","kid":"ec",
    "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

fn signed(key: &JwtKey, alg: &str, name: &str) -> String {
    let header = json!({"alg": alg, "typ": "at+jwt", "kid": name}).to_string();
    let message = format!("{}.{}", b64(header), b64(good_payload().to_string()));
    let signature = key.sign(message.as_bytes()).unwrap();
    format!("{message}.{}", b64(signature))
}

/// A9.1.2, J-17, B-41 (CVE-2017-11424, CVE-2022-29217, CVE-2026-48526): a token that is signed with a public
/// key as an HMAC secret, in any notation, is invalid.
#[test]
fn token_with_public_key_as_hmac_secret_is_rejected() {
    for (jwk, pem, name) in [(ED_JWK, ED_PEM, "ed"), (EC_JWK, EC_PEM, "ec")] {
        let key = JwtKey::from_jwk(jwk).unwrap();
        let public = serde_json::to_string(&key.public_jwk()).unwrap();
        let algorithm = key.algorithm();
        let ring = KeyRing::new(key);
        for text in [pem, pem.trim(), &public] {
            let forger = JwtKey::hs256(kid(name), Secret::new(text));
            assert_eq!(
                forger.weakness(),
                Some(crate::secret::SecretWeakness::KeyDocument),
                "it cannot be configured: {text}",
            );
            for (alg, expected) in [
                ("HS256", InvalidToken::WrongAlgorithm),
                (algorithm.name(), InvalidToken::BadSignature),
            ] {
                let token = signed(&forger, alg, name);
                let read = decode(&ring, &profile(), &token, NOW);
                assert_eq!(read, Err(expected), "{alg} {text}");
            }
        }
    }
}

/// J-01, B-41, A9.1.2: each key verifies its own algorithm, independent of the header and the signer.
#[test]
fn key_verifies_only_its_own_algorithm() {
    let keys = || {
        [
            JwtKey::hs256(kid("hs"), Secret::new(bytes("hs256", 0))),
            JwtKey::from_jwk(ED_JWK).unwrap(),
            JwtKey::from_jwk(EC_JWK).unwrap(),
        ]
    };
    let [hs, ed, ec] = keys();
    let ring = KeyRing::new(hs).also_verify(ed).also_verify(ec);
    for signer in keys() {
        for named in ring.keys() {
            for alg in ["HS256", "EdDSA", "ES256", "RS256"] {
                let token = signed(&signer, alg, named.kid().as_str());
                let read = decode(&ring, &profile(), &token, NOW);
                let expected = if alg != named.algorithm().name() {
                    Err(InvalidToken::WrongAlgorithm)
                } else if named.kid() != signer.kid() {
                    Err(InvalidToken::BadSignature)
                } else {
                    Ok(claims())
                };
                assert_eq!(read, expected, "{signer:?} as {named:?} with {alg}");
            }
        }
    }
}

/// A16.2.5: keys of every kind in a log show names and algorithms, and no key.
#[test]
fn debug_shows_no_key() {
    let ring = KeyRing::new(JwtKey::from_jwk(ED_JWK).unwrap())
        .with_next(JwtKey::from_jwk(EC_JWK).unwrap())
        .also_verify(JwtKey::hs256(kid("hs"), Secret::new(bytes("hs256", 0))));
    let expected = "[(Active, JwtKey { kid: KeyId(\"ed\"), algorithm: EdDsa, .. }), \
        (Next, JwtKey { kid: KeyId(\"ec\"), algorithm: Es256, .. }), \
        (VerifyOnly, JwtKey { kid: KeyId(\"hs\"), algorithm: Hs256, .. })]";
    assert_eq!(format!("{ring:?}"), expected);
    let shared = SharedKeyRing::new(ring);
    assert_eq!(format!("{shared:?}"), format!("SharedKeyRing({expected})"));
}

/// The published keys of a ring are the public halves only.
#[test]
fn only_public_halves_are_published() {
    let ring = KeyRing::new(JwtKey::from_jwk(ED_JWK).unwrap())
        .with_next(JwtKey::from_jwk(EC_JWK).unwrap())
        .also_verify(JwtKey::hs256(kid("hs"), Secret::new(bytes("hs256", 0))));
    let set: JwkSet = ring.public_keys().chain(ring.public_keys()).collect();
    assert_eq!(
        serde_json::to_string(&set).unwrap(),
        r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","#.to_owned()
            + r#""kid":"ed","alg":"EdDSA","use":"sig"},"#
            + r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
            + r#""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","#
            + r#""kid":"ec","alg":"ES256","use":"sig"}]}"#,
    );
    for key in &set.keys {
        let text = serde_json::to_string(key).unwrap();
        let read = JwtKey::from_jwk(&text).unwrap();
        assert_eq!(read.public_jwk().as_ref(), Some(key), "it reads back");
        assert!(!crate::keys::RotatableKey::can_sign(&read));
    }
}
