//! Tokens with an RSA key: verified, never minted.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::RsaEncoding;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256};

use super::*;

/// A foreign issuer: its key pair, and the public half.
struct Issuer {
    pair: RsaKeyPair,
}

impl Issuer {
    fn new() -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        Self { pair }
    }

    fn key(&self) -> JwtKey {
        let spki: PublicKeyX509Der<'_> = self.pair.public_key().as_der().unwrap();
        let key = JwtKey::rs256_public_pem(&pem("PUBLIC KEY", spki.as_ref())).unwrap();
        key.with_kid(kid("rsa"))
    }

    /// Returns a ring that signs with another key and verifies with the foreign one.
    fn ring(&self) -> KeyRing {
        let own = JwtKey::hs256(kid("k1"), Secret::new(bytes("hs256", 0)));
        KeyRing::new(own).also_verify(self.key())
    }

    fn signed(&self, encoding: &'static dyn RsaEncoding, header: &Value) -> String {
        let payload = b64(good_payload().to_string());
        let message = format!("{}.{payload}", b64(header.to_string()));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = SystemRandom::new();
        let signed = self
            .pair
            .sign(encoding, &random, message.as_bytes(), &mut signature);
        signed.unwrap();
        format!("{message}.{}", b64(signature))
    }
}

fn header(alg: &str) -> Value {
    json!({"alg": alg, "typ": "at+jwt", "kid": "rsa"})
}

/// J-01: RS256 is accepted; other RSA signatures of the same key are not.
#[test]
fn only_rs256_is_accepted() {
    let issuer = Issuer::new();
    let read = |token: &str| decode(&issuer.ring(), &profile(), token, NOW);
    let good = issuer.signed(&RSA_PKCS1_SHA256, &header("RS256"));
    assert_eq!(read(&good), Ok(claims()));

    let encodings: [(&'static dyn RsaEncoding, &str); 2] =
        [(&RSA_PKCS1_SHA512, "RS512"), (&RSA_PSS_SHA256, "PS256")];
    for (encoding, name) in encodings {
        let named = issuer.signed(encoding, &header(name));
        assert_eq!(read(&named), Err(InvalidToken::WrongAlgorithm), "{name}");
        let disguised = issuer.signed(encoding, &header("RS256"));
        assert_eq!(read(&disguised), Err(InvalidToken::BadSignature), "{name}");
    }
    for alg in ["none", "HS256", "ES256", "rs256", ""] {
        let token = issuer.signed(&RSA_PKCS1_SHA256, &header(alg));
        assert_eq!(read(&token), Err(InvalidToken::WrongAlgorithm), "{alg}");
    }
}

/// B-46: no private operation of RSA is available.
#[test]
fn rsa_key_never_signs() {
    let issuer = Issuer::new();
    let alone = KeyRing::new(issuer.key());
    assert_eq!(
        alone.problems(),
        [KeyRingProblem::SignerVerifiesOnly(kid("rsa"))]
    );
    let token = encode(&alone, &profile(), &claims());
    assert_eq!(token, Err(EncodeError::VerifyOnly));
    let shared = SharedKeyRing::new(issuer.ring());
    let fault = KeyRingProblem::SignerVerifiesOnly(kid("rsa"));
    assert_eq!(
        shared.activate(&kid("rsa")),
        Err(KeyRingError::Problem(fault))
    );
}

/// A9.1.1: an RSA signature has exactly one length.
#[test]
fn damaged_rsa_signatures_are_rejected() {
    let issuer = Issuer::new();
    let good = issuer.signed(&RSA_PKCS1_SHA256, &header("RS256"));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let signature = Base64UrlUnpadded::decode_vec(signature).unwrap();
    let flipped = |place: usize| {
        let mut damaged = signature.clone();
        damaged[place] ^= 1;
        damaged
    };
    for bad in [
        Vec::new(),
        vec![0; 256],
        vec![0xff; 256],
        flipped(0),
        flipped(255),
        signature[1..].to_vec(),
        [&[0], &signature[..]].concat(),
        [&signature[..], &[0]].concat(),
    ] {
        let token = format!("{message}.{}", b64(&bad));
        let read = decode(&issuer.ring(), &profile(), &token, NOW);
        assert_eq!(read, Err(InvalidToken::BadSignature), "{bad:?}");
    }
}
