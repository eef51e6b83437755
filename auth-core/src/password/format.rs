//! The two text formats of stored hashes, parsed with limits on every field, so that a hostile row is cheap to
//! reject.

#[cfg(test)]
mod tests;

use argon2::{Algorithm, Version};
use base64ct::{Base64Unpadded, Encoding};

#[cfg(feature = "bcrypt")]
use super::bcrypt::BcryptHash;
use super::{params::Argon2Params, stored::PasswordHash};

/// Salt and output of new hashes: 128 and 256 bits (RFC 9106 section 3.1, NIST SP 800-63B-4 3.1.1.2).
pub(super) const SALT_LEN: usize = 16;
pub(super) const OUTPUT_LEN: usize = 32;

/// The longest salt and output of a stored hash, and the size of the buffers for them.
pub(super) const MAX_FIELD_LEN: usize = 64;
/// RFC 9106 section 3.1 allows no shorter salt.
const MIN_SALT_LEN: usize = 8;
/// Shorter outputs are legal, but would match by chance too often.
const MIN_OUTPUT_LEN: usize = 16;

/// A stored hash that can be computed again.
#[derive(Debug)]
pub(super) enum Stored {
    Argon2(Argon2Hash),
    #[cfg(feature = "bcrypt")]
    Bcrypt(BcryptHash),
}

/// The parts of an Argon2 PHC string.
pub(super) struct Argon2Hash {
    pub(super) algorithm: Algorithm,
    pub(super) version: Version,
    pub(super) params: Argon2Params,
    pub(super) salt: Vec<u8>,
    pub(super) output: Vec<u8>,
}

impl Stored {
    /// Returns `None` if the text is unknown, malformed, or too expensive to compute.
    pub(super) fn parse(text: &str) -> Option<Self> {
        #[cfg(feature = "bcrypt")]
        if text.starts_with("$2") {
            return BcryptHash::parse(text).map(Self::Bcrypt);
        }
        Argon2Hash::parse(text).map(Self::Argon2)
    }
}

impl Argon2Hash {
    /// Parses `$argon2id$v=19$m=19456,t=2,p=1$salt$output`; without `v`, the version is 16. The fields `keyid` and
    /// `data` of early versions of the format are not supported.
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

    /// Returns whether a matching password should be hashed again with `ours`.
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

/// Returns the PHC string of an Argon2id hash in version 19.
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
    // The floor applies to new hashes; an old, weak one must verify to be replaced.
    Argon2Params::dangerous_below_floor(memory, passes, lanes).ok()
}

/// Parses a decimal number of the PHC format: digits only, no sign, no leading zero.
fn number(text: &str) -> Option<u32> {
    let plain = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn decode(text: &str, min: usize) -> Option<Vec<u8>> {
    let mut buffer = [0; MAX_FIELD_LEN];
    let bytes = Base64Unpadded::decode(text, &mut buffer).ok()?;
    (bytes.len() >= min).then(|| bytes.to_vec())
}
