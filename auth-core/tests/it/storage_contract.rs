//! The contract suite of storages: the stores in memory keep it, and faulty stores break the
//! expected guarantees.

mod broken_credentials;
mod broken_expiring;
mod broken_sessions;
mod broken_users;
mod joint;
mod joint_credentials;
mod lookup;
mod numbered;

use auth_core::NoColumns;
use auth_core::store::memory::{
    MemoryCredentialStore, MemoryExpiringStore, MemorySessionStore, MemoryUserDatabase,
};
use auth_core::testing::contract::{self, Fresh, Guarantee, UserFixture};
use auth_core::testing::{
    FaultInjector, ProbedCredentialStore, ProbedExpiringStore, ProbedSessionStore,
    ProbedUserDatabase,
};

struct Memory;

#[async_trait::async_trait]
impl UserFixture for Memory {
    type Store = ProbedUserDatabase<MemoryUserDatabase>;

    async fn fresh(&self) -> Fresh<Self::Store> {
        let plan = FaultInjector::new();
        let store = ProbedUserDatabase::new(MemoryUserDatabase::new(), &plan);
        Fresh::new(store).with_outage(plan)
    }
    fn columns(&self, _: u32) -> NoColumns {
        NoColumns
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn users_in_memory_keep_the_contract() {
    let report = contract::user_database(Memory).await;
    report.assert_kept();
    assert_eq!(report.skipped(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn entries_in_memory_keep_the_contract() {
    let report = contract::expiring_store(|| async {
        let plan = FaultInjector::new();
        Fresh::new(ProbedExpiringStore::new(MemoryExpiringStore::new(), &plan)).with_outage(plan)
    })
    .await;
    report.assert_kept();
    assert_eq!(report.skipped(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_in_memory_keep_the_contract() {
    let report = contract::session_store(|| async {
        let plan = FaultInjector::new();
        Fresh::new(ProbedSessionStore::new(MemorySessionStore::new(), &plan)).with_outage(plan)
    })
    .await;
    report.assert_kept();
    assert_eq!(report.skipped(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn credentials_in_memory_keep_the_contract() {
    let report = contract::credential_store(|| async {
        let plan = FaultInjector::new();
        let store = ProbedCredentialStore::new(MemoryCredentialStore::new(), &plan);
        Fresh::new(store).with_outage(plan)
    })
    .await;
    report.assert_kept();
    assert_eq!(report.skipped(), []);
}

/// A guarantee of another trait is reported as broken.
#[tokio::test]
async fn guarantee_of_another_trait_is_broken() {
    let wrong = [Guarantee::FixedWindow];
    let report = contract::user_database_only(Memory, &wrong).await;
    assert_eq!(report.broken(), wrong);
    assert_eq!(report.verdicts().len(), 1);
}
