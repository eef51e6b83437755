//! The cases of `ExpiringStore`, and the store that they use.

mod cancel;
mod keys;
mod lives;
mod outage;
mod purge;
mod races;
mod windows;

use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::case_run::{Tried, broken, ensure, ensure_eq, failed, judge};
use super::fixture::{ExpiringFixture, Fresh};
use super::{Guarantee, Verdict};
use crate::store::{ExpiringKey, ExpiringStore, Inserted, Window};

const MINUTE: Duration = Duration::MINUTE;

/// The finest time that every engine must hold.
const INSTANT: Duration = Duration::MICROSECOND;

/// Tries one guarantee on a fresh store.
pub(super) async fn try_one<F: ExpiringFixture>(fixture: Arc<F>, guarantee: Guarantee) -> Verdict {
    judge(async move {
        let fresh = fixture.fresh().await;
        run(StoreUnderTest { fresh }, guarantee).await
    })
    .await
}

async fn run<S: ExpiringStore>(store: StoreUnderTest<S>, guarantee: Guarantee) -> Tried {
    match guarantee {
        Guarantee::Expiry => lives::until_its_expiry(store).await,
        Guarantee::LivingEntry => lives::undisturbed(store).await,
        Guarantee::FinestTime => lives::finest_time(store).await,
        Guarantee::FarExpiry => lives::far_expiry(store).await,
        Guarantee::Removal => lives::until_its_removal(store).await,
        Guarantee::FixedWindow => windows::fixed(store).await,
        Guarantee::SlidingWindow => windows::sliding(store).await,
        Guarantee::FirstInsertion => races::first_insertion(store).await,
        Guarantee::DistinctCounts => races::distinct_counts(store).await,
        Guarantee::Purge => purge::only_expired(store).await,
        Guarantee::PurgeRace => purge::race_of_purges(store).await,
        Guarantee::ExactKeys => keys::exact(store).await,
        Guarantee::Cancellation => cancel::dropped_calls(store).await,
        Guarantee::Outage => outage::nothing_is_absent(store).await,
        other => broken(format!("{other} is not a guarantee of an expiring store")),
    }
}

/// A fresh store, with calls that end the case if they fail.
struct StoreUnderTest<S> {
    fresh: Fresh<S>,
}

impl<S: ExpiringStore> StoreUnderTest<S> {
    fn store(&self) -> &S {
        self.fresh.store()
    }

    async fn insert(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Tried<Inserted> {
        let inserted = self.store().insert_once(key, expires_at, now).await;
        inserted.map_err(|error| failed("insert_once", &error))
    }

    /// Inserts a key that is not there.
    async fn inserted(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Tried {
        let inserted = self.insert(key, expires_at, now).await?;
        ensure_eq(
            &format!("the first insertion of {key}"),
            &inserted,
            &Inserted::New,
        )
    }

    async fn increment(
        &self,
        key: &ExpiringKey,
        window: Window,
        now: OffsetDateTime,
    ) -> Tried<u64> {
        let count = self.store().increment(key, window, now).await;
        count.map_err(|error| failed("increment", &error))
    }

    async fn count(&self, key: &ExpiringKey, now: OffsetDateTime) -> Tried<u64> {
        let count = self.store().count(key, now).await;
        count.map_err(|error| failed("count", &error))
    }

    async fn remove(&self, key: &ExpiringKey) -> Tried<bool> {
        let removed = self.store().remove(key).await;
        removed.map_err(|error| failed("remove", &error))
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Tried<u64> {
        let purged = self.store().purge(now, limit).await;
        purged.map_err(|error| failed("purge", &error))
    }

    /// Asserts the count of a key; an expired entry counts as absent.
    async fn counts(
        &self,
        when: &str,
        key: &ExpiringKey,
        now: OffsetDateTime,
        expected: u64,
    ) -> Tried {
        let count = self.count(key, now).await?;
        ensure(count == expected, || {
            format!("{when} the count is {count} and should be {expected}")
        })
    }
}

impl<S> Clone for StoreUnderTest<S> {
    fn clone(&self) -> Self {
        Self {
            fresh: self.fresh.clone(),
        }
    }
}

/// A moment with a fraction of a second.
fn start() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_800_000_000) + Duration::microseconds(123_456)
}

fn key(name: &str) -> ExpiringKey {
    ExpiringKey::new("test", name)
}
