//! The two text formats of stored hashes, read with bounds on everything: a hostile row costs nothing.

use argon2::{Algorithm, Version};
use base64ct::{Base64Unpadded, Encoding};

use super::{params::Argon2Params, stored::PasswordHash};

/// Salt and output of the hashes that we make: 128 and 256 bits (RFC 9106 section 3.1, NIST SP 800-63B-4 3.1.1.2).
pub(super) const SALT_LEN: usize = 16;
pub(super) const OUTPUT_LEN: usize = 32;

/// The longest salt and output that a stored hash may have. Also the size of the buffers they are decoded into.
pub(super) const MAX_FIELD_LEN: usize = 64;
/// RFC 9106 section 3.1 allows no shorter salt.
const MIN_SALT_LEN: usize = 8;
/// Shorter outputs are legal, but would match by chance too easily.
const MIN_OUTPUT_LEN: usize = 16;

/// Cost 16 takes some four seconds of a core; each step more doubles that, up to days.
const BCRYPT_COSTS: std::ops::RangeInclusive<u32> = 4..=16;

/// A stored hash that can be computed again.
#[derive(Debug)]
pub(super) enum Stored<'a> {
    Argon2(Argon2Hash),
    /// The whole text, of which the crate `bcrypt` has found that it is well-formed.
    Bcrypt(&'a str),
}

/// The parts of an Argon2 PHC string.
pub(super) struct Argon2Hash {
    pub(super) algorithm: Algorithm,
    pub(super) version: Version,
    pub(super) params: Argon2Params,
    pub(super) salt: Vec<u8>,
    pub(super) output: Vec<u8>,
}

impl<'a> Stored<'a> {
    /// `None` for whatever is unknown, malformed, or dearer than we are willing to compute.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        if text.starts_with("$2") {
            return parse_bcrypt(text).map(Self::Bcrypt);
        }
        Argon2Hash::parse(text).map(Self::Argon2)
    }
}

impl Argon2Hash {
    /// `$argon2id$v=19$m=19456,t=2,p=1$salt$output`; no `v` means version 16. The fields `keyid` and `data` of
    /// the format's first years are not understood.
    fn parse(text: &str) -> Option<Self> {
        let mut fields = text.strip_prefix('$')?.split('$');
        let algorithm = match fields.next()? {
            "argon2id" => Algorithm::Argon2id,
            "argon2i" => Algorithm::Argon2i,
            "argon2d" => Algorithm::Argon2d,
            _ => return None,
        };
        let mut costs = fields.next()?;
        let mut version = Version::V0x10;
        if let Some(number) = costs.strip_prefix("v=") {
            version = match number {
                "16" => Version::V0x10,
                "19" => Version::V0x13,
                _ => return None,
            };
            costs = fields.next()?;
        }
        let params = parse_costs(costs)?;
        let salt = decode(fields.next()?, MIN_SALT_LEN)?;
        let output = decode(fields.next()?, MIN_OUTPUT_LEN)?;
        if fields.next().is_some() {
            return None;
        }
        Some(Self {
            algorithm,
            version,
            params,
            salt,
            output,
        })
    }

    /// Whether a password that matched should be hashed anew with `ours`.
    pub(super) fn needs_rehash_for(&self, ours: &Argon2Params) -> bool {
        self.algorithm != Algorithm::Argon2id
            || self.version != Version::V0x13
            || self.salt.len() < SALT_LEN
            || self.output.len() < OUTPUT_LEN
            || self.params.needs_rehash_for(ours)
    }
}

impl std::fmt::Debug for Argon2Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Argon2Hash")
            .field("algorithm", &self.algorithm)
            .field("version", &self.version)
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

/// The PHC string of an Argon2id hash in version 19.
pub(super) fn to_phc(params: Argon2Params, salt: &[u8], output: &[u8]) -> PasswordHash {
    let (memory, passes, lanes) = (params.memory_kib(), params.passes(), params.lanes());
    let salt = Base64Unpadded::encode_string(salt);
    let output = Base64Unpadded::encode_string(output);
    PasswordHash::from_stored(format!(
        "$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${output}"
    ))
}

fn parse_costs(text: &str) -> Option<Argon2Params> {
    let mut costs = text.split(',');
    let memory = number(costs.next()?.strip_prefix("m=")?)?;
    let passes = number(costs.next()?.strip_prefix("t=")?)?;
    let lanes = number(costs.next()?.strip_prefix("p=")?)?;
    if costs.next().is_some() {
        return None;
    }
    // The floor is for hashes that we make; an old, weak one must verify to be replaced.
    Argon2Params::dangerous_below_floor(memory, passes, lanes).ok()
}

/// A decimal number as the PHC format writes it: digits only, no sign, no leading zero.
fn number(text: &str) -> Option<u32> {
    let plain = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn decode(text: &str, min: usize) -> Option<Vec<u8>> {
    let mut buffer = [0; MAX_FIELD_LEN];
    let bytes = Base64Unpadded::decode(text, &mut buffer).ok()?;
    (bytes.len() >= min).then(|| bytes.to_vec())
}

/// `$2b$12$` with 22 characters of salt and 31 of output. `$2x$` marks hashes of a broken implementation.
fn parse_bcrypt(text: &str) -> Option<&str> {
    let (version, rest) = text.strip_prefix("$2")?.split_once('$')?;
    let (cost, _) = rest.split_once('$')?;
    let known = matches!(version, "a" | "b" | "y")
        && cost.len() == 2
        && cost.bytes().all(|b| b.is_ascii_digit())
        && BCRYPT_COSTS.contains(&cost.parse().ok()?)
        && text.parse::<bcrypt::HashParts>().is_ok();
    known.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &str = "c29tZXNhbHQ";
    const OUTPUT: &str = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";

    #[test]
    fn argon2_variants_are_read() {
        for (head, algorithm, version) in [
            ("$argon2id$v=19", Algorithm::Argon2id, Version::V0x13),
            ("$argon2i$v=19", Algorithm::Argon2i, Version::V0x13),
            ("$argon2d$v=16", Algorithm::Argon2d, Version::V0x10),
            ("$argon2i", Algorithm::Argon2i, Version::V0x10),
        ] {
            let text = format!("{head}$m=256,t=2,p=4${SALT}${OUTPUT}");
            let Some(Stored::Argon2(hash)) = Stored::parse(&text) else {
                panic!("{text}");
            };
            assert_eq!((hash.algorithm, hash.version), (algorithm, version));
            let params = Argon2Params::dangerous_below_floor(256, 2, 4).unwrap();
            assert_eq!(hash.params, params);
            assert_eq!(hash.salt, b"somesalt");
            assert_eq!(hash.output.len(), 32);
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let params = Argon2Params::default();
        let (salt, output) = ([7; SALT_LEN], [9; OUTPUT_LEN]);
        let written = to_phc(params, &salt, &output);
        assert!(written.as_stored_str().len() <= 128);
        assert!(
            written
                .as_stored_str()
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
        );
        let Some(Stored::Argon2(read)) = Stored::parse(written.as_stored_str()) else {
            panic!("{}", written.as_stored_str());
        };
        assert_eq!(
            (read.salt.as_slice(), read.output.as_slice()),
            (&salt[..], &output[..])
        );
        assert!(!read.needs_rehash_for(&params));
    }

    /// N-PW-13: another variant, version, a short salt or output are replaced at the next login.
    #[test]
    fn old_shapes_ask_for_a_rehash() {
        let ours = Argon2Params::dangerous_below_floor(256, 2, 1).unwrap();
        let salt = "c29tZXNhbHRzb21lc2FsdA";
        for (text, rehash) in [
            (
                format!("$argon2id$v=19$m=256,t=2,p=1${salt}${OUTPUT}"),
                false,
            ),
            (format!("$argon2i$v=19$m=256,t=2,p=1${salt}${OUTPUT}"), true),
            (
                format!("$argon2id$v=16$m=256,t=2,p=1${salt}${OUTPUT}"),
                true,
            ),
            (format!("$argon2id$m=256,t=2,p=1${salt}${OUTPUT}"), true),
            (
                format!("$argon2id$v=19$m=256,t=2,p=1${SALT}${OUTPUT}"),
                true,
            ),
            (format!("$argon2id$v=19$m=256,t=2,p=1${salt}${salt}"), true),
            (
                format!("$argon2id$v=19$m=255,t=2,p=1${salt}${OUTPUT}"),
                true,
            ),
            (
                format!("$argon2id$v=19$m=512,t=2,p=1${salt}${OUTPUT}"),
                false,
            ),
        ] {
            let Some(Stored::Argon2(hash)) = Stored::parse(&text) else {
                panic!("{text}");
            };
            assert_eq!(hash.needs_rehash_for(&ours), rehash, "{text}");
        }
    }

    /// B-49: damaged, hostile and foreign texts are unknown, whatever they look like.
    #[test]
    fn everything_else_is_unknown() {
        let costs = |costs: &str| format!("$argon2id$v=19${costs}${SALT}${OUTPUT}");
        let good = costs("m=256,t=2,p=1");
        assert!(Stored::parse(&good).is_some());
        assert!(Stored::parse(BCRYPT).is_some());
        let mut bad: Vec<String> = [
            "",
            " ",
            "!",
            "*",
            "$",
            "$$",
            "$$$$$$$",
            "$2",
            "$2$",
            "$2b",
            "$2b$",
            "$2b$$",
            "$2b$04$",
            "$2b$4$",
            "$argon2id",
            "$argon2id$",
            "$argon2id$v=19",
            "$argon2id$v=19$",
            "\0",
            "é",
            "$2é$04$",
            "🔒",
            "password",
            "$1$salt$hash",
            "$5$salt$hash",
            "$6$salt$hash",
            "$y$j9T$salt$hash",
            "$scrypt$ln=17,r=8,p=1$c2FsdA$aGFzaA",
            "$pbkdf2-sha256$29000$salt$hash",
            "pbkdf2_sha256$260000$salt$hash",
            "{SSHA}abcdef",
            "argon2id$v=19$m=8",
            "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
        ]
        .map(str::to_owned)
        .to_vec();
        for c in [
            "",
            "m=256",
            "m=256,t=2",
            "m=256,t=2,p=1,",
            "m=256,t=2,p=1,x=1",
            "t=2,m=256,p=1",
            "m=256,t=2,p=",
            "m=,t=2,p=1",
            "m=-256,t=2,p=1",
            "m=+256,t=2,p=1",
            "m=0256,t=2,p=1",
            "m=0,t=2,p=1",
            "m=256,t=0,p=1",
            "m=256,t=2,p=0",
            "m= 256,t=2,p=1",
            "m=0x100,t=2,p=1",
            "m=2.5,t=2,p=1",
            "m=٢٥٦,t=2,p=1",
            "m=7,t=2,p=1",
            "m=256,t=2,p=33",
            "m=256,t=2,p=65",
            "m=256,t=1001,p=1",
            "m=1048577,t=1,p=1",
            "m=1048576,t=9,p=1",
            "m=4294967295,t=1,p=1",
            "m=4294967296,t=1,p=1",
            "m=99999999999999999999,t=1,p=1",
            "m=256,t=4294967295,p=16777215",
            "m=256,t=2,p=1,keyid=8PDw8A",
            "m=256,t=2,p=1,data=Dw8PDw8P",
            "v=19$m=256,t=2,p=1",
        ] {
            bad.push(costs(c));
        }
        for version in [
            "v=", "v=0", "v=1", "v=17", "v=18", "v=20", "v=019", "v=+19", "V=19", "v=19 ",
        ] {
            bad.push(good.replace("v=19", version));
        }
        for algorithm in ["argon2", "argon2x", "Argon2id", "argon2id ", ""] {
            bad.push(good.replace("argon2id", algorithm));
        }
        let long = "A".repeat(88);
        for salt in [
            "",
            "AA",
            "c29tZXM",
            "c29tZXNhbHQ=",
            "c29tZXNhbHR",
            "c29t ZXNhbHQ",
            "c29tZXNhbH_",
            "é",
            &long,
        ] {
            bad.push(format!("$argon2id$v=19$m=256,t=2,p=1${salt}${OUTPUT}"));
        }
        for output in [
            "",
            "A",
            "AAAAAAAAAAAAAAAAAAAA",
            "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4=",
            "é",
            &long,
        ] {
            bad.push(format!("$argon2id$v=19$m=256,t=2,p=1${SALT}${output}"));
        }
        bad.push(format!("{good}$"));
        bad.push(format!("{good} "));
        bad.push(format!(" {good}"));
        bad.push(format!("{good}\n"));
        for (from, to) in [
            ("$2b", "$2"),
            ("$2b", "$2x"),
            ("$2b", "$2c"),
            ("$2b", "$2B"),
            ("$2b", "$2bb"),
            ("$04", "$03"),
            ("$04", "$00"),
            ("$04", "$4"),
            ("$04", "$004"),
            ("$04", "$17"),
            ("$04", "$31"),
            ("$04", "$99"),
            ("$04", "$+4"),
            ("$04", "$-4"),
            ("$04", "$é"),
            ("$04", "$٤"),
            ("abc", "ab*"),
            ("abc", "aé"),
            ("6CG", "6C"),
            ("6CG", "6CGG"),
            ("6CG", "6é"),
            ("6CG", "6C\0"),
            ("6CG", "6C\n"),
        ] {
            bad.push(BCRYPT.replacen(from, to, 1));
        }
        for text in bad {
            assert!(Stored::parse(&text).is_none(), "{text:?}");
        }
    }

    /// B-49: no prefix of a good hash, and no hash with one byte replaced, panics.
    #[test]
    fn damage_never_panics() {
        let argon2 = format!("$argon2id$v=19$m=256,t=2,p=1${SALT}${OUTPUT}");
        for good in [argon2.as_str(), BCRYPT] {
            for at in 0..good.len() {
                let (head, tail) = good.split_at(at);
                // A cut output may still be well-formed; it is another hash and matches nothing.
                let _ = Stored::parse(head);
                for replacement in ["", "$", "=", ",", "0", "9", "A", "é", "\0", "🔒"] {
                    let rest: String = tail.chars().skip(1).collect();
                    // Some of these are well-formed again; that none panics is what counts.
                    let _ = Stored::parse(&format!("{head}{replacement}{rest}"));
                }
            }
        }
    }
}
