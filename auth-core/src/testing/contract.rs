//! The contract of a storage, as a suite: one call tries every guarantee of a storage trait and
//! names those that are broken.

mod expiring;
mod fixture;
mod guarantee;
mod report;
mod trial;
mod users;

pub use fixture::{
    ColumnsChange, ExpiringFixture, Fresh, NewColumns, Outage, UserFixture, UserShape,
};
pub use guarantee::Guarantee;
pub use report::{Report, Verdict};

use std::sync::Arc;

/// Tries every guarantee of [`UserDatabase`](crate::UserDatabase), each on a fresh store.
///
/// Run it on a runtime of several threads with time enabled, as below: races are then real ones,
/// and a store that blocks a thread does not stop the suite's own clock.
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryUserDatabase;
/// use auth_core::testing::contract::{self, Fresh};
///
/// // In a test: `#[tokio::test(flavor = "multi_thread")]`.
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let report = contract::user_database(|| async { Fresh::new(MemoryUserDatabase::new()) });
/// report.await.assert_kept();
/// # });
/// ```
pub async fn user_database(fixture: impl UserFixture) -> Report {
    let fixture = Arc::new(fixture);
    let mut verdicts = Vec::new();
    for guarantee in Guarantee::OF_USER_DATABASE {
        let verdict = users::try_one(Arc::clone(&fixture), *guarantee).await;
        verdicts.push((*guarantee, verdict));
    }
    Report::new(verdicts)
}

/// Tries every guarantee of [`ExpiringStore`](crate::ExpiringStore), each on a fresh store.
///
/// Run it like [`user_database`].
///
/// # Examples
///
/// ```
/// use auth_core::store::memory::MemoryExpiringStore;
/// use auth_core::testing::contract::{self, Fresh};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let report = contract::expiring_store(|| async { Fresh::new(MemoryExpiringStore::new()) });
/// report.await.assert_kept();
/// # });
/// ```
pub async fn expiring_store(fixture: impl ExpiringFixture) -> Report {
    let fixture = Arc::new(fixture);
    let mut verdicts = Vec::new();
    for guarantee in Guarantee::OF_EXPIRING_STORE {
        let verdict = expiring::try_one(Arc::clone(&fixture), *guarantee).await;
        verdicts.push((*guarantee, verdict));
    }
    Report::new(verdicts)
}
