//! Stored hashes that are accepted and texts that are rejected.

use super::*;

const SALT: &str = "c29tZXNhbHQ";
const OUTPUT: &str = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";

fn argon2(head: &str, costs: &str, salt: &str, output: &str) -> String {
    format!("{head}${costs}${salt}${output}")
}

fn good() -> String {
    argon2("$argon2id$v=19", "m=256,t=2,p=1", SALT, OUTPUT)
}

fn read(text: &str) -> Argon2Hash {
    Argon2Hash::parse(text).unwrap_or_else(|| panic!("{text}"))
}

#[track_caller]
fn assert_unknown(text: &str) {
    assert!(Stored::parse(text).is_none(), "{text:?}");
}

#[test]
fn argon2_variants_are_parsed() {
    for (head, algorithm, version) in [
        ("$argon2id$v=19", Algorithm::Argon2id, Version::V0x13),
        ("$argon2i$v=19", Algorithm::Argon2i, Version::V0x13),
        ("$argon2d$v=16", Algorithm::Argon2d, Version::V0x10),
        ("$argon2i", Algorithm::Argon2i, Version::V0x10),
    ] {
        let hash = read(&argon2(head, "m=256,t=2,p=4", SALT, OUTPUT));
        assert_eq!((hash.algorithm, hash.version), (algorithm, version));
        let params = Argon2Params::dangerous_below_floor(256, 2, 4).unwrap();
        assert_eq!(hash.params, params);
        assert_eq!(hash.salt, b"somesalt");
        assert_eq!(hash.output.len(), 32);
    }
}

#[test]
fn written_hash_is_parsed_again() {
    let params = Argon2Params::default();
    let (salt, output) = ([7; SALT_LEN], [9; OUTPUT_LEN]);
    let written = to_phc(params, &salt, &output);
    let text = written.as_stored_str();
    assert!(text.len() <= 128 && text.is_ascii());
    assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let hash = read(text);
    assert_eq!(hash.salt, salt);
    assert_eq!(hash.output, output);
    assert!(!hash.needs_rehash_for(&params));
    // The most expensive parameters that can be configured fit into the column as well.
    let dearest = Argon2Params::dangerous_below_floor(1024 * 1024, 8, 64).unwrap();
    let text = to_phc(dearest, &salt, &output);
    assert!(text.as_stored_str().len() <= 128);
    assert_eq!(read(text.as_stored_str()).params, dearest);
}

/// N-PW-13: another variant, version, a short salt or output are replaced at the next login.
#[test]
fn old_variants_need_rehash() {
    let ours = Argon2Params::dangerous_below_floor(256, 2, 1).unwrap();
    let long = "c29tZXNhbHRzb21lc2FsdA";
    for (head, costs, salt, output, rehash) in [
        ("$argon2id$v=19", "m=256,t=2,p=1", long, OUTPUT, false),
        ("$argon2id$v=19", "m=512,t=2,p=1", long, OUTPUT, false),
        ("$argon2id$v=19", "m=255,t=2,p=1", long, OUTPUT, true),
        ("$argon2id$v=19", "m=256,t=2,p=1", SALT, OUTPUT, true),
        ("$argon2id$v=19", "m=256,t=2,p=1", long, long, true),
        ("$argon2id$v=16", "m=256,t=2,p=1", long, OUTPUT, true),
        ("$argon2id", "m=256,t=2,p=1", long, OUTPUT, true),
        ("$argon2i$v=19", "m=256,t=2,p=1", long, OUTPUT, true),
        ("$argon2d$v=19", "m=512,t=3,p=1", long, OUTPUT, true),
    ] {
        let text = argon2(head, costs, salt, output);
        assert_eq!(read(&text).needs_rehash_for(&ours), rehash, "{text}");
    }
}

#[rustfmt::skip]
const FOREIGN: &[&str] = &[
    "", " ", "!", "*", "$", "$$", "$$$$$$$", "\0", "é", "🔒", "password", "$2", "$2$", "$2b", "$2b$", "$2b$$",
    "$2b$04$", "$2b$4$", "$2é$04$", "$argon2id", "$argon2id$", "$argon2id$v=19", "$argon2id$v=19$",
    "$1$salt$hash", "$5$salt$hash", "$6$salt$hash", "$y$j9T$salt$hash", "$scrypt$ln=17,r=8,p=1$c2FsdA$aGFzaA",
    "$pbkdf2-sha256$29000$salt$hash", "pbkdf2_sha256$260000$salt$hash", "{SSHA}abcdef",
    "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
];

#[rustfmt::skip]
const BAD_COSTS: &[&str] = &[
    // malformed
    "", "m=256", "m=256,t=2", "m=256,t=2,p=1,", "m=256,t=2,p=1,x=1", "t=2,m=256,p=1", "m=256,t=2,p=", "m=,t=2,p=1",
    "m=-256,t=2,p=1", "m=+256,t=2,p=1", "m=0256,t=2,p=1", "m= 256,t=2,p=1", "m=0x100,t=2,p=1", "m=2.5,t=2,p=1",
    "m=٢٥٦,t=2,p=1", "v=19$m=256,t=2,p=1", "m=256,t=2,p=1,keyid=8PDw8A", "m=256,t=2,p=1,data=Dw8PDw8P",
    // not computable
    "m=0,t=2,p=1", "m=256,t=0,p=1", "m=256,t=2,p=0", "m=7,t=2,p=1", "m=256,t=2,p=33",
    // too expensive
    "m=1040,t=2,p=65", "m=256,t=1001,p=1", "m=1048577,t=1,p=1", "m=1048576,t=9,p=1", "m=4294967295,t=1,p=1",
    "m=4294967296,t=1,p=1", "m=99999999999999999999,t=1,p=1", "m=256,t=4294967295,p=16777215",
];

#[rustfmt::skip]
const BAD_BCRYPT: &[(&str, &str)] = &[
    ("$2b", "$2"), ("$2b", "$2x"), ("$2b", "$2c"), ("$2b", "$2B"), ("$2b", "$2bb"), ("$2b", "2b"),
    ("$04", "$03"), ("$04", "$00"), ("$04", "$4"), ("$04", "$004"), ("$04", "$17"), ("$04", "$31"), ("$04", "$99"),
    ("$04", "$+4"), ("$04", "$-4"), ("$04", "$é"), ("$04", "$٤"),
    ("abc", "ab*"), ("abc", "aé"), ("6CG", "6C"), ("6CG", "6CGG"), ("6CG", "6é"), ("6CG", "6C\0"), ("6CG", "6C\n"),
];

/// B-49: damaged, hostile and foreign texts are unknown.
#[test]
fn malformed_and_foreign_hashes_are_unknown() {
    let head = "$argon2id$v=19";
    assert_eq!(read(&good()).params.memory_kib(), 256);
    for text in FOREIGN {
        assert_unknown(text);
    }
    for costs in BAD_COSTS {
        assert_unknown(&argon2(head, costs, SALT, OUTPUT));
    }
    for version in [
        "v=", "v=0", "v=17", "v=20", "v=019", "v=+19", "V=19", "v=19 ",
    ] {
        assert_unknown(&good().replace("v=19", version));
    }
    for algorithm in ["argon2", "argon2x", "Argon2id", "argon2id ", ""] {
        assert_unknown(&good().replace("argon2id", algorithm));
    }
    for (before, after) in [("", "$"), ("", " "), ("", "\n"), (" ", ""), ("$", "")] {
        assert_unknown(&format!("{before}{}{after}", good()));
    }
    for (from, to) in BAD_BCRYPT {
        assert_unknown(&BCRYPT.replacen(from, to, 1));
    }
}

/// B-49: salt and output are plain base64 without padding, neither too short nor too long.
#[test]
fn salt_and_output_lengths_are_limited() {
    let (head, costs) = ("$argon2id$v=19", "m=256,t=2,p=1");
    let of_len = |bytes: usize| Base64Unpadded::encode_string(&vec![0xa5; bytes]);
    for len in [8, 16, 64] {
        assert_eq!(
            read(&argon2(head, costs, &of_len(len), OUTPUT)).salt.len(),
            len
        );
    }
    for len in [16, 32, 64] {
        assert_eq!(
            read(&argon2(head, costs, SALT, &of_len(len))).output.len(),
            len
        );
    }
    for salt in [0, 1, 7, 65, 1_000, 1 << 20] {
        assert_unknown(&argon2(head, costs, &of_len(salt), OUTPUT));
    }
    for output in [0, 4, 15, 65, 1_000, 1 << 20] {
        assert_unknown(&argon2(head, costs, SALT, &of_len(output)));
    }
    for field in [
        "c29tZXNhbHQ=",
        "c29tZXNhbHR",
        "c29tZ XNhbHQ",
        "c29tZXNhbH_",
        "c29tZXNhbHé",
    ] {
        assert_unknown(&argon2(head, costs, field, OUTPUT));
    }
    for field in [
        "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4=",
        "nf65EOgLrQMR-uIPnA4rEsF5h7TKyQwu9U1bMCHGi_4",
    ] {
        assert_unknown(&argon2(head, costs, SALT, field));
    }
}

/// B-49: no prefix of a valid hash, and no hash with one byte replaced, panics.
#[test]
fn damaged_hashes_never_panic() {
    for good in [good().as_str(), BCRYPT] {
        for at in 0..good.len() {
            let (head, tail) = good.split_at(at);
            // Some of these are well-formed again; the test only requires that none panics.
            let _ = Stored::parse(head);
            let rest: String = tail.chars().skip(1).collect();
            for replacement in ["", "$", "=", ",", "0", "9", "A", "é", "\0", "🔒"] {
                let _ = Stored::parse(&format!("{head}{replacement}{rest}"));
            }
        }
    }
}
