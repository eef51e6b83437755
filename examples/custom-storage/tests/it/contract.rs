//! The contract suites, each on fresh files.

use std::path::Path;

use auth_core::testing::contract::{self, Fresh, Guarantee};
use custom_storage::RedbStore;

/// A file in a folder that is removed when the store is gone. In memory, where the system has such a
/// folder: the suites commit thousands of times, and `durable.rs` tests what is on disk.
async fn fresh() -> Fresh<RedbStore> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    let folder = folder.unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn sessions_keep_the_contract() {
    let report = contract::session_store(fresh).await;
    report.assert_kept();
    assert_eq!(report.skipped(), [Guarantee::Outage]);
}
