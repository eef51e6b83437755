//! Expiring counters in memory.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::lock;
use crate::config::ConfigReport;
use crate::error::StoreError;
use crate::store::{ExpiringKey, ExpiringStore, Inserted, Window};

/// Keeps expiring counters in a map behind a lock.
///
/// It never drops a live entry: a full deny-list must not accept revoked tokens. If the number of live
/// entries is at its capacity, a new key is a [`StoreError`], which clients see as 503.
#[derive(Debug)]
pub struct MemoryExpiringStore {
    entries: Mutex<HashMap<ExpiringKey, Entry>>,
    capacity: usize,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    count: u64,
    expires_at: OffsetDateTime,
}

impl MemoryExpiringStore {
    /// The default capacity in live entries: at most about 100 MB.
    pub const DEFAULT_CAPACITY: usize = 500_000;

    /// Creates an empty store of the default capacity.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }

    /// Creates an empty store for at most `capacity` live entries.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Mutex::new(HashMap::new()),
            capacity,
        }
    }

    fn make_room(
        &self,
        entries: &mut HashMap<ExpiringKey, Entry>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        if entries.len() >= self.capacity {
            entries.retain(|_, entry| entry.expires_at > now);
        }
        if entries.len() >= self.capacity {
            return Err(StoreError::new("the expiring store in memory is full"));
        }
        Ok(())
    }
}

impl Default for MemoryExpiringStore {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl ExpiringStore for MemoryExpiringStore {
    async fn insert_once(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Inserted, StoreError> {
        let mut entries = lock(&self.entries);
        if entries.get(key).is_some_and(|entry| entry.expires_at > now) {
            return Ok(Inserted::Present);
        }
        self.make_room(&mut entries, now)?;
        entries.insert(
            key.clone(),
            Entry {
                count: 1,
                expires_at,
            },
        );
        Ok(Inserted::New)
    }

    async fn increment(
        &self,
        key: &ExpiringKey,
        window: Window,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let mut entries = lock(&self.entries);
        if let Some(entry) = entries.get_mut(key).filter(|entry| entry.expires_at > now) {
            entry.count = entry.count.saturating_add(1);
            if let Window::Sliding(_) = window {
                entry.expires_at = window.expires_at(now);
            }
            return Ok(entry.count);
        }
        self.make_room(&mut entries, now)?;
        entries.insert(
            key.clone(),
            Entry {
                count: 1,
                expires_at: window.expires_at(now),
            },
        );
        Ok(1)
    }

    async fn count(&self, key: &ExpiringKey, now: OffsetDateTime) -> Result<u64, StoreError> {
        let entries = lock(&self.entries);
        let alive = entries.get(key).filter(|entry| entry.expires_at > now);
        Ok(alive.map_or(0, |entry| entry.count))
    }

    async fn remove(&self, key: &ExpiringKey) -> Result<bool, StoreError> {
        Ok(lock(&self.entries).remove(key).is_some())
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        let mut entries = lock(&self.entries);
        let mut left = u64::from(limit);
        entries.retain(|_, entry| {
            let goes = entry.expires_at <= now && left > 0;
            left -= u64::from(goes);
            !goes
        });
        Ok(u64::from(limit) - left)
    }

    fn validate(&self, report: &mut ConfigReport) {
        report.process_local("the expiring store");
    }
}
