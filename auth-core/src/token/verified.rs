//! Remembers verified tokens, so that a token that comes with each request is verified once.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use zeroize::Zeroizing;

use super::KeyRing;

/// The number of entries that share a lock and replace each other.
const WAYS: usize = 8;

/// A bounded memory of verified tokens of one profile, and of the value `T` that was read from each.
///
/// A token is found by its whole text: the keyed hash selects the entries to compare, and the comparison of
/// the bytes decides. Only verified tokens are inserted, so requests with random tokens change nothing. An
/// entry ends when its token expires, when the ring of keys is replaced, and when newer entries need its place.
pub(crate) struct VerifiedTokens<T, S = RandomState> {
    sets: Box<[Mutex<Set<T>>]>,
    ways: usize,
    /// Keyed with random numbers of this process, so that a client cannot choose the set of its tokens.
    hasher: S,
}

struct Set<T> {
    /// The ring that verified the entries. A weak reference keeps the address from being reused, and keeps no
    /// retired key in memory.
    ring: Weak<KeyRing>,
    entries: Vec<Entry<T>>,
    /// The entry to replace next, if no entry has expired.
    next: usize,
}

struct Entry<T> {
    hash: u64,
    /// The first second at which the token has expired.
    until: i64,
    token: Zeroizing<Box<str>>,
    value: Arc<T>,
}

impl<T> VerifiedTokens<T> {
    /// Creates a memory of at most `capacity` tokens; of none if it is zero. It grows as tokens are inserted.
    pub(crate) fn new(capacity: usize) -> Self {
        Self::with_hasher(capacity, RandomState::new())
    }
}

impl<T, S: BuildHasher> VerifiedTokens<T, S> {
    fn with_hasher(capacity: usize, hasher: S) -> Self {
        let ways = capacity.min(WAYS);
        let sets = capacity.checked_div(ways).unwrap_or_default();
        let set = || Set {
            ring: Weak::new(),
            entries: Vec::new(),
            next: 0,
        };
        Self {
            sets: (0..sets).map(|_| Mutex::new(set())).collect(),
            ways,
            hasher,
        }
    }

    /// Returns the value of a token that this ring verified, if `now` is before its expiry in seconds.
    pub(crate) fn get(&self, ring: &Arc<KeyRing>, token: &str, now: i64) -> Option<Arc<T>> {
        let hash = self.hasher.hash_one(token);
        let mut set = self.set(hash)?;
        if !set.is_of(ring) {
            return None;
        }
        let is_token = |entry: &Entry<T>| entry.hash == hash && **entry.token == *token;
        let place = set.entries.iter().position(is_token)?;
        let entry = set.entries.get(place)?;
        if now < entry.until {
            return Some(Arc::clone(&entry.value));
        }
        set.entries.swap_remove(place);
        None
    }

    /// Remembers a token that this ring verified. It replaces an entry that has expired at `now`, else the
    /// oldest one, if there is no place.
    pub(crate) fn insert(
        &self,
        ring: &Arc<KeyRing>,
        token: &str,
        (now, until): (i64, i64),
        value: Arc<T>,
    ) {
        let hash = self.hasher.hash_one(token);
        let Some(mut set) = self.set(hash) else {
            return;
        };
        if !set.is_of(ring) {
            set.ring = Arc::downgrade(ring);
            set.entries.clear();
        }
        let entry = Entry {
            hash,
            until,
            token: Zeroizing::new(token.into()),
            value,
        };
        // Two requests may have verified one token at the same time.
        let is_replaceable = |other: &Entry<T>| {
            other.until <= now || (other.hash == hash && other.token == entry.token)
        };
        let place = set.entries.iter().position(is_replaceable);
        let place = match place {
            Some(place) => place,
            None if set.entries.len() < self.ways => {
                set.entries.push(entry);
                return;
            }
            None => {
                let place = set.next;
                set.next = (place + 1) % self.ways;
                place
            }
        };
        if let Some(replaced) = set.entries.get_mut(place) {
            *replaced = entry;
        }
    }

    /// Returns the entries with this hash; `None` if nothing is remembered.
    fn set(&self, hash: u64) -> Option<MutexGuard<'_, Set<T>>> {
        let sets = u64::try_from(self.sets.len()).ok()?;
        let place = usize::try_from(hash.checked_rem(sets)?).ok()?;
        // A panic under the lock leaves complete entries.
        let set = self.sets.get(place)?.lock();
        Some(set.unwrap_or_else(PoisonError::into_inner))
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        let sets = self.sets.iter();
        sets.map(|set| set.lock().unwrap().entries.len()).sum()
    }
}

impl<T> Set<T> {
    fn is_of(&self, ring: &Arc<KeyRing>) -> bool {
        Weak::as_ptr(&self.ring) == Arc::as_ptr(ring)
    }
}

#[cfg(test)]
mod tests {
    use std::hash::Hasher;

    use super::*;
    use crate::secret::Secret;
    use crate::token::JwtKey;

    fn ring() -> Arc<KeyRing> {
        let secret = Secret::generate().unwrap();
        Arc::new(KeyRing::new(JwtKey::hs256_auto_kid(secret)))
    }

    /// Gives every text the same hash.
    #[derive(Clone, Copy)]
    struct Colliding;

    impl Hasher for Colliding {
        fn finish(&self) -> u64 {
            0
        }

        fn write(&mut self, _: &[u8]) {}
    }

    impl BuildHasher for Colliding {
        type Hasher = Self;

        fn build_hasher(&self) -> Self {
            *self
        }
    }

    #[test]
    fn text_with_the_hash_of_a_token_is_not_found() {
        let (ring, tokens) = (ring(), VerifiedTokens::with_hasher(8, Colliding));
        for text in ["a.b.c", "a.b.d"] {
            tokens.insert(&ring, text, (0, 1), Arc::new(text));
            assert_eq!(tokens.get(&ring, text, 0).as_deref(), Some(&text));
        }
        assert_eq!(tokens.len(), 2);
        for text in ["a.b.e", "a.b.", "a.b.c.", ""] {
            assert_eq!(tokens.get(&ring, text, 0), None);
        }
    }

    #[test]
    fn memory_is_full_and_bounded_after_many_tokens() {
        let ring = ring();
        let tokens = VerifiedTokens::new(1000);
        for number in 0..100_000 {
            tokens.insert(&ring, &number.to_string(), (0, 1), Arc::new(number));
        }
        assert_eq!(tokens.len(), 1000);
        let is_found =
            |number: &i32| tokens.get(&ring, &number.to_string(), 0).as_deref() == Some(number);
        assert_eq!((0..100_000).filter(is_found).count(), 1000);
        assert!(is_found(&99_999));
    }
}
