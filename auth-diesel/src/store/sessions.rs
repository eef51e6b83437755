//! The contract of sessions on top of the statements.

use async_trait::async_trait;
use auth_core::store::{ChangeNumber, Owner, SessionPage, SessionStore, StoreId, StoredSession};
use auth_core::{Epoch, SessionId, StoreError};
use time::OffsetDateTime;

use super::DieselStore;
use super::changes::Written;
use crate::engine::SqlBackend;
use crate::error::StepError;
use crate::sql::Statement;
use crate::statements::sessions;
use crate::table::SqlUser;

#[async_trait]
impl<C: SqlBackend, U: SqlUser> SessionStore for DieselStore<C, U> {
    async fn insert_session(&self, session: StoredSession) -> Result<(), StoreError> {
        self.run_write(Written::NoAnswer, sessions::insert(&session))
            .await?;
        Ok(())
    }

    async fn session(&self, id: &SessionId) -> Result<Option<StoredSession>, StoreError> {
        let found = self.read_sessions(sessions::by_id(id)).await?;
        Ok(found.into_iter().next())
    }

    async fn swap_session(&self, next: &StoredSession) -> Result<bool, StoreError> {
        match sessions::swap(next) {
            // The version always changes, so that an engine that counts changed rows
            // counts the same as one that counts found rows.
            Some(swap) => {
                let written = Written::key(ChangeNumber::of_session(&next.id));
                Ok(self.run_write(written, swap).await? > 0)
            }
            None => Ok(false),
        }
    }

    async fn delete_session(&self, id: &SessionId) -> Result<bool, StoreError> {
        let written = Written::key(ChangeNumber::of_session(id));
        Ok(self.run_write(written, sessions::delete(id)).await? > 0)
    }

    async fn sessions_of(
        &self,
        owner: &Owner,
        epoch: Epoch,
        now: OffsetDateTime,
        page: SessionPage,
    ) -> Result<Vec<StoredSession>, StoreError> {
        self.read_sessions(sessions::of_owner(owner, epoch, now, page))
            .await
    }

    async fn delete_sessions_before(
        &self,
        owner: &Owner,
        epoch: Epoch,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let written = Written::key(ChangeNumber::of_owner(owner));
        self.run_write(written, sessions::delete_before::<C>(owner, epoch, limit))
            .await
    }

    async fn delete_sessions_of(&self, owner: &Owner) -> Result<u64, StoreError> {
        let written = Written::key(ChangeNumber::of_owner(owner));
        self.run_write(written, sessions::delete_of_owner(owner))
            .await
    }

    async fn purge_sessions(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        // They have expired, which each request checks.
        self.run_write(
            Written::NoAnswer,
            C::purge(sessions::TABLE, "id", now, limit),
        )
        .await
    }

    fn store_id(&self) -> Option<StoreId> {
        Some(self.id)
    }

    fn validate(&self, _: &mut auth_core::ConfigReport) {}
}

impl<C: SqlBackend, U: SqlUser> DieselStore<C, U> {
    async fn read_sessions(&self, select: Statement) -> Result<Vec<StoredSession>, StoreError> {
        let rows = self
            .read(move |mut connection, _| {
                let select = select.clone();
                async move {
                    let rows = connection.fetch(select).await;
                    (connection, rows.map_err(StepError::from))
                }
            })
            .await?;
        rows.into_iter().map(sessions::read).collect()
    }
}
