//! bcrypt hashes that were imported from another system: verified, never made.

/// bcrypt reads no further; implementations differ in whether they say so.
const MAX_BYTES: usize = 72;

/// Cost 16 takes about four seconds of a core, and each step doubles that.
const COSTS: std::ops::RangeInclusive<u32> = 4..=16;

/// A text of which the crate `bcrypt` has found that it is well-formed.
#[derive(Debug)]
pub(super) struct BcryptHash(String);

impl BcryptHash {
    /// Reads `$2b$12$` with 22 characters of salt and 31 of output, also with `$2a$` and `$2y$`. `$2x$`
    /// marks the hashes of a broken implementation.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (version, rest) = text.strip_prefix("$2")?.split_once('$')?;
        let (cost, _) = rest.split_once('$')?;
        let known = matches!(version, "a" | "b" | "y")
            && cost.len() == 2
            && cost.bytes().all(|b| b.is_ascii_digit())
            && COSTS.contains(&cost.parse().ok()?)
            && text.parse::<bcrypt::HashParts>().is_ok();
        known.then(|| Self(text.to_owned()))
    }

    /// Returns whether the hash is that of `password`, without the two traps of bcrypt.
    ///
    /// bcrypt ignores what follows the first 72 bytes, and it repeats the password with its closing NUL
    /// byte as a key stream, so that `a` and `a NUL a` are the same key. A password longer than 72 bytes
    /// or with a NUL in it therefore never matches: no system could have stored it faithfully. The work
    /// is done in every case.
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let faithful = password.len() <= MAX_BYTES && !password.contains(&0);
        // The same crate has parsed the text, so there is no error left.
        let matches = bcrypt::verify(password, &self.0).unwrap_or(false);
        matches & faithful
    }
}

#[cfg(test)]
mod tests {
    use super::BcryptHash;

    #[test]
    fn bcrypt_versions_and_costs_are_read() {
        const HASH: &str = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";
        for version in ["$2a", "$2b", "$2y"] {
            for cost in ["$04", "$10", "$16"] {
                let text = HASH.replace("$2b", version).replace("$04", cost);
                assert!(BcryptHash::parse(&text).is_some(), "{text}");
            }
        }
    }
}
