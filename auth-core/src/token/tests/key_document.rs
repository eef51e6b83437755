//! Accepted and rejected PEM blocks, written by Python's `cryptography`.

use super::*;

const ED: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
const ED_PUBLIC: &str = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const EC: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n\
    H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n\
    7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt";
const EC_PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n\
    6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==";
const RSA_PUBLIC: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJj\n\
    NiuSfb4p4fAkd/wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEz\n\
    P1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo\n\
    9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTB\n\
    EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxX\n\
    FvUK+DWNmoudF8NAco9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp\n\
    oQIDAQAB";
const RSA_1024_PUBLIC: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDFccBho30AVAa7dQu6IU8yYqCB\n\
    jguptQdFdkQ/8PHTbjk3I8eBRBAyDmIEQpIokLbXeC5ehpdcJzKXr5La61pcC5NV\n\
    CQwSmOXgUL2NhOEnW6h1FkAQ2hj8tAtaN9t1uISW0WI0OD/V2spJzJnEtpNCMRb2\n\
    dpp/C00xq8bIotRfFwIDAQAB";
const P384: &str = "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDC1eUwKx9UCDkQs7YsC\n\
    FCDz2bO8YuLWcfcPXSPXnka0BMXRsZmT7Z0XVgtRkUjDXLqhZANiAARvn2mjj6kv\n\
    6RiRD8cJ4MsBqz3+0BGjIDz4p1AIeX8byJNNwjbEz/w7EkoZ5yL6BVIiWFPpKnHl\n\
    bEuC/Ny1TP19hDsjKJr0NfwTqtXOaEMSGqR1Qnk0Mh3Wf+fuWUImYMU=";
const P384_PUBLIC: &str = "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEb59po4+pL+kYkQ/HCeDLAas9/tARoyA8\n\
    +KdQCHl/G8iTTcI2xM/8OxJKGeci+gVSIlhT6Spx5WxLgvzctUz9fYQ7Iyia9DX8\n\
    E6rVzmhDEhqkdUJ5NDId1n/n7llCJmDF";
const ED448_PUBLIC: &str = "MEMwBQYDK2VxAzoA8bylHVVSw41C8zuYQ6cvSiCzB82rII6Xejl5p94atc/ONuwJ\n\
    Xh5gtpK5o37KKODgOfk60GDgAQ2A";
const X25519: &str = "MC4CAQAwBQYDK2VuBCIEINhLqFPqgvJRsFA4Mho0rPxBJzqxeIbEL9Kd2Kl3Yj1w";

fn private(base64: &str) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n")
}

fn public(base64: &str) -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n")
}

fn der(base64: &str) -> Vec<u8> {
    base64ct::Base64::decode_vec(&base64.replace('\n', "")).unwrap()
}

fn refused(text: &str) -> Option<KeyError> {
    JwtKey::parse(text).err()
}

/// A key has the same name in every notation, and verifies the signatures made with the others.
#[test]
fn key_is_the_same_in_every_notation() {
    for (private_pem, public_pem, jwk) in [
        (private(ED), public(ED_PUBLIC), confusion::ED_JWK),
        (private(EC), public(EC_PUBLIC), confusion::EC_JWK),
    ] {
        let of_pem = JwtKey::parse(&private_pem).unwrap();
        let of_jwk = JwtKey::parse(jwk).unwrap().with_kid(of_pem.kid().clone());
        let of_public = JwtKey::parse(&public_pem).unwrap();
        assert_eq!(of_pem.public_jwk(), of_public.public_jwk());
        assert_eq!(of_pem.public_jwk(), of_jwk.public_jwk());
        let readers = [&of_pem, &of_jwk, &of_public];
        for signer in [&of_pem, &of_jwk] {
            let signature = signer.sign(b"text").unwrap();
            for reader in readers {
                assert_eq!(reader.verify(b"text", &signature), Ok(()));
            }
        }
        assert_eq!(of_public.sign(b"text"), Err(EncodeError::VerifyOnly));
    }
    let rsa = json!({"kty": "RSA", "n": jwk::N, "e": "AQAB"}).to_string();
    let of_jwk = JwtKey::from_jwk(&rsa).unwrap().public_jwk();
    assert_eq!(
        JwtKey::parse(&public(RSA_PUBLIC)).unwrap().public_jwk(),
        of_jwk
    );
}

/// PKCS#8 of version 2 contains the public half, which must belong to the private one.
#[test]
fn both_versions_of_pkcs8_are_parsed() {
    use aws_lc_rs::signature::Ed25519KeyPair;

    let pair = Ed25519KeyPair::from_seed_unchecked(&bytes("pkcs8", 0)).unwrap();
    let (one, two) = (pair.to_pkcs8v1().unwrap(), pair.to_pkcs8().unwrap());
    let read = |bytes: &[u8]| JwtKey::eddsa_pem(&pem("PRIVATE KEY", bytes));
    let signature = |bytes| read(bytes).unwrap().sign(b"text").unwrap();
    assert_eq!(signature(one.as_ref()), signature(two.as_ref()));

    let mut other_half = two.as_ref().to_vec();
    *other_half.last_mut().unwrap() ^= 1;
    assert_eq!(read(&other_half).map(drop), Err(KeyError::Invalid));
}

/// A ring whose active key only verifies can check tokens and mints none.
#[test]
fn public_key_verifies_and_does_not_sign() {
    let signer = KeyRing::new(JwtKey::parse(&private(ED)).unwrap());
    let token = encode(&signer, &profile(), &claims()).unwrap();
    let reader = KeyRing::new(JwtKey::parse(&public(ED_PUBLIC)).unwrap());
    assert_eq!(decode(&reader, &profile(), &token, NOW), Ok(claims()));
    let minted = encode(&reader, &profile(), &claims());
    assert_eq!(minted, Err(EncodeError::VerifyOnly));
}

/// J-01: each constructor accepts only the kind of key in its name.
#[test]
fn constructor_rejects_other_kinds() {
    type Constructor = fn(&str) -> Result<JwtKey, KeyError>;
    let constructors: [(Constructor, JwtAlgorithm, String); 5] = [
        (JwtKey::eddsa_pem, JwtAlgorithm::EdDsa, private(ED)),
        (JwtKey::es256_pem, JwtAlgorithm::Es256, private(EC)),
        (
            JwtKey::eddsa_public_pem,
            JwtAlgorithm::EdDsa,
            public(ED_PUBLIC),
        ),
        (
            JwtKey::es256_public_pem,
            JwtAlgorithm::Es256,
            public(EC_PUBLIC),
        ),
        (
            JwtKey::rs256_public_pem,
            JwtAlgorithm::Rs256,
            public(RSA_PUBLIC),
        ),
    ];
    for (construct, algorithm, own) in &constructors {
        for (_, _, given) in &constructors {
            let expected = (own != given).then_some(KeyError::WrongKind(*algorithm));
            assert_eq!(construct(given).err(), expected, "{algorithm:?}: {given}");
        }
    }
}

/// J-04: other curves, other primitives, and RSA that is too short or private.
#[test]
fn other_kinds_of_key_are_rejected() {
    let rsa = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let rsa: aws_lc_rs::encoding::Pkcs8V1Der<'_> =
        aws_lc_rs::encoding::AsDer::as_der(&rsa).unwrap();
    for (text, expected) in [
        (private(P384), KeyError::UnknownKind),
        (public(P384_PUBLIC), KeyError::UnknownKind),
        (public(ED448_PUBLIC), KeyError::UnknownKind),
        (private(X25519), KeyError::UnknownKind),
        (public(RSA_1024_PUBLIC), KeyError::RsaSize { bits: 1024 }),
        (pem("PRIVATE KEY", rsa.as_ref()), KeyError::PrivateRsa),
        // Under the other label.
        (public(ED), KeyError::MalformedPem),
        (private(ED_PUBLIC), KeyError::MalformedPem),
    ] {
        assert_eq!(refused(&text), Some(expected), "{text}");
    }
    for label in ["OPENSSH PRIVATE KEY", "X509 CRL", "private key", ""] {
        let text = pem(label, &der(ED));
        assert_eq!(refused(&text), Some(KeyError::UnknownLabel), "{label}");
    }
}

/// RFC 7468 lists labels of other notations; each refusal names the command that converts the block.
#[test]
fn other_notations_are_rejected_with_the_command_that_converts_them() {
    for (label, command) in [
        (
            "EC PRIVATE KEY",
            "openssl pkcs8 -topk8 -nocrypt -in old.pem -out new.pem",
        ),
        (
            "RSA PRIVATE KEY",
            "openssl rsa -in old.pem -pubout -out new.pem",
        ),
        (
            "RSA PUBLIC KEY",
            "openssl rsa -RSAPublicKey_in -in old.pem -pubout -out new.pem",
        ),
        (
            "ENCRYPTED PRIVATE KEY",
            "openssl pkcs8 -in old.pem -out new.pem",
        ),
        (
            "CERTIFICATE",
            "openssl x509 -in old.pem -pubkey -noout -out new.pem",
        ),
    ] {
        let parameters = pem("EC PARAMETERS", &der("BggqhkjOPQMBBw=="));
        let encrypted = format!(
            "-----BEGIN {label}-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n{ED}\n-----END {label}-----\n"
        );
        let block = pem(label, &der(ED));
        for text in [block.clone(), format!("{parameters}{block}"), encrypted] {
            let error = refused(&text).unwrap().to_string();
            assert!(error.contains(label) && error.contains(command), "{error}");
        }
    }
}

/// RFC 7468 §2: text before a block explains it, as `openssl pkey -text` and PKCS#12 exports write it.
/// Editors of some systems put a byte order mark before the first line.
#[test]
fn explanatory_text_and_byte_order_mark_are_ignored() {
    let good = private(ED);
    for text in [
        format!("\u{feff}{good}"),
        format!("\u{feff}\r\n{}", good.replace('\n', "\r\n")),
        format!("# a comment\n{good}"),
        format!("ED25519 Private-Key:\npriv:\n    9d:61:b1\n{good}"),
        format!(
            "Bag Attributes\n    friendlyName: -----BEGIN here\nKey Attributes: <None>\n{good}"
        ),
        format!("\u{feff}Schlüssel für 2026\r\n\r\n{good}"),
    ] {
        assert_eq!(refused(&text), None, "{text:?}");
        assert_eq!(JwtKey::eddsa_pem(&text).err(), None, "{text:?}");
    }
    let jwk = format!("\u{feff}{}\n", confusion::ED_JWK);
    assert_eq!(refused(&jwk), None);
    assert_eq!(JwtKey::from_jwk(&jwk).err(), None);
    for text in [
        format!("{good}# a comment\n"),
        format!("# one\n{good}# two\n{good}"),
    ] {
        assert_eq!(refused(&text), Some(KeyError::MalformedPem), "{text:?}");
    }
}

#[test]
fn text_that_is_not_one_strict_block_is_rejected() {
    let good = public(ED_PUBLIC);
    for harmless in [
        good.trim().to_owned(),
        format!("\n  {good}\n\n"),
        good.replace('\n', "\r\n"),
    ] {
        assert_eq!(refused(&harmless), None, "{harmless:?}");
    }
    for (bad, expected) in [
        (String::new(), KeyError::UnknownNotation),
        ("hunter2".to_owned(), KeyError::UnknownNotation),
        (format!("key: {good}"), KeyError::UnknownNotation),
        (
            good.replace("-----BEGIN", "----BEGIN"),
            KeyError::UnknownNotation,
        ),
        (format!("{good}{good}"), KeyError::MalformedPem),
        (format!("{good}trailing"), KeyError::MalformedPem),
        (
            good.replace("END PUBLIC", "END PRIVATE"),
            KeyError::MalformedPem,
        ),
        (
            good.replace("-----END PUBLIC KEY-----", ""),
            KeyError::MalformedPem,
        ),
        (good.replace('=', ""), KeyError::MalformedPem),
        (good.replace("URo=", "URp="), KeyError::MalformedPem),
        (good.replace('/', "_"), KeyError::MalformedPem),
        (good.replace("MCow", "MC ow"), KeyError::MalformedPem),
        (public(""), KeyError::MalformedPem),
        (private(""), KeyError::MalformedPem),
    ] {
        assert_eq!(refused(&bad), Some(expected), "{bad:?}");
    }
}

/// Lines of other lengths than 64 are accepted if all but the last have the same length.
#[test]
fn lines_of_different_lengths_are_rejected() {
    let folded = |width: usize| {
        let base64 = EC_PUBLIC.replace('\n', "");
        let lines = base64.as_bytes().chunks(width);
        let lines: Vec<_> = lines.map(|line| str::from_utf8(line).unwrap()).collect();
        public(&lines.join("\n"))
    };
    for width in [4, 64, 76, 124, 1_000] {
        assert_eq!(refused(&folded(width)), None, "{width}");
    }
    for bad in [
        public(&EC_PUBLIC.replacen("MFkw", "MFkw\n", 1)),
        public(&EC_PUBLIC.replace('\n', "\n\n")),
        public(&EC_PUBLIC.replace('\n', " \n")),
    ] {
        let refused = JwtKey::from_pem(&bad).map(drop);
        assert_eq!(refused, Err(KeyError::MalformedPem), "{bad}");
    }
}

/// J-15: a public key has one encoding; ambiguous encodings are refused.
#[test]
fn der_that_is_not_canonical_is_rejected() {
    let read = |bytes: &[u8]| refused(&pem("PUBLIC KEY", bytes));
    for base64 in [ED_PUBLIC, EC_PUBLIC, RSA_PUBLIC] {
        let good = der(base64);
        assert_eq!(read(&good), None);
        let trailing = [&good[..], &[0]].concat();
        assert_eq!(read(&trailing), Some(KeyError::MalformedPem));
        for length in 0..good.len().min(40) {
            assert!(read(&good[..length]).is_some(), "{length}");
        }
    }
    let good = der(ED_PUBLIC);
    let long_length = [&[0x30, 0x81], &good[1..]].concat();
    assert_eq!(read(&long_length), Some(KeyError::MalformedPem));
    let mut compressed = der(EC_PUBLIC);
    compressed[26] = 2;
    assert_eq!(read(&compressed), Some(KeyError::Invalid));
}

/// J-04: a private key with the public half of another key.
#[test]
fn pkcs8_halves_of_different_pairs_are_rejected() {
    let mut bytes = der(EC);
    bytes[40] ^= 1;
    assert_eq!(
        refused(&pem("PRIVATE KEY", &bytes)),
        Some(KeyError::Invalid)
    );
}

/// Damage to a private key is an error and never a panic, and no error quotes the key.
#[test]
fn damaged_key_is_rejected_without_panic_or_quote() {
    for base64 in [ED, EC, EC_PUBLIC, ED_PUBLIC, RSA_PUBLIC] {
        let good = der(base64);
        for place in 0..good.len() {
            for bit in [1, 0x80] {
                let mut bytes = good.clone();
                bytes[place] ^= bit;
                for label in ["PRIVATE KEY", "PUBLIC KEY"] {
                    let Some(error) = refused(&pem(label, &bytes)) else {
                        continue;
                    };
                    let shown = format!("{error} {error:?}");
                    assert!(!shown.contains(base64.get(..20).unwrap()), "{shown}");
                }
            }
        }
    }
}
