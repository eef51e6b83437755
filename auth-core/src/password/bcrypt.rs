//! bcrypt hashes that were imported from another system: verified, never made.

/// bcrypt ignores all further bytes; implementations differ in whether they report it.
const MAX_BYTES: usize = 72;

/// Cost 16 takes about four seconds of a core, and each step doubles that.
const COSTS: std::ops::RangeInclusive<u32> = 4..=16;

/// A hash that the crate `bcrypt` has parsed successfully.
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
    /// bcrypt ignores all bytes after the first 72, and it repeats the password with its closing NUL
    /// byte as a key stream, so that `a` and `a NUL a` are the same key. A password longer than 72 bytes
    /// or with a NUL in it therefore never matches: no system could have stored it faithfully. The work
    /// is done in every case.
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let faithful = password.len() <= MAX_BYTES && !password.contains(&0);
        // The same crate has parsed the text, so no error is possible.
        let matches = bcrypt::verify(password, &self.0).unwrap_or(false);
        matches & faithful
    }
}

#[cfg(test)]
mod tests {
    use super::BcryptHash;

    #[test]
    fn valid_versions_and_costs_are_parsed() {
        const HASH: &str = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";
        for version in ["$2a", "$2b", "$2y"] {
            for cost in ["$04", "$10", "$16"] {
                let text = HASH.replace("$2b", version).replace("$04", cost);
                assert!(BcryptHash::parse(&text).is_some(), "{text}");
            }
        }
    }
}
