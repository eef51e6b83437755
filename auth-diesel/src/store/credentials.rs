//! The contract of credentials on top of the statements.

use async_trait::async_trait;
use auth_core::StoreError;
use auth_core::store::{
    CredentialId, CredentialInsert, CredentialKind, CredentialStore, Owner, StoredCredential,
};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::DieselStore;
use super::changes::Written;
use crate::engine::SqlBackend;
use crate::error::StepError;
use crate::sql::Statement;
use crate::statements::credentials;
use crate::table::SqlUser;

#[async_trait]
impl<C: SqlBackend, U: SqlUser> CredentialStore for DieselStore<C, U> {
    async fn insert_credential(
        &self,
        credential: StoredCredential,
    ) -> Result<CredentialInsert, StoreError> {
        let insert = credentials::insert(&credential);
        self.write(Written::NoAnswer, move |mut connection, _| {
            let insert = insert.clone();
            async move {
                let inserted = match connection.run(insert).await {
                    Ok(_) => Ok(CredentialInsert::Inserted),
                    // The primary key is the only unique index of the table.
                    Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
                        Ok(CredentialInsert::Taken)
                    }
                    Err(error) => Err(StepError::from(error)),
                };
                (connection, inserted)
            }
        })
        .await
    }

    async fn credential(
        &self,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<Option<StoredCredential>, StoreError> {
        let found = self.read_credentials(credentials::by_id(kind, id)).await?;
        Ok(found.into_iter().next())
    }

    async fn credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        self.read_credentials(credentials::of_owner(owner, kind, limit))
            .await
    }

    async fn credentials_after(
        &self,
        kind: &CredentialKind,
        after: Option<&CredentialId>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        self.read_credentials(credentials::after(kind, after, limit))
            .await
    }

    async fn swap_credential(&self, next: &StoredCredential) -> Result<bool, StoreError> {
        match credentials::swap(next) {
            // The version always changes, so that an engine that counts changed rows counts the same
            // as one that counts found rows.
            Some(swap) => Ok(self.run_write(Written::NoAnswer, swap).await? > 0),
            None => Ok(false),
        }
    }

    async fn delete_credential(
        &self,
        owner: &Owner,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<bool, StoreError> {
        let deleted = self
            .run_write(Written::NoAnswer, credentials::delete(owner, kind, id))
            .await?;
        Ok(deleted > 0)
    }

    async fn delete_credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
    ) -> Result<u64, StoreError> {
        self.run_write(Written::NoAnswer, credentials::delete_of_owner(owner, kind))
            .await
    }
    fn validate(&self, _: &mut auth_core::ConfigReport) {}
}

impl<C: SqlBackend, U: SqlUser> DieselStore<C, U> {
    async fn read_credentials(
        &self,
        select: Statement,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        let rows = self
            .read(move |mut connection, _| {
                let select = select.clone();
                async move {
                    let rows = connection.fetch(select).await;
                    (connection, rows.map_err(StepError::from))
                }
            })
            .await?;
        rows.into_iter().map(credentials::read).collect()
    }
}
