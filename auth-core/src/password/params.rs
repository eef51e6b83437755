//! The cost of an Argon2id hash, and its lowest allowed values.

/// Memory, passes and lanes of Argon2id.
///
/// The default is 19 MiB, 2 passes, 1 lane: the second of OWASP's five equivalent minimums, about 16 ms on a server
/// core, small enough for one login per core in its cache hierarchy and memory.
///
/// # Examples
///
/// ```
/// use auth_core::password::{Argon2Params, InvalidParams};
///
/// assert_eq!(Argon2Params::default(), Argon2Params::new(19 * 1024, 2, 1)?);
/// assert_eq!(Argon2Params::new(19 * 1024, 1, 1), Err(InvalidParams::BelowFloor));
/// # Ok::<(), InvalidParams>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Params {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// OWASP Password Storage Cheat Sheet, and ASVS 5.0 appendix C: (memory in KiB, passes), equally strong.
const FLOORS: [(u32, u32); 5] = [
    (46 * 1024, 1),
    (19 * 1024, 2),
    (12 * 1024, 3),
    (9 * 1024, 4),
    (7 * 1024, 5),
];

/// 1 GiB. Configuration and stored hashes above it are refused, so that a hostile row cannot exhaust memory.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
const MAX_PASSES: u32 = 1000;
const MAX_LANES: u32 = 64;
/// Memory times passes, in KiB: 8 GiB in total, some seconds of one core. Without this limit, 1 GiB and 1000 passes,
/// each allowed alone, would occupy a thread for an hour.
const MAX_WORK_KIB: u64 = 8 * 1024 * 1024;

impl Argon2Params {
    /// Returns parameters at or above one of OWASP's floors: 46 MiB with 1 pass, 19 MiB with 2, 12 MiB with 3, 9 MiB
    /// with 4, 7 MiB with 5, each with at least one lane.
    ///
    /// `memory_kib` is in KiB (1024 bytes); `lanes` is the degree of parallelism that the hash is *defined* with;
    /// one thread computes all lanes.
    ///
    /// # Errors
    ///
    /// [`InvalidParams::BelowFloor`] below all five; [`InvalidParams::OutOfRange`] outside the range of
    /// [`dangerous_below_floor`](Self::dangerous_below_floor).
    pub const fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, InvalidParams> {
        match Self::dangerous_below_floor(memory_kib, passes, lanes) {
            Ok(params) if params.is_below_floor() => Err(InvalidParams::BelowFloor),
            result => result,
        }
    }

    /// Returns parameters that may be too weak to protect a stolen database. For tests, where hashes must be quick.
    ///
    /// # Errors
    ///
    /// [`InvalidParams::OutOfRange`] unless `lanes` is 1 to 64, `passes` 1 to 1000, `memory_kib` at least eight
    /// times `lanes` (RFC 9106 section 3.1) and at most 1 GiB, and memory times passes at most 8 GiB.
    ///
    /// # Examples
    ///
    /// ```
    /// use auth_core::password::{Argon2Params, InvalidParams};
    ///
    /// let quick = Argon2Params::dangerous_below_floor(8, 1, 1)?;
    /// assert!(quick.is_below_floor());
    /// # Ok::<(), InvalidParams>(())
    /// ```
    pub const fn dangerous_below_floor(
        memory_kib: u32,
        passes: u32,
        lanes: u32,
    ) -> Result<Self, InvalidParams> {
        let params = Self {
            memory_kib,
            passes,
            lanes,
        };
        let in_range = lanes >= 1
            && lanes <= MAX_LANES
            && passes >= 1
            && passes <= MAX_PASSES
            && memory_kib >= 8 * lanes
            && memory_kib <= MAX_MEMORY_KIB
            && params.work() <= MAX_WORK_KIB;
        if in_range {
            Ok(params)
        } else {
            Err(InvalidParams::OutOfRange)
        }
    }

    /// Returns the memory in KiB.
    #[must_use]
    pub const fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// Returns how often the memory is filled.
    #[must_use]
    pub const fn passes(&self) -> u32 {
        self.passes
    }

    /// Returns the degree of parallelism that the hash is defined with.
    #[must_use]
    pub const fn lanes(&self) -> u32 {
        self.lanes
    }

    /// Returns whether these parameters are weaker than all five of OWASP's minimums.
    #[must_use]
    pub const fn is_below_floor(&self) -> bool {
        let mut floors = FLOORS.as_slice();
        while let [floor, rest @ ..] = floors {
            if self.reaches(*floor) {
                return false;
            }
            floors = rest;
        }
        true
    }

    /// Returns whether a hash with these parameters is to be replaced by one with `ours`: they differ, and these are
    /// not stronger, that is, not at least as much memory *and* as many passes, and more of one. Lanes make no hash
    /// stronger.
    pub(super) const fn needs_rehash_for(&self, ours: &Self) -> bool {
        let at_least = self.memory_kib >= ours.memory_kib && self.passes >= ours.passes;
        let equal_work = self.memory_kib == ours.memory_kib && self.passes == ours.passes;
        let same = equal_work && self.lanes == ours.lanes;
        let stronger = at_least && !equal_work;
        !(same || stronger)
    }

    const fn reaches(&self, (memory_kib, passes): (u32, u32)) -> bool {
        self.memory_kib >= memory_kib && self.passes >= passes
    }

    const fn work(&self) -> u64 {
        self.memory_kib as u64 * self.passes as u64
    }
}

impl Default for Argon2Params {
    fn default() -> Self {
        Self {
            // 19 MiB and two passes: OWASP's recommendation if 46 MiB per login are too much.
            memory_kib: 19 * 1024,
            passes: 2,
            // One lane: the hasher gives one thread to each hash.
            lanes: 1,
        }
    }
}

/// Why [`Argon2Params`] were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidParams {
    /// Weaker than all of OWASP's minimums.
    #[error(
        "argon2 parameters are weaker than every OWASP minimum (46 MiB and 1 pass, 19 MiB and 2, 12 MiB and 3, \
         9 MiB and 4, 7 MiB and 5)"
    )]
    BelowFloor,
    /// Not computable, or more than 1 GiB of memory, 1000 passes, 64 lanes or 8 GiB of memory times passes.
    #[error(
        "argon2 parameters are out of range (1 to 64 lanes, 1 to 1000 passes, memory from 8 KiB a lane to 1 GiB, \
         memory times passes at most 8 GiB)"
    )]
    OutOfRange,
}

#[cfg(test)]
mod tests {
    use super::*;

    // C-PS-01, A11.4.2: the default cannot fall below a floor without breaking the build.
    const _: () = assert!(Argon2Params::new(19 * 1024, 2, 1).is_ok());

    /// C-PS-01, A11.4.2: each of OWASP's rows is accepted; one KiB or one pass less is not.
    #[test]
    fn parameters_below_owasp_floors_are_rejected() {
        for (mib, passes) in [(46, 1), (19, 2), (12, 3), (9, 4), (7, 5)] {
            for lanes in [1, 2, 64] {
                assert!(Argon2Params::new(mib * 1024, passes, lanes).is_ok());
            }
            let less = Argon2Params::new(mib * 1024 - 1, passes, 1);
            assert_eq!(less, Err(InvalidParams::BelowFloor), "{mib} MiB less one");
            if passes > 1 {
                let fewer = Argon2Params::new(mib * 1024, passes - 1, 1);
                assert_eq!(fewer, Err(InvalidParams::BelowFloor), "{mib} MiB");
            }
        }
        assert!(Argon2Params::new(7 * 1024, 100, 1).is_ok());
        assert_eq!(
            Argon2Params::new(6 * 1024, 100, 1),
            Err(InvalidParams::BelowFloor)
        );
        assert!(!Argon2Params::default().is_below_floor());
    }

    /// B-49: parameters that cannot be computed in reasonable time are rejected.
    #[test]
    fn parameters_out_of_range_are_rejected() {
        for (memory, passes, lanes, accepted) in [
            (8, 1, 1, true),
            (7, 1, 1, false),
            (15, 1, 2, false),
            (16, 1, 2, true),
            (512, 1, 64, true),
            (8 * 65, 1, 65, false),
            (8, 0, 1, false),
            (8, 1, 0, false),
            (8, 1000, 1, true),
            (8, 1001, 1, false),
            (1024 * 1024, 8, 1, true),
            (1024 * 1024, 9, 1, false),
            (1024 * 1024 + 1, 1, 1, false),
            (u32::MAX, u32::MAX, u32::MAX, false),
            (u32::MAX, 1, u32::MAX, false),
        ] {
            let result = Argon2Params::dangerous_below_floor(memory, passes, lanes);
            assert_eq!(result.is_ok(), accepted, "{memory} {passes} {lanes}");
        }
    }

    /// N-PW-13: hashes are replaced when parameters rise, and not weakened when they fall.
    #[test]
    fn only_weaker_or_different_parameters_need_rehash() {
        let params = |(m, t, p)| Argon2Params::dangerous_below_floor(m, t, p).unwrap();
        let ours = params((1024, 2, 2));
        for (stored, rehash) in [
            ((1024, 2, 2), false), // the same
            ((1024, 2, 1), true),  // other lanes at the same cost: different, not stronger
            ((1024, 2, 4), true),
            ((1023, 2, 2), true), // weaker
            ((1024, 1, 2), true),
            ((512, 1, 1), true),
            ((1025, 2, 2), false), // stronger
            ((1024, 3, 2), false),
            ((2048, 3, 1), false),
            ((2048, 1, 2), true), // neither: more memory, fewer passes
            ((512, 8, 2), true),
        ] {
            assert_eq!(params(stored).needs_rehash_for(&ours), rehash, "{stored:?}");
        }
    }
}
