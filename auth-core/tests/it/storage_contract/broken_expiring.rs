//! Expiring stores that are broken on purpose: one wrapper around the store in memory, with one
//! fault at a time.

use std::collections::HashMap;
use std::sync::Mutex as BlockingMutex;

use async_trait::async_trait;
use auth_core::StoreError;
use auth_core::store::memory::MemoryExpiringStore;
use auth_core::store::{ExpiringKey, ExpiringStore, Inserted, Window};
use auth_core::testing::contract::{self, Fresh, Guarantee, Report, Verdict};
use auth_core::testing::{FaultInjector, ProbedExpiringStore};
use time::{Duration, OffsetDateTime};
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::yield_now;

use Guarantee as G;

/// What is wrong with a store.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    LooksBeforeItInserts,
    InsertionRenews,
    CountsBeforeItIncrements,
    CountsWhatIsOver,
    RoundsTimesDown,
    OverflowsAtTheEnd,
    FixedWindowsSlide,
    SlidingWindowsStay,
    RemovalIsSilent,
    PurgesTheLiving,
    PurgesWithoutLimit,
    PurgesWhatItSawBefore,
    CutsKeys,
    FoldsCase,
    TrimsKeys,
    ErrorsAreAbsence,
    WritesInTwoSteps,
    Hangs,
    Panics,
}

/// The store in memory with a fault.
struct Broken {
    inner: ProbedExpiringStore<MemoryExpiringStore>,
    fault: Fault,
    /// Held for a whole call by the store that writes in two steps.
    turn: Mutex<()>,
    /// The expiry of every key that was ever inserted.
    seen: BlockingMutex<HashMap<ExpiringKey, OffsetDateTime>>,
}

impl Broken {
    fn new(fault: Fault, plan: &FaultInjector) -> Self {
        Self {
            inner: ProbedExpiringStore::new(MemoryExpiringStore::new(), plan),
            fault,
            turn: Mutex::new(()),
            seen: BlockingMutex::default(),
        }
    }

    /// What goes wrong in every call. The store that writes in two steps excludes readers.
    async fn call(&self) -> Option<MutexGuard<'_, ()>> {
        match self.fault {
            Fault::Hangs => std::future::pending().await,
            Fault::Panics => panic!("out of cheese"),
            Fault::WritesInTwoSteps => Some(self.turn.lock().await),
            _ => None,
        }
    }

    fn key(&self, key: &ExpiringKey) -> ExpiringKey {
        let text = key.as_str();
        let same: String = match self.fault {
            Fault::CutsKeys => text.chars().take(100).collect(),
            Fault::FoldsCase => text.to_lowercase(),
            Fault::TrimsKeys => text.trim_end_matches(' ').to_owned(),
            _ => return key.clone(),
        };
        ExpiringKey::new("", &same)
    }

    fn time(&self, at: OffsetDateTime) -> OffsetDateTime {
        match self.fault {
            Fault::RoundsTimesDown => at - Duration::nanoseconds(i64::from(at.nanosecond()) % 1000),
            _ => at,
        }
    }

    /// Fails where an engine holds no such time.
    fn fits(&self, at: OffsetDateTime) -> Result<(), StoreError> {
        if self.fault == Fault::OverflowsAtTheEnd && at.year() > 9000 {
            return Err(StoreError::new("time out of range"));
        }
        Ok(())
    }
}

#[async_trait]
impl ExpiringStore for Broken {
    async fn insert_once(
        &self,
        key: &ExpiringKey,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Inserted, StoreError> {
        let _turn = self.call().await;
        let (key, expires_at) = (self.key(key), self.time(expires_at));
        self.fits(expires_at)?;
        self.seen.lock().unwrap().insert(key.clone(), expires_at);
        match self.fault {
            Fault::LooksBeforeItInserts => {
                let is_free = self.inner.count(&key, now).await? == 0;
                yield_now().await;
                self.inner.insert_once(&key, expires_at, now).await?;
                Ok(if is_free {
                    Inserted::New
                } else {
                    Inserted::Present
                })
            }
            Fault::InsertionRenews => {
                let inserted = self.inner.insert_once(&key, expires_at, now).await?;
                if inserted == Inserted::Present && self.inner.count(&key, now).await? == 1 {
                    self.inner.remove(&key).await?;
                    self.inner.insert_once(&key, expires_at, now).await?;
                }
                Ok(inserted)
            }
            Fault::WritesInTwoSteps => {
                // A row without an expiry first, and the expiry after it.
                let never = now + Duration::days(1000);
                let inserted = self.inner.insert_once(&key, never, now).await?;
                if inserted == Inserted::New {
                    yield_now().await;
                    self.inner.remove(&key).await?;
                    self.inner.insert_once(&key, expires_at, now).await?;
                }
                Ok(inserted)
            }
            _ => self.inner.insert_once(&key, expires_at, now).await,
        }
    }

    async fn increment(
        &self,
        key: &ExpiringKey,
        window: Window,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let _turn = self.call().await;
        let key = self.key(key);
        self.fits(window.expires_at(now))?;
        let window = match (self.fault, window) {
            (Fault::FixedWindowsSlide, Window::Fixed(length)) => Window::Sliding(length),
            (Fault::SlidingWindowsStay, Window::Sliding(length)) => Window::Fixed(length),
            (_, window) => window,
        };
        if self.fault == Fault::CountsBeforeItIncrements {
            let count = self.inner.count(&key, now).await?;
            yield_now().await;
            self.inner.increment(&key, window, now).await?;
            return Ok(count + 1);
        }
        self.inner.increment(&key, window, now).await
    }

    async fn count(&self, key: &ExpiringKey, now: OffsetDateTime) -> Result<u64, StoreError> {
        let _turn = self.call().await;
        let key = self.key(key);
        match self.inner.count(&key, now).await {
            Err(_) if self.fault == Fault::ErrorsAreAbsence => Ok(0),
            Ok(0) if self.fault == Fault::CountsWhatIsOver => {
                Ok(u64::from(self.seen.lock().unwrap().contains_key(&key)))
            }
            answer => answer,
        }
    }

    async fn remove(&self, key: &ExpiringKey) -> Result<bool, StoreError> {
        let _turn = self.call().await;
        let key = self.key(key);
        self.seen.lock().unwrap().remove(&key);
        let removed = self.inner.remove(&key).await?;
        Ok(removed || self.fault == Fault::RemovalIsSilent)
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        let _turn = self.call().await;
        match self.fault {
            Fault::PurgesTheLiving => {
                let later = now + Duration::SECOND;
                self.inner.purge(later, limit).await
            }
            Fault::PurgesWithoutLimit => self.inner.purge(now, u32::MAX).await,
            Fault::PurgesWhatItSawBefore => {
                self.inner.purge(now, 0).await?;
                let all = self.seen.lock().unwrap().clone();
                let over = all.into_iter().filter(|(_, expires_at)| *expires_at <= now);
                let over: Vec<_> = over.take(limit as usize).collect();
                yield_now().await;
                let mut purged = 0;
                for (key, _) in over {
                    self.seen.lock().unwrap().remove(&key);
                    purged += u64::from(self.inner.remove(&key).await?);
                }
                Ok(purged)
            }
            _ => self.inner.purge(now, limit).await,
        }
    }
    fn validate(&self, _: &mut auth_core::ConfigReport) {}
}

async fn report_on(fault: Fault) -> Report {
    let make = move || async move {
        let plan = FaultInjector::new();
        Fresh::new(Broken::new(fault, &plan)).with_outage(plan)
    };
    contract::expiring_store(make).await
}

async fn check(fault: Fault, expected: &[Guarantee]) {
    let report = report_on(fault).await;
    assert_eq!(report.broken(), expected, "{fault:?}\n{report}");
    assert_eq!(report.skipped(), [], "{fault:?}");
}

macro_rules! faults {
    ($($test:ident: $fault:ident => [$($broken:ident),+],)+) => {
        $(#[tokio::test(start_paused = true)]
        async fn $test() {
            check(Fault::$fault, &[$(G::$broken),+]).await;
        })+
    };
}

faults! {
    looks_before_it_inserts: LooksBeforeItInserts => [FirstInsertion],
    insertion_renews: InsertionRenews => [LivingEntry],
    counts_before_it_increments: CountsBeforeItIncrements => [DistinctCounts],
    counts_what_is_over: CountsWhatIsOver => [Expiry, LivingEntry, FinestTime, Purge, Cancellation],
    rounds_times_down: RoundsTimesDown => [FinestTime],
    overflows_at_the_end: OverflowsAtTheEnd => [FarExpiry],
    fixed_windows_slide: FixedWindowsSlide => [LivingEntry, FixedWindow],
    sliding_windows_stay: SlidingWindowsStay => [SlidingWindow],
    removal_is_silent: RemovalIsSilent => [Removal],
    purges_live_entries: PurgesTheLiving => [Purge],
    purges_without_limit: PurgesWithoutLimit => [Purge, PurgeRace],
    purges_stale_list: PurgesWhatItSawBefore => [PurgeRace],
    cuts_keys: CutsKeys => [ExactKeys],
    folds_case: FoldsCase => [ExactKeys],
    trims_keys: TrimsKeys => [ExactKeys],
    errors_are_absence: ErrorsAreAbsence => [Outage],
    writes_in_two_steps: WritesInTwoSteps => [Cancellation],
}

/// A store that never answers, or that panics, breaks every guarantee.
#[tokio::test(start_paused = true)]
async fn hanging_and_panicking_stores_are_reported() {
    for (fault, seen) in [
        (Fault::Hangs, "no answer within 60 seconds"),
        (Fault::Panics, "a panic: out of cheese"),
    ] {
        let report = report_on(fault).await;
        assert_eq!(report.broken(), Guarantee::OF_EXPIRING_STORE, "{report}");
        for (guarantee, verdict) in report.verdicts() {
            let Verdict::Broken(text) = verdict else {
                panic!("{guarantee}: {verdict:?}")
            };
            assert_eq!(text, seen, "{guarantee}");
        }
    }
}
