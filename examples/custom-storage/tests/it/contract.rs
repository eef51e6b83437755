//! The contract suites, each on fresh files.

use auth_core::testing::contract::{self, Fresh, Guarantee};
use custom_storage::RedbStore;

/// A file in a folder that is removed when the store is gone.
async fn fresh() -> Fresh<RedbStore> {
    let folder = tempfile::tempdir().unwrap();
    let store = RedbStore::open(folder.path().join("accounts.redb")).unwrap();
    Fresh::new(store).keeping(folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn users_keep_the_contract() {
    let report = contract::user_database(fresh).await;
    report.assert_kept();
    assert_eq!(report.skipped(), [Guarantee::Outage]);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_keep_the_contract() {
    let report = contract::expiring_store(fresh).await;
    report.assert_kept();
    assert_eq!(report.skipped(), [Guarantee::Outage]);
}
