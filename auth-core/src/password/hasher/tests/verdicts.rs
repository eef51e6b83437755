//! Verdicts of the hasher, and their cost.

use super::*;

/// N-PW-12, A6.2.8: a fresh salt each time; only the hashed password verifies.
#[test]
fn hashed_password_verifies_and_no_other_does() {
    let hasher = quick().build();
    let text = "correct horse battery staple";
    let (first, second) = block_on(async {
        let a = hasher.hash(&password(text)).await.unwrap();
        (a, hasher.hash(&password(text)).await.unwrap())
    });
    assert!(!first.is_same_as(&second));
    assert!(
        first
            .as_stored_str()
            .starts_with("$argon2id$v=19$m=8,t=1,p=1$")
    );
    for hash in [&first, &second] {
        let verdict = verify(&hasher, text, hash.as_stored_str());
        assert_eq!(
            verdict,
            Verdict::Match {
                needs_rehash: false
            }
        );
    }
    // The argon2 crate's own parser accepts the new hash.
    let phc = argon2::PasswordHash::new(first.as_stored_str()).unwrap();
    let theirs = argon2::PasswordVerifier::verify_password(
        &argon2::Argon2::default(),
        text.as_bytes(),
        &phc,
    );
    assert!(theirs.is_ok());
}

/// N-PW-08: NFC and NFD of one password both verify.
#[test]
fn canonically_equal_passwords_verify() {
    let hasher = quick().build();
    let hash = block_on(hasher.hash(&password("Cafe\u{301} A\u{30a}ngstro\u{308}m"))).unwrap();
    let composed = "Caf\u{e9} \u{c5}ngstr\u{f6}m";
    assert!(verify(&hasher, composed, hash.as_stored_str()).is_match());
    assert!(
        verify(
            &hasher,
            "Caf\u{e9} \u{212b}ngstr\u{f6}m",
            hash.as_stored_str()
        )
        .is_match()
    );
}

/// A6.2.8, C-PS-09, N-PW-07: a change of any one code point, of case, a cut or an addition is another password;
/// also after byte 72 and around NUL.
#[test]
fn change_of_any_code_point_is_mismatch() {
    let hasher = quick().build();
    let text: String = "Pass\0wörd 語🔒 +é "
        .chars()
        .cycle()
        .take(Password::MAX)
        .collect();
    assert!(text.len() > 2 * 72 && text.ends_with(' '));
    let hash = block_on(hasher.hash(&password(text.as_str()))).unwrap();
    let hash = hash.as_stored_str();
    assert!(verify(&hasher, &text, hash).is_match());
    let chars: Vec<char> = text.chars().collect();
    for at in 0..chars.len() {
        let (head, tail) = (&chars[..at], &chars[at + 1..]);
        let with = |middle: &str| -> String {
            let head: String = head.iter().collect();
            let tail: String = tail.iter().collect();
            format!("{head}{middle}{tail}")
        };
        for changed in [with("#"), with(""), with("\u{1}")] {
            assert_eq!(
                verify(&hasher, &changed, hash),
                Verdict::Mismatch,
                "at {at}"
            );
        }
        let cut: String = head.iter().collect();
        if at > 0 {
            assert_eq!(
                verify(&hasher, &cut, hash),
                Verdict::Mismatch,
                "cut at {at}"
            );
        }
    }
    assert_eq!(
        verify(&hasher, &text.to_lowercase(), hash),
        Verdict::Mismatch
    );
    assert_eq!(verify(&hasher, text.trim_end(), hash), Verdict::Mismatch);
}

/// A6.3.8, B-62: one verification is one hash of the same cost, independent of the stored hash.
#[test]
fn verification_costs_same_for_known_and_unknown_users() {
    let hasher = quick().build();
    let text = password("correct horse battery staple");
    block_on(async {
        let hash = hasher.hash(&text).await.unwrap();
        let wrong = password("incorrect horse");
        let mut before = hasher.hashes_done();
        assert_eq!(before, 1);
        let over_cap = stored(
            "$argon2id$v=19$m=1048576,t=1000,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        );
        for (password, stored, matches) in [
            (&text, Some(&hash), true),
            (&wrong, Some(&hash), false),
            (&text, None, false),
            (&wrong, None, false),
            (&text, Some(&stored("")), false),
            (&text, Some(&stored("!")), false),
            (
                &text,
                Some(&stored(
                    "$2b$31$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
                )),
                false,
            ),
            (&text, Some(&over_cap), false),
        ] {
            let verdict = hasher.verify(password, stored).await.unwrap();
            assert_eq!(verdict.is_match(), matches, "{stored:?}");
            before += 1;
            assert_eq!(hasher.hashes_done(), before);
        }
    });
}

/// N-PW-13, C-PS-07, A11.2.2: higher costs reach the accounts at their next login; stronger hashes are kept.
#[test]
fn rehash_is_needed_when_parameters_rise() {
    let weak = quick().build();
    let strong = quick().params(params(64, 2, 1)).build();
    let other_lanes = quick().params(params(64, 2, 2)).build();
    let text = password("correct horse battery staple");
    let hash_of = |hasher: &PasswordHasher| block_on(hasher.hash(&text)).unwrap();
    for (made_by, checked_by, expected) in [
        (&weak, &weak, false),
        (&weak, &strong, true),
        (&strong, &weak, false),
        (&strong, &strong, false),
        (&strong, &other_lanes, true),
    ] {
        let hash = hash_of(made_by);
        let verdict = block_on(checked_by.verify(&text, Some(&hash))).unwrap();
        assert_eq!(
            verdict,
            Verdict::Match {
                needs_rehash: expected
            }
        );
        let wrong = block_on(checked_by.verify(&password("wrong"), Some(&hash))).unwrap();
        assert_eq!(wrong, Verdict::Mismatch);
    }
}

/// B-49: damaged hashes never match and never cause an error.
#[test]
fn damaged_hashes_never_match() {
    let hasher = quick().build();
    let good = block_on(hasher.hash(&password("password"))).unwrap();
    let bcrypt = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";
    for good in [good.as_stored_str(), bcrypt] {
        for at in 0..good.len() {
            let (head, tail) = good.split_at(at);
            let rest: String = tail.chars().skip(1).collect();
            for damaged in [
                head.to_owned(),
                format!("{head}é{rest}"),
                format!("{head}\0{rest}"),
                format!("{head}${tail}"),
            ] {
                assert_eq!(
                    verify(&hasher, "password", &damaged),
                    Verdict::Mismatch,
                    "{damaged:?}"
                );
            }
        }
    }
    let huge = "$argon2id$".to_owned() + &"v=19$".repeat(100_000);
    assert_eq!(verify(&hasher, "password", &huge), Verdict::Mismatch);
}
