//! [`ExpiringStore`] on redb: a count and an expiry by key.

use std::sync::Arc;

use async_trait::async_trait;
use auth_core::store::{ExpiringKey, Inserted, Window, blocking};
use auth_core::{BoxError, ExpiringStore, StoreError};
use redb::{ReadableDatabase, ReadableTable, Table, TableDefinition};
use time::OffsetDateTime;

use crate::RedbStore;

/// The count, and the expiry in nanoseconds since 1970.
type Entry = (u64, i128);
pub(crate) const ENTRIES: TableDefinition<'_, &str, Entry> = TableDefinition::new("entries");

#[async_trait]
impl ExpiringStore for RedbStore {
    async fn insert_once(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Inserted, StoreError> {
        let key = key.clone();
        self.change(move |entries| {
            if alive(entries, &key, now)?.is_some() {
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
        self.change(move |entries| {
            let ends = window.expires_at(now).unix_timestamp_nanos();
            let (count, ends) = match (alive(entries, &key, now)?, window) {
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
        let database = Arc::clone(&self.database);
        blocking(move || {
            let entries = database.begin_read()?.open_table(ENTRIES)?;
            Ok(alive(&entries, &key, now)?.map_or(0, |(count, _)| count))
        })
        .await
    }

    async fn remove(&self, key: &ExpiringKey) -> Result<bool, StoreError> {
        let key = key.clone();
        self.change(move |entries| Ok(entries.remove(key.as_str())?.is_some()))
            .await
    }

    /// Looks at every entry, which is enough for some thousands; with more, keep a second table that
    /// is sorted by expiry.
    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        let now = now.unix_timestamp_nanos();
        self.change(move |entries| {
            let mut purged = 0;
            entries.retain(|_, (_, ends)| {
                let goes = ends <= now && purged < u64::from(limit);
                purged += u64::from(goes);
                !goes
            })?;
            Ok(purged)
        })
        .await
    }
    fn validate(&self, _: &mut auth_core::ConfigReport) {}
}

impl RedbStore {
    /// One atomic change that is on disk when it answers.
    async fn change<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Table<'_, &str, Entry>) -> Result<T, BoxError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let database = Arc::clone(&self.database);
        blocking(move || {
            let db = database.begin_write()?;
            let answer = job(&mut db.open_table(ENTRIES)?)?;
            db.commit()?;
            Ok(answer)
        })
        .await
    }
}

fn alive(
    entries: &impl ReadableTable<&'static str, Entry>,
    key: &ExpiringKey,
    now: OffsetDateTime,
) -> Result<Option<Entry>, BoxError> {
    let entry = entries.get(key.as_str())?.map(|entry| entry.value());
    Ok(entry.filter(|(_, ends)| *ends > now.unix_timestamp_nanos()))
}
