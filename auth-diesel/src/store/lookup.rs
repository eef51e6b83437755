//! The look-up of an authenticated request on top of its statement.

use async_trait::async_trait;
use auth_core::store::{AccessLookup, AccessQuery, AccessRecord, StoreId};
use auth_core::{AuthUser, StoreError};

use super::DieselStore;
use crate::engine::SqlBackend;
use crate::table::SqlUser;

#[async_trait]
impl<C: SqlBackend, U: SqlUser> AccessLookup for DieselStore<C, U> {
    type User = U;

    fn store_id(&self) -> StoreId {
        self.id
    }

    async fn look_up(
        &self,
        query: AccessQuery<'_, <U as AuthUser>::Id>,
    ) -> Result<AccessRecord<U>, StoreError> {
        let question = self.lookups.question(query);
        if question.statement.is_none() {
            return Ok(AccessRecord::missing());
        }
        self.read(move |mut connection, plan| {
            let question = question.clone();
            async move {
                let record = question.ask(&mut *connection, &plan).await;
                (connection, record)
            }
        })
        .await
    }
}
