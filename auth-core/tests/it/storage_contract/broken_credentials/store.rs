//! The store in memory with one fault at a time.

use std::collections::HashMap;
use std::sync::Mutex as BlockingMutex;

use async_trait::async_trait;
use auth_core::StoreError;
use auth_core::config::ConfigReport;
use auth_core::store::memory::MemoryCredentialStore;
use auth_core::store::{
    CredentialData, CredentialId, CredentialInsert, CredentialKind, CredentialStore, Owner,
    StoredCredential,
};
use auth_core::testing::{FaultInjector, ProbedCredentialStore};
use tokio::sync::{Mutex, MutexGuard, Semaphore};
use tokio::task::yield_now;

use super::fault::Fault;

type Key = (CredentialKind, CredentialId);

/// The store in memory with a fault.
pub(super) struct Broken {
    inner: ProbedCredentialStore<MemoryCredentialStore>,
    fault: Fault,
    /// Held for a whole call by the stores that write in steps.
    turn: Mutex<()>,
    /// The connections of the store that leaks them.
    pool: Semaphore,
    /// Every credential that was ever inserted, so that a faulty statement can be told.
    seen: BlockingMutex<Vec<StoredCredential>>,
    /// What the store that remembers has read.
    read: BlockingMutex<HashMap<Key, StoredCredential>>,
}

fn key(row: &StoredCredential) -> Key {
    (row.kind.clone(), row.id.clone())
}

impl Broken {
    pub(super) fn new(fault: Fault, plan: &FaultInjector) -> Self {
        Self {
            inner: ProbedCredentialStore::new(MemoryCredentialStore::new(), plan),
            fault,
            turn: Mutex::new(()),
            pool: Semaphore::new(4),
            seen: BlockingMutex::default(),
            read: BlockingMutex::default(),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// What goes wrong in every call. The stores that write in steps let no other call in between.
    async fn call(&self) -> Option<MutexGuard<'_, ()>> {
        match self.fault {
            Fault::Hangs => std::future::pending().await,
            Fault::Panics => panic!("out of cheese"),
            Fault::LeaksConnections => {
                self.pool.acquire().await.unwrap().forget();
                yield_now().await;
                self.pool.add_permits(1);
                None
            }
            Fault::WritesInTwoSteps | Fault::RemovesOneByOne => Some(self.turn.lock().await),
            _ => None,
        }
    }

    fn id(&self, id: &CredentialId) -> CredentialId {
        let text = id.as_str();
        let same: String = match self.fault {
            Fault::FoldsCaseOfIds => text.to_lowercase(),
            Fault::CutsIds => text.chars().take(191).collect(),
            _ => return id.clone(),
        };
        CredentialId::new(same).unwrap()
    }

    /// The credential as it is written.
    fn spoilt(&self, row: &StoredCredential) -> StoredCredential {
        let mut row = row.clone();
        let bytes = row.data.as_bytes();
        let data = |bytes: &[u8]| CredentialData::new(bytes).unwrap();
        match self.fault {
            Fault::LosesTheLabel => row.label = None,
            Fault::CutsTheLabel => {
                row.label = row.label.map(|label| label.chars().take(191).collect());
            }
            Fault::CutsData => row.data = data(&bytes[..bytes.len().min(8192)]),
            // Not sealed data, which ends with a blank by chance.
            Fault::TrimsData if bytes.len() < 8 => row.data = data(bytes.trim_ascii_end()),
            Fault::KeepsDataAsText => {
                row.data = data(String::from_utf8_lossy(bytes).as_bytes());
            }
            Fault::RoundsTimes => row.created_at = row.created_at.replace_nanosecond(0).unwrap(),
            Fault::LosesTheUse => row.last_used_at = None,
            _ => {}
        }
        row.id = self.id(&row.id);
        row
    }

    fn is_same(&self, one: &Owner, other: &Owner) -> bool {
        let text = |owner: &Owner| match self.fault {
            Fault::FoldsCaseOfOwners => owner.as_str().to_lowercase(),
            Fault::TrimsOwners => owner.as_str().trim_end_matches(' ').to_owned(),
            _ => owner.as_str().to_owned(),
        };
        text(one) == text(other)
    }

    /// The credentials of those that were inserted which still exist.
    async fn all(&self) -> Result<Vec<StoredCredential>, StoreError> {
        let mut keys: Vec<_> = self.seen.lock().unwrap().iter().map(key).collect();
        keys.sort();
        keys.dedup();
        let mut rows = Vec::new();
        for (kind, id) in keys {
            rows.extend(self.inner.credential(&kind, &id).await?);
        }
        Ok(rows)
    }

    async fn delete(&self, row: &StoredCredential) -> Result<bool, StoreError> {
        let deleted = self.inner.delete_credential(&row.owner, &row.kind, &row.id);
        deleted.await
    }

    async fn delete_those(&self, rows: Vec<StoredCredential>) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for row in rows {
            deleted += u64::from(self.delete(&row).await?);
            if self.is(Fault::RemovesOneByOne) {
                yield_now().await;
            }
        }
        Ok(deleted)
    }

    /// Overwrites what exists; or, in the place of nothing, inserts.
    async fn write(&self, next: &StoredCredential) -> Result<(), StoreError> {
        if let Some(before) = self.inner.credential(&next.kind, &next.id).await? {
            self.delete(&before).await?;
        }
        self.inner.insert_credential(next.clone()).await.map(drop)
    }

    /// Whether another credential takes the place of this one.
    async fn is_taken(&self, row: &StoredCredential) -> Result<bool, StoreError> {
        Ok(match self.fault {
            Fault::UniqueForAllKinds => self.all().await?.iter().any(|other| other.id == row.id),
            Fault::UniqueForAnOwner => {
                let found = self.inner.credential(&row.kind, &row.id).await?;
                found.is_some_and(|found| found.owner == row.owner)
            }
            _ => self.inner.credential(&row.kind, &row.id).await?.is_some(),
        })
    }
}

#[async_trait]
impl CredentialStore for Broken {
    async fn insert_credential(
        &self,
        credential: StoredCredential,
    ) -> Result<CredentialInsert, StoreError> {
        let _turn = self.call().await;
        let row = self.spoilt(&credential);
        self.seen.lock().unwrap().push(row.clone());
        match self.fault {
            Fault::InsertionReplaces => {
                self.write(&row).await?;
                Ok(CredentialInsert::Inserted)
            }
            Fault::LooksBeforeItInserts | Fault::UniqueForAnOwner | Fault::UniqueForAllKinds => {
                let is_taken = self.is_taken(&row).await?;
                if self.is(Fault::LooksBeforeItInserts) {
                    yield_now().await;
                }
                if is_taken {
                    return Ok(CredentialInsert::Taken);
                }
                self.write(&row).await?;
                Ok(CredentialInsert::Inserted)
            }
            Fault::WritesInTwoSteps => {
                if self.is_taken(&row).await? {
                    return Ok(CredentialInsert::Taken);
                }
                // The row first, and its data after it.
                let half = StoredCredential {
                    data: CredentialData::new([]).unwrap(),
                    ..row.clone()
                };
                self.write(&half).await?;
                yield_now().await;
                self.write(&row).await?;
                Ok(CredentialInsert::Inserted)
            }
            _ => self.inner.insert_credential(row).await,
        }
    }

    async fn credential(
        &self,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<Option<StoredCredential>, StoreError> {
        let _turn = self.call().await;
        let id = self.id(id);
        if self.is(Fault::RemembersWhatItRead)
            && let Some(row) = self.read.lock().unwrap().get(&(kind.clone(), id.clone()))
        {
            return Ok(Some(row.clone()));
        }
        let found = match self.inner.credential(kind, &id).await {
            Err(_) if self.is(Fault::ErrorsAreAbsence) => None,
            Ok(None) if self.is(Fault::AbsenceIsAnError) => {
                return Err(StoreError::new("no rows"));
            }
            answer => answer?,
        };
        if let Some(row) = &found {
            self.read.lock().unwrap().insert(key(row), row.clone());
        }
        Ok(found)
    }

    async fn credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        let _turn = self.call().await;
        let limit = limit.saturating_add(u32::from(self.is(Fault::ListsOneTooMany)));
        let kind = kind.filter(|_| !self.is(Fault::ListsAllKinds));
        let mut rows = self.inner.credentials_of(owner, None, 0).await?;
        rows.extend(self.all().await?);
        if self.is(Fault::ListsDeletedOnes) {
            let seen = self.seen.lock().unwrap();
            let is_gone = |row: &&StoredCredential| rows.iter().all(|one| key(one) != key(row));
            let gone: Vec<_> = seen.iter().filter(is_gone).cloned().collect();
            rows.extend(gone);
        }
        rows.retain(|row| {
            kind.is_none_or(|kind| row.kind == *kind) && self.is_same(&row.owner, owner)
        });
        rows.sort_by_key(|row| (row.created_at, key(row)));
        match self.fault {
            Fault::ListsTheNewestFirst => {
                rows.sort_by_key(|row| std::cmp::Reverse(row.created_at));
            }
            Fault::ListsByIdBackwards => {
                rows.sort_by_key(|row| (row.created_at, std::cmp::Reverse(key(row))));
            }
            Fault::ListsWithoutCase => rows.sort_by_key(|row| {
                let id = row.id.as_str().to_lowercase();
                (row.created_at, row.kind.clone(), id)
            }),
            _ => {}
        }
        rows.truncate(usize::try_from(limit).unwrap());
        Ok(rows)
    }

    async fn credentials_after(
        &self,
        kind: &CredentialKind,
        after: Option<&CredentialId>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        let _turn = self.call().await;
        let limit = limit.saturating_add(u32::from(self.is(Fault::PagesOneTooMany)));
        let mut rows = self.inner.credentials_after(kind, after, 0).await?;
        rows.extend(self.all().await?);
        rows.retain(|row| row.kind == *kind || self.is(Fault::PagesAllKinds));
        match self.fault {
            Fault::PagesBeginWithTheLast => {
                rows.retain(|row| after.is_none_or(|after| row.id >= *after));
            }
            Fault::PagesWithoutCase => {
                let folded = |id: &CredentialId| (id.as_str().to_lowercase(), id.clone());
                rows.retain(|row| after.is_none_or(|after| folded(&row.id) > folded(after)));
                rows.sort_by_key(|row| folded(&row.id));
            }
            _ => rows.retain(|row| after.is_none_or(|after| row.id > *after)),
        }
        rows.truncate(usize::try_from(limit).unwrap());
        Ok(rows)
    }

    async fn swap_credential(&self, next: &StoredCredential) -> Result<bool, StoreError> {
        let _turn = self.call().await;
        let mut next = self.spoilt(next);
        let before = self.inner.credential(&next.kind, &next.id).await?;
        let Some(before) = before.filter(|before| self.is_same(&before.owner, &next.owner)) else {
            return self.swap_nothing(next).await;
        };
        let fits = before.version + 1 == next.version;
        if !self.is(Fault::SwapMovesTheInsertion) {
            next.created_at = before.created_at;
        }
        match self.fault {
            Fault::IgnoresTheVersion => {
                self.write(&next).await?;
                return Ok(true);
            }
            Fault::TakesAnyLaterVersion if before.version < next.version => {
                self.write(&next).await?;
                return Ok(true);
            }
            Fault::ComparesBeforeItSwaps => {
                yield_now().await;
                // An update of the row: nothing is inserted.
                if fits && self.inner.credential(&next.kind, &next.id).await?.is_some() {
                    self.write(&next).await?;
                }
                return Ok(fits);
            }
            Fault::SwapIsSilent => {
                self.inner.swap_credential(&next).await?;
                return Ok(true);
            }
            Fault::SwapMovesTheInsertion if fits => {
                self.write(&next).await?;
                return Ok(true);
            }
            Fault::SwapKeepsTheLabel => next.label = before.label,
            Fault::WritesInTwoSteps if fits => {
                self.delete(&next).await?;
                yield_now().await;
                self.write(&next).await?;
                return Ok(true);
            }
            _ => {}
        }
        next.owner = before.owner;
        self.inner.swap_credential(&next).await
    }

    async fn delete_credential(
        &self,
        owner: &Owner,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<bool, StoreError> {
        let _turn = self.call().await;
        let id = self.id(id);
        let Some(row) = self.inner.credential(kind, &id).await? else {
            return Ok(self.is(Fault::DeletionIsSilent));
        };
        let is_owned = self.is_same(&row.owner, owner);
        if !is_owned && !self.is(Fault::DeletionIgnoresTheOwner) {
            return Ok(false);
        }
        if self.is(Fault::LooksBeforeItDeletes) {
            yield_now().await;
            self.delete(&row).await?;
            return Ok(true);
        }
        self.read.lock().unwrap().remove(&key(&row));
        Ok(self.delete(&row).await? || self.is(Fault::DeletionIsSilent))
    }

    async fn delete_credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
    ) -> Result<u64, StoreError> {
        let _turn = self.call().await;
        let kind = kind.filter(|_| !self.is(Fault::RemovesAllKinds));
        let nothing = CredentialKind::from_static("nothing");
        self.inner
            .delete_credentials_of(owner, Some(&nothing))
            .await?;
        let mut rows = self.all().await?;
        rows.retain(|row| {
            kind.is_none_or(|kind| row.kind == *kind) && self.is_same(&row.owner, owner)
        });
        if self.is(Fault::RemovesAHundred) {
            rows.truncate(100);
        }
        for row in &rows {
            self.read.lock().unwrap().remove(&key(row));
        }
        self.delete_those(rows).await
    }

    fn validate(&self, report: &mut ConfigReport) {
        self.inner.validate(report);
    }
}

impl Broken {
    /// A swap where its owner has nothing.
    async fn swap_nothing(&self, next: StoredCredential) -> Result<bool, StoreError> {
        let before = self.inner.credential(&next.kind, &next.id).await?;
        match (self.fault, before) {
            (Fault::SwapIsSilent, _) => Ok(true),
            (Fault::SwapInserts, None) => {
                self.write(&next).await?;
                Ok(true)
            }
            (Fault::SwapIgnoresTheOwner, Some(before)) if before.version + 1 == next.version => {
                self.write(&next).await?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}
