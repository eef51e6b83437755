//! Notes of what was written, by which remembered look-ups end.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use super::{ExpiringKey, Owner};
use crate::session::SessionId;

/// The number of counters. Two keys that share one end each other's remembered answers, which costs a look-up.
const COUNTERS: usize = 4096;

/// Notes which users, sessions and tokens were written, so that the answers of
/// [`AuthBuilder::cached_lookups`](crate::AuthBuilder::cached_lookups) about them end.
///
/// The toolkit notes what it writes itself. A storage has its own notes
/// ([`AccessLookup::changes`](super::AccessLookup::changes)) for what the application writes with it, and
/// for what other processes write. A note is made after the write has come into force, and before
/// the caller hears of it; also if the outcome of the write is not known. (A server that misses a time limit may
/// carry the write out after the note: an answer in between is repeated until it is too old.)
///
/// It keeps no keys: a key selects one of 4096 counters, and a note increases it. Clones share them.
///
/// # Examples
///
/// ```
/// use auth_core::store::AccessChanges;
///
/// let changes = AccessChanges::new();
/// changes.note_user(&7.to_string());
/// // After a lost connection to the feed of other processes' writes:
/// changes.note_all();
/// ```
#[derive(Clone)]
pub struct AccessChanges {
    counters: Arc<Counters>,
}

struct Counters {
    /// The number of notes of any kind.
    total: AtomicU64,
    /// The number of notes about everything.
    all: AtomicU64,
    of_keys: Box<[AtomicU64]>,
}

/// The counter of a key, by its number: what a process tells another one.
///
/// # Examples
///
/// ```
/// use auth_core::store::{AccessChanges, ChangeNumber};
///
/// // One process sends the number as a text, and another one notes it.
/// let text = ChangeNumber::of_user("7").get().to_string();
/// let changes = AccessChanges::new();
/// match text.parse().ok().and_then(ChangeNumber::new) {
///     Some(number) => changes.note(number),
///     None => changes.note_all(),
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeNumber(u16);

/// The counters of an answer, as they were before it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Versions {
    all: u64,
    keys: [u64; 3],
}

impl ChangeNumber {
    /// Returns the number; `None` if it is out of range.
    #[must_use]
    pub fn new(number: u16) -> Option<Self> {
        (usize::from(number) < COUNTERS).then_some(Self(number))
    }

    /// Returns the number of a user, by the text of its key.
    #[must_use]
    pub fn of_user(key: &str) -> Self {
        Self::of(b'u', key.as_bytes())
    }

    /// Returns the number of the user that owns sessions, whatever its realm.
    #[must_use]
    pub fn of_owner(owner: &Owner) -> Self {
        let key = owner.as_str().split_once(':');
        Self::of_user(key.map_or("", |(_, key)| key))
    }

    /// Returns the number of a session.
    #[must_use]
    pub fn of_session(id: &SessionId) -> Self {
        Self::of(b's', id.as_bytes())
    }

    /// Returns the number of an entry of an [`ExpiringStore`](crate::ExpiringStore).
    #[must_use]
    pub fn of_token(key: &ExpiringKey) -> Self {
        Self::of(b't', key.as_str().as_bytes())
    }

    /// Returns the number, from 0 to 4095.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }

    /// The first 12 bits of a digest: every process gives a key the same number. A client that finds keys with one
    /// number only ends answers early.
    fn of(kind: u8, key: &[u8]) -> Self {
        use sha2::{Digest, Sha256};

        let digest = Sha256::new().chain_update([kind]).chain_update(key);
        let [first, second, ..] = <[u8; 32]>::from(digest.finalize());
        Self(u16::from_be_bytes([first, second]) >> 4)
    }
}

impl AccessChanges {
    /// Creates notes without an entry.
    #[must_use]
    pub fn new() -> Self {
        Self {
            counters: Arc::new(Counters {
                total: AtomicU64::new(0),
                all: AtomicU64::new(0),
                of_keys: (0..COUNTERS).map(|_| AtomicU64::new(0)).collect(),
            }),
        }
    }

    /// Notes that a user was written, by the text of its key.
    pub fn note_user(&self, key: &str) {
        self.note(ChangeNumber::of_user(key));
    }

    /// Notes that the sessions of an owner were written.
    pub fn note_owner(&self, owner: &Owner) {
        self.note(ChangeNumber::of_owner(owner));
    }

    /// Notes that a session was written.
    pub fn note_session(&self, id: &SessionId) {
        self.note(ChangeNumber::of_session(id));
    }

    /// Notes that an entry of the [`ExpiringStore`](crate::ExpiringStore) was written: a token may be revoked.
    pub fn note_token(&self, key: &ExpiringKey) {
        self.note(ChangeNumber::of_token(key));
    }

    /// Notes a write by the number of its key.
    pub fn note(&self, number: ChangeNumber) {
        // The total comes first: who reads the new counter of a key reads the new total afterwards.
        self.counters.total.fetch_add(1, SeqCst);
        if let Some(counter) = self.counters.of_keys.get(usize::from(number.0)) {
            counter.fetch_add(1, SeqCst);
        }
    }

    /// Notes that anything may have been written.
    pub fn note_all(&self) {
        self.counters.total.fetch_add(1, SeqCst);
        self.counters.all.fetch_add(1, SeqCst);
    }

    /// Returns the number of notes.
    pub(crate) fn total(&self) -> u64 {
        self.counters.total.load(SeqCst)
    }

    /// Returns the counters of these keys.
    pub(crate) fn versions(&self, keys: [ChangeNumber; 3]) -> Versions {
        let count = |key: ChangeNumber| {
            let counter = self.counters.of_keys.get(usize::from(key.0));
            counter.map_or(0, |counter| counter.load(SeqCst))
        };
        Versions {
            all: self.counters.all.load(SeqCst),
            keys: keys.map(count),
        }
    }
}

impl Default for AccessChanges {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for AccessChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessChanges")
            .field("total", &self.total())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn note_changes_the_counter_of_its_key_and_of_few_others() {
        let changes = AccessChanges::new();
        let numbers = |key: &str| [ChangeNumber::of_user(key); 3];
        let before = changes.versions(numbers("7"));
        let others: Vec<_> = (100..200).map(|key| key.to_string()).collect();
        for other in &others {
            changes.note_user(other);
        }
        assert_eq!(changes.versions(numbers("7")), before);
        changes.note_user("7");
        assert_ne!(changes.versions(numbers("7")), before);
        let before = changes.versions(numbers("7"));
        changes.note_all();
        assert_ne!(changes.versions(numbers("7")), before);
        assert_eq!(changes.total(), 102);
    }

    #[test]
    fn owner_has_the_number_of_its_user() {
        let owner = Owner::new("staff", "a:b").unwrap();
        assert_eq!(ChangeNumber::of_owner(&owner), ChangeNumber::of_user("a:b"));
        assert_eq!(ChangeNumber::new(4096), None);
        assert!(ChangeNumber::new(4095).is_some());
    }

    /// Keys that count up select all counters about equally.
    #[test]
    fn numbers_are_spread() {
        let mut counts = vec![0_u32; COUNTERS];
        for key in 0..COUNTERS * 32 {
            let number = ChangeNumber::of_user(&key.to_string());
            counts[usize::from(number.get())] += 1;
        }
        let most = counts.iter().max();
        assert!(most.is_some_and(|most| *most < 128), "{most:?}");
    }
}
