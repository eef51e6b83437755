//! The memory that one hash fills, allocated for many hashes.
//!
//! Argon2 needs 19 MiB per hash, and an allocator that serves such blocks to many threads may not reuse them, so
//! that the process keeps gigabytes after many logins. Therefore a block of memory is reused from hash to hash, and
//! is given back to the operating system when it was idle.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};

use super::HashFailure;
use crate::password::Argon2Params;

/// Hashes that need more blocks of 1 KiB than this are computed one at a time in the whole process, so that hostile
/// rows cannot make each thread allocate a gigabyte.
const LARGE_BLOCKS: usize = 128 * 1024;

static LARGE: Mutex<()> = Mutex::new(());

/// The number of blocks to reserve, at least, for a memory of [`SMALL_BLOCKS`] or more: a little over 32 MiB.
///
/// The allocator of glibc maps such an allocation, and unmaps it when it is freed (`M_MMAP_THRESHOLD` in
/// `mallopt(3)`, at most 32 MiB on 64 bits). A smaller one comes from a heap after the first was freed, and its
/// pages then stay with the process. Reserved pages that are not written take no memory.
const RESERVED_BLOCKS: usize = 32 * 1024 + 64;

const SMALL_BLOCKS: usize = 1024;

pub(super) struct Memory {
    blocks: Vec<Block>,
    /// The number of blocks that are kept from hash to hash: the need of new hashes.
    kept: usize,
    /// The blocks of all memories of one hasher.
    held: Arc<AtomicUsize>,
}

impl Memory {
    /// Allocates nothing yet. `held` counts the blocks of this memory, and may count those of others.
    pub(super) fn for_params(params: Argon2Params, held: Arc<AtomicUsize>) -> Self {
        Self {
            blocks: Vec::new(),
            kept: block_count(params),
            held,
        }
    }

    /// Computes Argon2 into `output`. A stored hash that needs more memory than a new one gets it for this one hash.
    pub(super) fn argon2(
        &mut self,
        (algorithm, version, params): (Algorithm, Version, Argon2Params),
        password: &[u8],
        salt: &[u8],
        output: &mut [u8],
    ) -> Result<(), HashFailure> {
        let needed = block_count(params);
        let costs = Params::new(params.memory_kib(), params.passes(), params.lanes(), None)
            .map_err(|_| HashFailure::ARGON2)?;
        let context = Argon2::new(algorithm, version, costs);

        let is_large = needed > self.kept && needed > LARGE_BLOCKS;
        // The lock guards no data, so a poisoned one can be used.
        let _turn = is_large.then(|| LARGE.lock().unwrap_or_else(PoisonError::into_inner));
        self.grow(needed.max(self.kept))?;
        let result = context
            .hash_password_into_with_memory(password, salt, output, &mut self.blocks)
            .map_err(|_| HashFailure::ARGON2);
        if self.blocks.len() > self.kept {
            self.free();
        }
        result
    }

    fn free(&mut self) {
        let freed = std::mem::take(&mut self.blocks).len();
        self.held.fetch_sub(freed, Ordering::Relaxed);
    }

    /// A failed allocation is an error here and does not abort the process.
    fn grow(&mut self, to: usize) -> Result<(), HashFailure> {
        if self.blocks.len() < to {
            // The old content is not needed: freeing it first keeps the peak low and saves the copy.
            self.free();
            let reserved = if to < SMALL_BLOCKS {
                to
            } else {
                to.max(RESERVED_BLOCKS)
            };
            self.blocks
                .try_reserve_exact(reserved)
                .map_err(|_| HashFailure::MEMORY)?;
            self.blocks.resize(to, Block::new());
            self.held.fetch_add(to, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.free();
    }
}

/// Memory in KiB rounded down to a multiple of four times the lanes (RFC 9106 section 3.2); never more than 2^20.
fn block_count(params: Argon2Params) -> usize {
    usize::try_from(params.memory_kib()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B-49: more expensive stored hashes use additional memory only while they are computed.
    #[test]
    fn only_memory_of_new_hashes_is_kept() {
        let params = |kib| Argon2Params::dangerous_below_floor(kib, 1, 1).unwrap();
        let held = Arc::new(AtomicUsize::new(0));
        let mut memory = Memory::for_params(params(64), Arc::clone(&held));
        assert_eq!(held.load(Ordering::Relaxed), 0);
        let mut held_after = |kib| {
            let context = (Algorithm::Argon2id, Version::V0x13, params(kib));
            memory
                .argon2(context, b"password", b"somesalt", &mut [0; 32])
                .unwrap();
            held.load(Ordering::Relaxed)
        };
        assert_eq!(held_after(64), 64);
        assert_eq!(held_after(8), 64);
        assert_eq!(held_after(1000), 0);
        assert_eq!(held_after(8), 64);
        drop(memory);
        assert_eq!(held.load(Ordering::Relaxed), 0);
    }

    /// The previous content of the memory does not change a hash.
    #[test]
    fn reused_memory_does_not_change_hashes() {
        let params = |kib, lanes| Argon2Params::dangerous_below_floor(kib, 2, lanes).unwrap();
        let mut used = Memory::for_params(params(256, 1), Arc::default());
        for (kib, lanes) in [(256, 1), (64, 2), (33, 4), (1000, 3), (8, 1), (256, 1)] {
            let context = (Algorithm::Argon2id, Version::V0x13, params(kib, lanes));
            let (mut a, mut b) = ([0; 32], [0; 32]);
            used.argon2(context, b"password", b"somesalt", &mut a)
                .unwrap();
            Memory::for_params(params(8, 1), Arc::default())
                .argon2(context, b"password", b"somesalt", &mut b)
                .unwrap();
            assert_eq!(a, b, "{kib} {lanes}");
        }
    }
}
