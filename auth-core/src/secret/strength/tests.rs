//! Secrets that are refused and their reasons; random secrets are never refused.

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};

use super::*;
use crate::secret::{Secret, random_bytes};

fn weakness(secret: &str) -> Option<SecretWeakness> {
    Secret::new(secret).weakness()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// J-05: secrets that are common in practice, and the reason for each.
#[test]
fn weak_secrets_are_rejected_with_their_reason() {
    for (secret, expected) in [
        ("", SecretWeakness::TooShort { bytes: 0 }),
        ("hunter2", SecretWeakness::TooShort { bytes: 7 }),
        (
            "5gR!x0Qz8mW#c4Lp9vT@n2Yd7kB&h1J",
            SecretWeakness::TooShort { bytes: 31 },
        ),
        (&"a".repeat(32), SecretWeakness::Repeats { unit: 1 }),
        (&"\0".repeat(32), SecretWeakness::Repeats { unit: 1 }),
        (
            &"7x!Qk2#mZp0vW9r".repeat(3),
            SecretWeakness::Repeats { unit: 15 },
        ),
        (
            &"0123456789".repeat(4),
            SecretWeakness::Repeats { unit: 10 },
        ),
        (
            "7x!Qk2#mZ7x!Qk2#mZ7x!Qk2#mZ7x!Qk",
            SecretWeakness::Repeats { unit: 9 },
        ),
        (
            "0123456789abcdef0123456789abcdef",
            SecretWeakness::Repeats { unit: 16 },
        ),
        (
            "MyCompanyName2024!MyCompanyName2024!",
            SecretWeakness::Repeats { unit: 18 },
        ),
        // A long unit is judged by all rules.
        (
            &"abcdefghijklmnopqrstuvwxyz012345".repeat(2),
            SecretWeakness::Sequence,
        ),
        (
            &"qwertzuiopqwertzuipoqwertzuoipqw".repeat(2),
            SecretWeakness::LowEntropy { bits: 105 },
        ),
        ("abcdefghijklmnopqrstuvwxyz012345", SecretWeakness::Sequence),
        ("zyxwvutsrqponmlkjihgfedcba987654", SecretWeakness::Sequence),
        ("1122334455667788990011223344zzqq", SecretWeakness::Sequence),
        (
            "correct horse battery staple 1234",
            SecretWeakness::LowEntropy { bits: 126 },
        ),
        (
            "qwertzuiopqwertzuipoqwertzuoipqw",
            SecretWeakness::LowEntropy { bits: 105 },
        ),
    ] {
        assert_eq!(weakness(secret), Some(expected), "{secret:?}");
    }
}

/// J-05: values of templates and tutorials, some with far more than 128 "bits".
#[test]
fn placeholders_are_rejected() {
    for secret in [
        "replace-with-32+-char-secret-for-verify",
        "replace-with-32+-char-secret-for-reset",
        "REPLACE_WITH_A_LONG_RANDOM_SECRET_KEY_0001",
        "changeme-changeme-please-change-me-42",
        "ChangeMeInProduction!ChangeMeInProduction?",
        "your-256-bit-secret-your-512-bit-secret",
        "this-is-not-a-secret-please-change-me-now",
        "super-secret-key-that-nobody-should-guess",
        "thisisasecretkeyforjwtdonotuseinproduction",
        "insecure-development-secret-0123456789",
        "my-very-long-example-jwt-signing-secret",
        "default_session_secret_for_local_testing",
        "YOUR_SECRET_KEY_HERE_AT_LEAST_32_CHARACTERS",
        "password12345678901234567890123456",
    ] {
        assert_eq!(
            weakness(secret),
            Some(SecretWeakness::Placeholder),
            "{secret}"
        );
    }
}

/// J-17: a public key must never become an HMAC secret, in any wrapping.
#[test]
fn public_and_private_keys_are_rejected() {
    let pem = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\n\
        q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\n\
        -----END PUBLIC KEY-----\n";
    let spki = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\
        q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg";
    let spki = Base64Unpadded::decode_vec(spki).unwrap();
    let ed25519_pkcs8 = [
        b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".as_slice(),
        &[9; 32],
    ]
    .concat();
    let pkcs1 = [
        b"\x30\x82\x01\x0a\x02\x82\x01\x01".as_slice(),
        &[0x9d; 257],
        b"\x02\x03\x01\x00\x01",
    ]
    .concat();
    let jwk =
        r#"{ "crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }"#;
    for document in [
        pem.as_bytes(),
        pem.trim().as_bytes(),
        format!("\n\n  {pem}").as_bytes(),
        format!("subject=/CN=test\n{pem}").as_bytes(),
        Base64Unpadded::encode_string(pem.as_bytes()).as_bytes(),
        &spki,
        &ed25519_pkcs8,
        &pkcs1,
        jwk.as_bytes(),
        format!("  {{\"keys\": [{jwk}]}}\n").as_bytes(),
        b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEdLLcDn3nvY0q6aLQ3ASyaKnVrYHMJKzoYaC3dT7pQk ada",
        b"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBK0gw+p ada",
    ] {
        assert_eq!(
            Secret::new(document).weakness(),
            Some(SecretWeakness::KeyDocument),
            "{}",
            document.escape_ascii(),
        );
    }
}

#[test]
fn strong_secrets_are_accepted() {
    for secret in [
        // The unit is a secret by itself.
        "9kQ2x7Wm4Zp1Rb8Tn5Yc3Vd6Lg0Hj_fA9kQ2x7Wm4Zp1Rb8Tn5Yc3Vd6Lg0Hj_fA",
        "nLc8ktT0fK0VvyNGTtsxXLwnmxRIdTUJwwF9KrVlyW4",
        "4f8d2c1ab97e03655d6af1c08e7b92d34c10ff5e8a6b27d99e34c05f718ab2e6",
        // Labels and framework prefixes before a random value are accepted.
        "auth-secret-nLc8ktT0fK0VvyNGTtsxXLwnmxRIdTUJwwF9KrVlyW4",
        "insecure-v9)d3kq!x7w#m2z&p0r(t5y^u8i*o1a-s4f=g6h+j_l@c",
        "SECRET_4f8d2c1ab97e03655d6af1c08e7b92d34c10ff5e8a6b27d99e34c05f718ab2e6",
        "zebra-mitten-quartz-jumbo-oxygen-violin-98",
    ] {
        assert_eq!(weakness(secret), None, "{secret}");
    }
}

/// No random secret is refused, in any of the usual notations.
#[test]
fn random_secrets_are_accepted() {
    for _ in 0..2_000 {
        let bytes = random_bytes::<32>().unwrap();
        for secret in [
            bytes.to_vec(),
            hex(&bytes).into_bytes(),
            hex(&bytes).to_uppercase().into_bytes(),
            Base64Unpadded::encode_string(&bytes).into_bytes(),
            Base64UrlUnpadded::encode_string(&bytes).into_bytes(),
        ] {
            assert_eq!(judge(&secret), None, "{}", secret.escape_ascii());
        }
    }
}

/// The rule is about half of the letters: here 8 of 16 belong to "insecure", and then 8 of 17.
#[test]
fn placeholder_needs_half_of_its_letters_in_template_words() {
    let placeholder = Some(SecretWeakness::Placeholder);
    assert_eq!(
        weakness("insecure-7x9q2z4k8w1v3j5m6+0_81950263"),
        placeholder
    );
    assert_eq!(weakness("insecure-7x9q2z4k8w1v3j5m6g0_81950263"), None);
    // One letter of six is missing, and then it is present.
    assert_eq!(weakness("71940-token-82_635+0917!48=20?63;5.9"), None);
    assert_eq!(
        weakness("71940-tokens-secret_635+0917!48=20?6"),
        placeholder
    );
}

/// Binary data is never a placeholder, even if its only letters form a listed word.
#[test]
fn binary_secrets_are_not_placeholders() {
    let high = (0..32_u8).map(|index| 128 | index.wrapping_mul(37));
    let secret: Vec<u8> = b"secret".iter().copied().chain(high).collect();
    assert_eq!(judge(&secret), None);
}

/// Keeps the rule about placeholders from refusing a random value by accident.
#[test]
fn placeholder_words_are_not_hexadecimal() {
    assert_eq!(PLACEHOLDER_WORDS.lines().count(), 80);
    for word in PLACEHOLDER_WORDS.lines() {
        assert!(word.len() >= 3, "{word}");
        assert!(word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
        assert!(word.bytes().any(|byte| byte > b'f'), "{word}");
    }
}

#[test]
fn entropy_of_known_distributions_is_exact() {
    for (secret, expected) in [
        ("a".repeat(64), 0.0),
        ("ab".repeat(32), 64.0),
        ("0123456789abcdef".repeat(2), 128.0),
        ("abcdefgh".repeat(8), 192.0),
    ] {
        let bits = entropy_bits(secret.as_bytes());
        assert!((bits - expected).abs() < 1e-9, "{secret}: {bits}");
    }
}

#[test]
fn weakness_texts_end_a_sentence_and_show_no_secret() {
    for (secret, sentence) in [
        (
            "hunter2",
            "the key is 7 bytes long; at least 32 are required",
        ),
        (
            "abcabcabcabcabcabcabcabcabcabcabcabc",
            "the key repeats the same 3 byte(s) over and over",
        ),
        (
            "correct horse battery staple 1234",
            "the key has about 126 bits of entropy; at least 128 are required",
        ),
    ] {
        assert_eq!(format!("the key {}", weakness(secret).unwrap()), sentence);
    }
}
