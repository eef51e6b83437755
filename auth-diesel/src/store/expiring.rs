//! The contract of expiring counters on top of the statements.

use async_trait::async_trait;
use auth_core::StoreError;
use auth_core::store::{ExpiringKey, ExpiringStore, Inserted, Window};
use time::OffsetDateTime;

use super::DieselStore;
use crate::engine::SqlBackend;
use crate::error::Failure;

#[async_trait]
impl<C: SqlBackend> ExpiringStore for DieselStore<C> {
    async fn insert_once(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Inserted, StoreError> {
        let key = key.clone();
        self.write(move |mut connection| async move {
            let key = key.as_str();
            Ok(match connection.insert_entry(key, expires_at, now).await? {
                0 => Inserted::Present,
                _ => Inserted::New,
            })
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
        let count = self
            .write(move |mut connection| async move {
                Ok(connection
                    .increment_entry(key.as_str(), window, now)
                    .await?)
            })
            .await?;
        to_count(count)
    }

    async fn count(&self, key: &ExpiringKey, now: OffsetDateTime) -> Result<u64, StoreError> {
        let key = key.clone();
        let count = self
            .read(move |mut connection| async move {
                Ok(connection.entry_count(key.as_str(), now).await?)
            })
            .await?;
        to_count(count.unwrap_or(0))
    }

    async fn remove(&self, key: &ExpiringKey) -> Result<bool, StoreError> {
        let key = key.clone();
        self.write(move |mut connection| async move {
            Ok(connection.remove_entry(key.as_str()).await? > 0)
        })
        .await
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        self.write(move |mut connection| async move {
            Ok(connection.purge_entries(now, limit).await? as u64)
        })
        .await
    }
}

fn to_count(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| Failure::NegativeCount.into())
}
