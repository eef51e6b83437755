//! Hashes of other implementations.

use super::*;

/// V-05: vectors of the Argon2 reference implementation (`src/test.c` of phc-winner-argon2), versions 16 and
/// 19.
#[test]
fn argon2_reference_vectors_verify() {
    let hasher = quick().build();
    for hash in [
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY",
    ] {
        assert!(verify(&hasher, "password", hash).is_match(), "{hash}");
        assert_eq!(verify(&hasher, "Password", hash), Verdict::Mismatch);
    }
}

/// Vectors of `crypt_blowfish` (`wrapper.c`) and of libxcrypt 4.4.
#[cfg(feature = "bcrypt")]
#[test]
fn bcrypt_vectors_verify() {
    let hasher = quick().build();
    let a71 = "a".repeat(71);
    let a72 = "a".repeat(72);
    for (text, hash) in [
        (
            "U*U",
            "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        ),
        (
            "U*U*",
            "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
        ),
        (
            "U*U*U",
            "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a",
        ),
        (
            "correct horse battery staple",
            "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
        ),
        (
            "pässwörd-mit-ümlaut",
            "$2y$04$abcdefghijklmnopqrstuukkTFWNblgqpQvKbCkniS1UAPQKw5OiS",
        ),
        (
            &a71,
            "$2b$04$abcdefghijklmnopqrstuuMCu.k1vM/ywQwiONaEn3oEMlZoCVBd6",
        ),
        (
            &a72,
            "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe",
        ),
    ] {
        let matched = Verdict::Match { needs_rehash: true };
        assert_eq!(verify(&hasher, text, hash), matched, "{text}");
        assert_eq!(
            verify(&hasher, &format!("{text}x"), hash),
            Verdict::Mismatch,
            "{text}"
        );
    }
    // One thread computed one hash per call.
    assert_eq!(hasher.hashes_done(), 14);
}

/// C-PS-03, A6.2.8, B-47, C-PS-09: bcrypt's truncation at 72 bytes and its cyclic key never match.
#[cfg(feature = "bcrypt")]
#[test]
fn truncated_and_repeated_passwords_never_match_bcrypt() {
    let hasher = quick().build();
    // The hash that libxcrypt made of a longer password: its first 72 bytes match, the whole does not.
    let long = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored";
    let hash = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
    assert!(verify(&hasher, long.get(..72).unwrap(), hash).is_match());
    assert_eq!(verify(&hasher, long, hash), Verdict::Mismatch);
    assert_eq!(
        verify(&hasher, long.get(..73).unwrap(), hash),
        Verdict::Mismatch
    );
    // `a`, NUL, `a` is the same key stream as `a`.
    let hash = "$2b$04$abcdefghijklmnopqrstuuMFdJu9yVgmagVAIC24fOZkaFqd3s9JC";
    assert!(verify(&hasher, "a", hash).is_match());
    assert!(
        bcrypt::verify("a\0a", hash).unwrap(),
        "the trap is gone: the rule may go too"
    );
    for text in ["a\0a", "a\0", "a\0a\0a", "a\0b"] {
        assert_eq!(verify(&hasher, text, hash), Verdict::Mismatch, "{text:?}");
    }
    assert_eq!(hasher.hashes_done(), 8);
}
