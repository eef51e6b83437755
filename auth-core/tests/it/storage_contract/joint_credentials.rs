//! A store that holds users and their credentials, and such stores that are broken on purpose.

use async_trait::async_trait;
use auth_core::store::memory::{MemoryCredentialStore, MemoryUserDatabase};
use auth_core::store::{
    CredentialId, CredentialInsert, CredentialKind, CredentialStore, DeleteOutcome, InsertOutcome,
    LoginIdentifier, NewUser, Owner, Page, PageRequest, Precondition, StoredCredential,
    UpdateOutcome, UserChange, UserDatabase,
};
use auth_core::testing::contract::{self, Fresh, Guarantee, Verdict};
use auth_core::{StoreError, User};
use tokio::sync::Mutex;
use tokio::task::yield_now;
use uuid::Uuid;

/// What is wrong with a store.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    LeavesThem,
    RemovesOneKind,
    RemovesThemBefore,
    RemovesThemAfter,
    RemovesThemWithoutOwner,
    RemovesAllOwners,
}

/// One lock around two stores in memory makes one step of what is written to both.
struct Joint {
    users: MemoryUserDatabase,
    credentials: MemoryCredentialStore,
    step: Mutex<()>,
    fault: Fault,
}

impl Joint {
    fn new(fault: Fault) -> Self {
        Self {
            users: MemoryUserDatabase::new(),
            credentials: MemoryCredentialStore::new(),
            step: Mutex::new(()),
            fault,
        }
    }

    async fn remove(&self, owner: &Owner) -> Result<(), StoreError> {
        let kind = CredentialKind::from_static("test-key");
        let kind = (self.fault == Fault::RemovesOneKind).then_some(&kind);
        self.credentials.delete_credentials_of(owner, kind).await?;
        if self.fault == Fault::RemovesAllOwners {
            for kind in ["test-key", "test-code"].map(CredentialKind::from_static) {
                for row in self.credentials.credentials_after(&kind, None, 99).await? {
                    self.credentials
                        .delete_credentials_of(&row.owner, None)
                        .await?;
                }
            }
        }
        Ok(())
    }
}

#[async_trait]
impl UserDatabase for Joint {
    type User = User;

    async fn delete(
        &self,
        id: &Uuid,
        expect: Precondition,
        owner: Option<&Owner>,
    ) -> Result<DeleteOutcome, StoreError> {
        let of_user = Owner::new("users", &id.to_string()).unwrap();
        let owner = match self.fault {
            Fault::LeavesThem => None,
            Fault::RemovesThemWithoutOwner => Some(&of_user),
            _ => owner,
        };
        match (self.fault, owner) {
            (Fault::RemovesThemBefore, Some(owner)) => {
                self.remove(owner).await?;
                self.users.delete(id, expect, None).await
            }
            (Fault::RemovesThemAfter, Some(owner)) => {
                let outcome = self.users.delete(id, expect, None).await?;
                if outcome == DeleteOutcome::Deleted {
                    yield_now().await;
                    self.remove(owner).await?;
                }
                Ok(outcome)
            }
            (_, owner) => {
                let _step = self.step.lock().await;
                let outcome = self.users.delete(id, expect, None).await?;
                if let (DeleteOutcome::Deleted, Some(owner)) = (outcome, owner) {
                    self.remove(owner).await?;
                }
                Ok(outcome)
            }
        }
    }

    async fn get(&self, id: &Uuid) -> Result<Option<User>, StoreError> {
        let _step = self.step.lock().await;
        self.users.get(id).await
    }
    async fn find(&self, login: &LoginIdentifier) -> Result<Option<User>, StoreError> {
        self.users.find(login).await
    }
    async fn insert(&self, new: NewUser<User>) -> Result<InsertOutcome<User>, StoreError> {
        self.users.insert(new).await
    }
    async fn update(
        &self,
        id: &Uuid,
        change: UserChange<User>,
        expect: Precondition,
    ) -> Result<UpdateOutcome<User>, StoreError> {
        self.users.update(id, change, expect).await
    }
    async fn list(&self, page: PageRequest<Uuid>) -> Result<Page<User>, StoreError> {
        self.users.list(page).await
    }
    fn validate(&self, _: &mut auth_core::ConfigReport) {}
}

#[async_trait]
impl CredentialStore for Joint {
    async fn insert_credential(
        &self,
        credential: StoredCredential,
    ) -> Result<CredentialInsert, StoreError> {
        self.credentials.insert_credential(credential).await
    }
    async fn credential(
        &self,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<Option<StoredCredential>, StoreError> {
        let _step = self.step.lock().await;
        self.credentials.credential(kind, id).await
    }
    async fn credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        let _step = self.step.lock().await;
        self.credentials.credentials_of(owner, kind, limit).await
    }
    async fn credentials_after(
        &self,
        kind: &CredentialKind,
        after: Option<&CredentialId>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        let page = self.credentials.credentials_after(kind, after, limit);
        page.await
    }
    async fn swap_credential(&self, next: &StoredCredential) -> Result<bool, StoreError> {
        self.credentials.swap_credential(next).await
    }
    async fn delete_credential(
        &self,
        owner: &Owner,
        kind: &CredentialKind,
        id: &CredentialId,
    ) -> Result<bool, StoreError> {
        self.credentials.delete_credential(owner, kind, id).await
    }
    async fn delete_credentials_of(
        &self,
        owner: &Owner,
        kind: Option<&CredentialKind>,
    ) -> Result<u64, StoreError> {
        self.credentials.delete_credentials_of(owner, kind).await
    }
    fn validate(&self, _: &mut auth_core::ConfigReport) {}
}

async fn check(fault: Fault, expected: Option<&str>) {
    let fixture = move || async move { Fresh::new(Joint::new(fault)) };
    let report = contract::credentials_of_users(fixture).await;
    let [(Guarantee::CredentialsGoWithUser, verdict)] = report.verdicts() else {
        panic!("{report}")
    };
    match (verdict, expected) {
        (Verdict::Kept, None) => {}
        (Verdict::Broken(seen), Some(words)) => assert!(seen.contains(words), "{seen}"),
        other => panic!("{fault:?}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn credentials_are_deleted_in_the_step_of_the_deletion() {
    check(Fault::None, None).await;
}

#[tokio::test]
async fn broken_stores_are_reported() {
    let after = "after the deletion of its user a credential exists";
    check(Fault::LeavesThem, Some(after)).await;
    check(Fault::RemovesOneKind, Some(after)).await;
    check(Fault::RemovesThemBefore, Some("after a stale deletion")).await;
    check(Fault::RemovesThemAfter, Some("while its user is deleted")).await;
    check(
        Fault::RemovesThemWithoutOwner,
        Some("after a deletion that names no owner"),
    )
    .await;
    check(
        Fault::RemovesAllOwners,
        Some("after the deletion of another user"),
    )
    .await;
}

/// The same store keeps the other guarantees of both traits.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_store_for_users_and_credentials_keeps_both_contracts() {
    let fixture = || async { Fresh::new(Joint::new(Fault::None)) };
    contract::user_database(fixture).await.assert_kept();
    contract::credential_store(fixture).await.assert_kept();
}
