//! The memory between two hashes: reused by the next hash, or given back after an idle time.

use std::sync::{Arc, atomic::AtomicUsize};
use std::time::{Duration, Instant};

use super::memory::Memory;
use crate::password::Argon2Params;

/// The memories that no hash uses. The last one to come is the first to go, so that no more memories stay in use
/// than hashes run at once.
pub(super) struct IdleMemory {
    params: Argon2Params,
    keep: Duration,
    held: Arc<AtomicUsize>,
    /// The memories, in the order of their last uses.
    memories: Vec<(Instant, Memory)>,
}

impl IdleMemory {
    /// `keep` is how long a memory is kept after its last use.
    pub(super) fn new(params: Argon2Params, keep: Duration, held: Arc<AtomicUsize>) -> Self {
        Self {
            params,
            keep,
            held,
            memories: Vec::new(),
        }
    }

    /// Returns the memory of the latest hash, or an empty one.
    pub(super) fn take(&mut self) -> Memory {
        let last = self.memories.pop().map(|(_, memory)| memory);
        last.unwrap_or_else(|| self.empty())
    }

    /// Returns a memory that allocates nothing until a hash uses it.
    pub(super) fn empty(&self) -> Memory {
        Memory::for_params(self.params, Arc::clone(&self.held))
    }

    pub(super) fn put(&mut self, memory: Memory, now: Instant) {
        self.memories.push((now, memory));
    }

    /// Removes the memories whose time is over. The caller drops them, best without a lock.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Memory> {
        let is_over = |&(used, _): &(Instant, Memory)| now.duration_since(used) >= self.keep;
        let over = self
            .memories
            .iter()
            .take_while(|idle| is_over(idle))
            .count();
        let over = self.memories.drain(..over);
        over.map(|(_, memory)| memory).collect()
    }

    /// Returns how long the oldest memory is kept from now on; `None` if there is none.
    pub(super) fn next(&self, now: Instant) -> Option<Duration> {
        let (used, _) = self.memories.first()?;
        Some(self.keep.saturating_sub(now.duration_since(*used)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use argon2::{Algorithm, Version};

    use super::*;

    /// The memory of the latest hash is reused, and each memory is kept for its time after its last use.
    #[test]
    fn idle_memory_is_reused_or_given_back_in_time() {
        let params = Argon2Params::dangerous_below_floor(64, 1, 1).unwrap();
        let held = Arc::new(AtomicUsize::new(0));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut idle = IdleMemory::new(params, Duration::from_mins(1), Arc::clone(&held));
        assert_eq!(idle.next(start), None);
        let (mut first, mut second) = (idle.take(), idle.take());
        for memory in [&mut first, &mut second] {
            let context = (Algorithm::Argon2id, Version::V0x13, params);
            memory
                .argon2(context, b"password", b"somesalt", &mut [0; 32])
                .unwrap();
        }
        idle.put(first, at(0));
        idle.put(second, at(10));
        for seconds in [20, 40, 59] {
            let reused = idle.take();
            assert!(idle.expire(at(seconds)).is_empty());
            idle.put(reused, at(seconds));
        }
        assert_eq!(held.load(Ordering::Relaxed), 128);
        assert_eq!(idle.next(at(59)), Some(Duration::from_secs(1)));
        drop(idle.expire(at(60)));
        assert_eq!(held.load(Ordering::Relaxed), 64, "one hash at once");
        assert_eq!(idle.next(at(60)), Some(Duration::from_secs(59)));
        drop(idle.expire(at(119)));
        assert_eq!(held.load(Ordering::Relaxed), 0);
    }
}
