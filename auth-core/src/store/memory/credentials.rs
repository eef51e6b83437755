//! Credentials in memory.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Mutex;

use async_trait::async_trait;

use super::lock;
use crate::config::ConfigReport;
use crate::error::StoreError;
use crate::store::{
    CredentialId, CredentialInsert, CredentialKind, CredentialStore, Owner, StoredCredential,
};

/// Keeps credentials in a map behind a lock.
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryCredentialStore;
/// use auth_core::store::{CredentialStore, Owner};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let store = MemoryCredentialStore::new();
/// let ada = Owner::new("users", "7").unwrap();
/// assert_eq!(store.credentials_of(&ada, None, 10).await?, []);
/// # Ok::<(), auth_core::StoreError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Default)]
pub struct MemoryCredentialStore {
    rows: Mutex<BTreeMap<Key, StoredCredential>>,
}

type Key = (CredentialKind, CredentialId);

impl MemoryCredentialStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl CredentialStore for MemoryCredentialStore {
    async fn insert_credential(
        &self,
        credential: StoredCredential,
    ) -> Result<CredentialInsert, StoreError> {
        let key = (credential.kind.clone(), credential.id.clone());
        match lock(&self.rows).entry(key) {
            Entry::Occupied(_) => Ok(CredentialInsert::Taken),
            Entry::Vacant(place) => {
                place.insert(credential);
                Ok(CredentialInsert::Inserted)
            }
        }
    }

    async fn credential(
        &self,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<Option<StoredCredential>, StoreError> {
        let key = (kind.clone(), id.clone());
        Ok(lock(&self.rows).get(&key).cloned())
    }

    async fn credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        let rows = lock(&self.rows);
        // In the order of kinds and ids, which a stable sort keeps among equals.
        let found = rows.values().filter(|row| is_owned(row, owner, kind));
        let mut found: Vec<_> = found.cloned().collect();
        found.sort_by_key(|row| row.created_at);
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn credentials_after(
        &self,
        kind: &CredentialKind,
        after: Option<&CredentialId>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        let rows = lock(&self.rows);
        let page = rows
            .values()
            .filter(|row| row.kind == *kind && after.is_none_or(|after| row.id > *after));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(page.take(limit).cloned().collect())
    }

    async fn swap_credential(&self, next: &StoredCredential) -> Result<bool, StoreError> {
        let mut rows = lock(&self.rows);
        let Some(row) = rows.get_mut(&(next.kind.clone(), next.id.clone())) else {
            return Ok(false);
        };
        if row.owner != next.owner || row.version.checked_add(1) != Some(next.version) {
            return Ok(false);
        }
        *row = StoredCredential {
            created_at: row.created_at,
            ..next.clone()
        };
        Ok(true)
    }

    async fn delete_credential(
        &self,
        owner: &Owner,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<bool, StoreError> {
        match lock(&self.rows).entry((kind.clone(), id.clone())) {
            Entry::Occupied(row) if row.get().owner == *owner => {
                row.remove();
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn delete_credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
    ) -> Result<u64, StoreError> {
        let mut rows = lock(&self.rows);
        let before = rows.len();
        rows.retain(|_, row| !is_owned(row, owner, kind));
        Ok((before - rows.len()) as u64)
    }

    fn validate(&self, report: &mut ConfigReport) {
        report.process_local("the credential store");
    }
}

fn is_owned(row: &StoredCredential, owner: &Owner, kind: Option<&CredentialKind>) -> bool {
    row.owner == *owner && kind.is_none_or(|kind| row.kind == *kind)
}
