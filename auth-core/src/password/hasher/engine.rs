//! The work of one hasher thread: computes or verifies one hash, always at the cost of one hash.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use argon2::{Algorithm, Version};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{HashFailure, Verdict, memory::Memory};
use crate::password::{
    Argon2Params, PasswordHash,
    format::{Argon2Hash, MAX_FIELD_LEN, OUTPUT_LEN, SALT_LEN, Stored, to_phc},
};
use crate::secret::random_bytes;

pub(super) struct Engine {
    params: Argon2Params,
    /// The memory of the current hash. It is empty between hashes.
    pub(super) memory: Memory,
    /// Stands in for the hash of an unknown user. Its result is discarded, so it need not be random, and it exists
    /// before the first login.
    dummy: Argon2Hash,
    /// How many hashes all threads of one hasher have computed.
    done: Arc<AtomicU64>,
}

impl Engine {
    pub(super) fn new(params: Argon2Params, done: Arc<AtomicU64>) -> Self {
        let dummy = Argon2Hash {
            algorithm: Algorithm::Argon2id,
            version: Version::V0x13,
            params,
            salt: vec![0; SALT_LEN],
            output: vec![0; OUTPUT_LEN],
        };
        Self {
            params,
            memory: Memory::for_params(params, Arc::default()),
            dummy,
            done,
        }
    }

    /// Computes a new hash with a random salt.
    pub(super) fn hash(&mut self, password: &[u8]) -> Result<PasswordHash, HashFailure> {
        let salt: [u8; SALT_LEN] = random_bytes().map_err(|_| HashFailure::RANDOM)?;
        let mut output = [0; OUTPUT_LEN];
        let context = (Algorithm::Argon2id, Version::V0x13, self.params);
        self.count();
        self.memory.argon2(context, password, &salt, &mut output)?;
        Ok(to_phc(self.params, &salt, &output))
    }

    /// Computes exactly one hash in every case: a missing or malformed stored hash costs the same as one with these
    /// parameters, and so does a wrong password against a stored hash with cheaper parameters.
    pub(super) fn verify(
        &mut self,
        password: &[u8],
        stored: Option<&PasswordHash>,
    ) -> Result<Verdict, HashFailure> {
        self.count();
        let known = stored.and_then(|hash| Stored::parse(hash.as_stored_str()));
        let (matches, needs_rehash) = match &known {
            Some(Stored::Argon2(hash)) => {
                let matches = argon2_matches(&mut self.memory, password, hash)?;
                if !matches {
                    self.spend_rest(password, hash.params)?;
                }
                (matches, hash.needs_rehash_for(&self.params))
            }
            #[cfg(feature = "bcrypt")]
            Some(Stored::Bcrypt(hash)) => (hash.matches(password), true),
            None => {
                argon2_matches(&mut self.memory, password, &self.dummy)?;
                (false, false)
            }
        };
        if let (Some(hash), None) = (stored, &known) {
            report_unreadable(hash);
        }
        Ok(if matches {
            Verdict::Match { needs_rehash }
        } else {
            Verdict::Mismatch
        })
    }

    /// Computes the difference between the cost of a new hash and these parameters. Otherwise a fast refusal would
    /// reveal that the account exists and has an old hash. (After a match a new hash is computed; a more expensive hash
    /// cannot be hidden.)
    fn spend_rest(&mut self, password: &[u8], spent: Argon2Params) -> Result<(), HashFailure> {
        if let Some(rest) = rest(self.params, spent) {
            let dummy = Argon2Hash {
                params: rest,
                salt: self.dummy.salt.clone(),
                output: self.dummy.output.clone(),
                ..self.dummy
            };
            argon2_matches(&mut self.memory, password, &dummy)?;
        }
        Ok(())
    }

    fn count(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Logs why a stored hash matches no password.
fn report_unreadable(hash: &PasswordHash) {
    if cfg!(not(feature = "bcrypt")) && hash.as_stored_str().starts_with("$2") {
        tracing::warn!(
            target: "auth",
            "a stored bcrypt hash cannot be verified: enable the feature `bcrypt` of auth-core"
        );
    } else {
        tracing::debug!(
            target: "auth",
            "a stored password hash is malformed, unknown or too costly"
        );
    }
}

/// Returns parameters that cost the difference between `full` and `spent`. The cost of Argon2 is its memory times its
/// passes; lanes only allow parallel work.
fn rest(full: Argon2Params, spent: Argon2Params) -> Option<Argon2Params> {
    let cost = |params: Argon2Params| u64::from(params.memory_kib()) * u64::from(params.passes());
    let rest = cost(full).checked_sub(cost(spent))?;
    let passes = rest.div_ceil(u64::from(full.memory_kib())).max(1);
    let memory = u32::try_from(rest / passes).ok()?;
    // A difference smaller than one hash is too small to measure.
    Argon2Params::dangerous_below_floor(memory, u32::try_from(passes).ok()?, 1).ok()
}

fn argon2_matches(
    memory: &mut Memory,
    password: &[u8],
    hash: &Argon2Hash,
) -> Result<bool, HashFailure> {
    let mut buffer = Zeroizing::new([0; MAX_FIELD_LEN]);
    // The parser allows no output longer than the buffer.
    let output = buffer
        .get_mut(..hash.output.len())
        .ok_or(HashFailure::ARGON2)?;
    let context = (hash.algorithm, hash.version, hash.params);
    memory.argon2(context, password, &hash.salt, output)?;
    Ok(output.ct_eq(&hash.output).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Even the password of the dummy hash never matches: an unknown user has no password.
    #[test]
    fn dummy_hash_never_matches() {
        let vector =
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let params = Argon2Params::dangerous_below_floor(256, 2, 1).unwrap();
        let mut engine = Engine::new(params, Arc::default());
        engine.dummy = match Stored::parse(vector) {
            Some(Stored::Argon2(hash)) => hash,
            _ => panic!("the vector is not read"),
        };
        assert!(argon2_matches(&mut engine.memory, b"password", &engine.dummy).unwrap());
        for stored in [None, Some(PasswordHash::from_stored("!".to_owned()))] {
            let verdict = engine.verify(b"password", stored.as_ref());
            assert_eq!(verdict, Ok(Verdict::Mismatch));
        }
    }

    /// The spent cost and the rest add up to the cost of a new hash, within one pass of rounding, and the rest never
    /// needs more memory than a thread has.
    #[test]
    fn cheaper_hash_costs_as_much_as_new_hash() {
        let params =
            |memory, passes| Argon2Params::dangerous_below_floor(memory, passes, 1).unwrap();
        let cost = |params: Argon2Params| params.memory_kib() * params.passes();
        let full = params(19_456, 2);
        for spent in [
            params(19_456, 1),
            params(9_728, 2),
            params(4_096, 3),
            params(8, 1),
        ] {
            let rest = rest(full, spent).unwrap();
            let together = cost(spent) + cost(rest);
            assert!(together.abs_diff(cost(full)) < 3, "{spent:?}: {together}");
            assert!(rest.memory_kib() <= full.memory_kib(), "{rest:?}");
        }
        for spent in [full, params(19_456, 3), params(65_536, 3)] {
            assert!(rest(full, spent).is_none(), "{spent:?}");
        }
    }

    /// The dummy hash has the costs of new hashes.
    #[test]
    fn dummy_hash_has_parameters_of_new_hashes() {
        let params = Argon2Params::default();
        let dummy = Engine::new(params, Arc::default()).dummy;
        assert!(!dummy.needs_rehash_for(&params));
        assert_eq!(dummy.params, params);
        assert_eq!(
            (dummy.salt.len(), dummy.output.len()),
            (SALT_LEN, OUTPUT_LEN)
        );
    }
}
