//! [`ExpiringStore`] on redb: a count and an expiry by key.

use async_trait::async_trait;
use auth_core::store::{ExpiringKey, Inserted, Window};
use auth_core::{BoxError, ExpiringStore, StoreError};
use redb::{ReadableTable, TableDefinition};
use time::OffsetDateTime;

use crate::store::RedbStore;

/// The count, and the expiry in nanoseconds since 1970.
pub(crate) const ENTRIES: TableDefinition<'_, &str, (u64, i128)> = TableDefinition::new("entries");

#[async_trait]
impl ExpiringStore for RedbStore {
    async fn insert_once(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Inserted, StoreError> {
        let key = key.clone();
        self.write(move |db| {
            let mut entries = db.open_table(ENTRIES)?;
            if alive(&entries, &key, now)?.is_some() {
                return Ok(Inserted::Present);
            }
            entries.insert(key.as_str(), (1, expires_at.unix_timestamp_nanos()))?;
            Ok(Inserted::New)
        })
        .await
    }

    async fn increment(
        &self,
        key: &ExpiringKey,
        window: Window,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let key = key.clone();
        self.write(move |db| {
            let mut entries = db.open_table(ENTRIES)?;
            let ends = window.expires_at(now).unix_timestamp_nanos();
            let (count, ends) = match (alive(&entries, &key, now)?, window) {
                (None, _) => (1, ends),
                (Some((count, ends)), Window::Fixed(_)) => (count.saturating_add(1), ends),
                (Some((count, _)), Window::Sliding(_)) => (count.saturating_add(1), ends),
            };
            entries.insert(key.as_str(), (count, ends))?;
            Ok(count)
        })
        .await
    }

    async fn count(&self, key: &ExpiringKey, now: OffsetDateTime) -> Result<u64, StoreError> {
        let key = key.clone();
        self.read(move |db| {
            let entry = alive(&db.open_table(ENTRIES)?, &key, now)?;
            Ok(entry.map_or(0, |(count, _)| count))
        })
        .await
    }

    async fn remove(&self, key: &ExpiringKey) -> Result<bool, StoreError> {
        let key = key.clone();
        self.write(move |db| Ok(db.open_table(ENTRIES)?.remove(key.as_str())?.is_some()))
            .await
    }

    /// Looks at every entry, which is enough for some thousands; with more, keep a second table that
    /// is sorted by expiry.
    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        let now = now.unix_timestamp_nanos();
        self.write(move |db| {
            let mut purged = 0;
            db.open_table(ENTRIES)?.retain(|_, (_, ends)| {
                let goes = ends <= now && purged < u64::from(limit);
                purged += u64::from(goes);
                !goes
            })?;
            Ok(purged)
        })
        .await
    }
}

fn alive(
    entries: &impl ReadableTable<&'static str, (u64, i128)>,
    key: &ExpiringKey,
    now: OffsetDateTime,
) -> Result<Option<(u64, i128)>, BoxError> {
    let entry = entries.get(key.as_str())?.map(|entry| entry.value());
    Ok(entry.filter(|(_, ends)| *ends > now.unix_timestamp_nanos()))
}
