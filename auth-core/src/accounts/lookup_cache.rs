//! Remembered answers of look-ups, for a bounded time and until something of them is written.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::look_up::TokenQuery;
use crate::session::SessionId;
use crate::store::{AccessChanges, AccessRecord, ChangeNumber, Versions};
use crate::strategy::TokenRevocation;
use crate::user::AuthUser;

/// The number of entries that share a lock and replace each other.
const WAYS: usize = 8;

/// Answers that were positive: the token was not revoked, and its session and user exist. Others are never
/// remembered, so random tokens take no place.
pub(crate) struct LookupCache<U: AuthUser> {
    changes: AccessChanges,
    max_staleness: Duration,
    sets: Box<[Mutex<Set<U>>]>,
    ways: usize,
    /// Keyed with random numbers of this process, so that a client cannot choose the set of its tokens.
    hasher: RandomState,
}

struct Set<U: AuthUser> {
    entries: Vec<Entry<U>>,
    /// The entry to replace next.
    next: usize,
}

struct Entry<U: AuthUser> {
    hash: u64,
    revocation: Option<TokenRevocation>,
    session: Option<SessionId>,
    user: Option<U::Id>,
    keys: [ChangeNumber; 3],
    versions: Versions,
    /// When the answer was asked for.
    at: OffsetDateTime,
    /// The same, by a clock that is never set back.
    since: Instant,
    record: AccessRecord<U>,
}

/// The state before a look-up: its answer is remembered only if nothing was written meanwhile.
#[derive(Clone, Copy)]
pub(crate) struct BeforeLookup {
    total: u64,
    at: OffsetDateTime,
    since: Instant,
}

impl<U: AuthUser> LookupCache<U> {
    /// Creates a cache of at most `capacity` answers. It grows as answers are remembered.
    pub(crate) fn new(changes: AccessChanges, max_staleness: Duration, capacity: usize) -> Self {
        let ways = capacity.clamp(1, WAYS);
        let set = || Set {
            entries: Vec::new(),
            next: 0,
        };
        Self {
            changes,
            max_staleness,
            sets: (0..capacity / ways).map(|_| Mutex::new(set())).collect(),
            ways,
            hasher: RandomState::new(),
        }
    }

    /// Returns the notes by which answers end.
    pub(crate) fn changes(&self) -> &AccessChanges {
        &self.changes
    }

    /// Returns the remembered answer to a query, if nothing of it was written since, and it is not older than
    /// the limit. After the clock was set back an answer is of the future, and not used.
    pub(crate) fn get(
        &self,
        query: TokenQuery<'_, U::Id>,
        now: OffsetDateTime,
    ) -> Option<AccessRecord<U>> {
        let hash = self.hash(query);
        let mut set = self.set(hash)?;
        let place = set
            .entries
            .iter()
            .position(|entry| entry.is_of(hash, query))?;
        let entry = set.entries.get(place)?;
        let age = Duration::try_from(now - entry.at);
        let is_young = age.is_ok_and(|age| age < self.max_staleness)
            && entry.since.elapsed() < self.max_staleness;
        if is_young && entry.versions == self.changes.versions(entry.keys) {
            return Some(entry.record.clone());
        }
        set.entries.swap_remove(place);
        None
    }

    /// Returns the state before a look-up at `now`.
    pub(crate) fn before(&self, now: OffsetDateTime) -> BeforeLookup {
        BeforeLookup {
            total: self.changes.total(),
            at: now,
            since: Instant::now(),
        }
    }

    /// Remembers an answer, if it is positive, and nothing was written while it was asked for.
    pub(crate) fn insert(
        &self,
        query: TokenQuery<'_, U::Id>,
        before: BeforeLookup,
        record: &AccessRecord<U>,
    ) {
        let Some(user) = &record.user else {
            return;
        };
        if record.is_revoked || (query.session.is_some() && record.session.is_none()) {
            return;
        }
        let of_user = ChangeNumber::of_user(&user.id().to_string());
        let session = query.session.map(ChangeNumber::of_session);
        let token = query.revocation.map(|of| ChangeNumber::of_token(&of.key));
        let keys = [
            of_user,
            session.unwrap_or(of_user),
            token.unwrap_or(of_user),
        ];
        let versions = self.changes.versions(keys);
        // A write that was noted before the versions were read has changed the total; a later one changes the
        // versions.
        if self.changes.total() != before.total {
            return;
        }
        let hash = self.hash(query);
        let entry = Entry {
            hash,
            revocation: query.revocation.cloned(),
            session: query.session.copied(),
            user: query.user.cloned(),
            keys,
            versions,
            at: before.at,
            since: before.since,
            record: record.clone(),
        };
        let Some(mut set) = self.set(hash) else {
            return;
        };
        let same = set
            .entries
            .iter()
            .position(|other| other.is_of(hash, query));
        let place = match same {
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

    fn hash(&self, query: TokenQuery<'_, U::Id>) -> u64 {
        let token = query.revocation.map(|of| of.key.as_str());
        self.hasher.hash_one((token, query.session, query.user))
    }

    fn set(&self, hash: u64) -> Option<MutexGuard<'_, Set<U>>> {
        let sets = u64::try_from(self.sets.len()).ok()?;
        let place = usize::try_from(hash.checked_rem(sets)?).ok()?;
        // A panic under the lock leaves complete entries.
        let set = self.sets.get(place)?.lock();
        Some(set.unwrap_or_else(PoisonError::into_inner))
    }
}

impl<U: AuthUser> Entry<U> {
    fn is_of(&self, hash: u64, query: TokenQuery<'_, U::Id>) -> bool {
        self.hash == hash
            && self.session.as_ref() == query.session
            && self.user.as_ref() == query.user
            && self.revocation.as_ref() == query.revocation
    }
}
