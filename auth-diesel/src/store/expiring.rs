//! The contract of expiring counters on top of the statements.

use async_trait::async_trait;
use auth_core::StoreError;
use auth_core::store::{ChangeNumber, ExpiringKey, ExpiringStore, Inserted, StoreId, Window};
use time::OffsetDateTime;

use super::DieselStore;
use super::changes::Written;
use crate::engine::SqlBackend;
use crate::error::{Failure, StepError};
use crate::sql::{Kind, SqlValue, Statement};
use crate::table::SqlUser;
use crate::types::DbTime;

#[async_trait]
impl<C: SqlBackend, U: SqlUser> ExpiringStore for DieselStore<C, U> {
    async fn insert_once(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Inserted, StoreError> {
        let key = key.clone();
        let written = Written::key(ChangeNumber::of_token(&key));
        self.write(written, move |mut connection, _| {
            let key = key.clone();
            async move {
                let inserted = connection.insert_entry(key.as_str(), expires_at, now).await;
                let inserted = inserted.map(|is_new| {
                    if is_new {
                        Inserted::New
                    } else {
                        Inserted::Present
                    }
                });
                (connection, inserted.map_err(StepError::from))
            }
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
        let written = Written::key(ChangeNumber::of_token(&key));
        let count = self
            .write(written, move |mut connection, _| {
                let key = key.clone();
                async move {
                    let count = connection.increment_entry(key.as_str(), window, now).await;
                    (connection, count.map_err(StepError::from))
                }
            })
            .await?;
        to_count(count)
    }

    async fn count(&self, key: &ExpiringKey, now: OffsetDateTime) -> Result<u64, StoreError> {
        let quote = |name: &str| C::DIALECT.quoted(name);
        let count = Statement::new(format!(
            "SELECT {} FROM auth_expiring WHERE {} = ",
            quote("count"),
            quote("key")
        ))
        .bind(key.as_str())
        .text(" AND expires_at > ")
        .bind(DbTime::floor(now))
        .returns(&[Kind::BigInt]);
        let rows = self
            .read(move |mut connection, _| {
                let count = count.clone();
                async move {
                    let rows = connection.fetch(count).await;
                    (connection, rows.map_err(StepError::from))
                }
            })
            .await?;
        match rows.into_iter().flatten().next() {
            Some(SqlValue::BigInt(Some(count))) => to_count(count),
            _ => Ok(0),
        }
    }

    async fn remove(&self, key: &ExpiringKey) -> Result<bool, StoreError> {
        let delete = format!(
            "DELETE FROM auth_expiring WHERE {} = ",
            C::DIALECT.quoted("key")
        );
        let removed = self
            .run_write(
                Written::key(ChangeNumber::of_token(key)),
                Statement::new(delete).bind(key.as_str()),
            )
            .await?;
        Ok(removed > 0)
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        self.run_write(
            Written::NoAnswer,
            C::purge("auth_expiring", "key", now, limit),
        )
        .await
    }

    fn store_id(&self) -> Option<StoreId> {
        Some(self.id)
    }

    fn validate(&self, _: &mut auth_core::ConfigReport) {}
}

impl<C: SqlBackend, U: SqlUser> DieselStore<C, U> {
    /// Runs one statement and returns the number of rows that it wrote.
    pub(super) async fn run_write(
        &self,
        written: Written,
        statement: Statement,
    ) -> Result<u64, StoreError> {
        self.write(written, move |mut connection, _| {
            let statement = statement.clone();
            async move {
                let rows = connection.run(statement).await;
                (
                    connection,
                    rows.map(|rows| rows as u64).map_err(StepError::from),
                )
            }
        })
        .await
    }
}

fn to_count(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| Failure::NegativeCount.into())
}
