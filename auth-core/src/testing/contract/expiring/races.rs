//! Concurrent insertions and counts of one key.

use super::{MINUTE, StoreUnderTest, key, start};
use crate::store::{ExpiringStore, Inserted, Window};
use crate::testing::contract::case_run::{RACERS, Tried, ensure_eq, race};

/// A6.5.1: a value that works once is spent by one of many callers.
pub(super) async fn first_insertion<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    for name in ["a", "b"] {
        // After the first round an entry is there that is just over.
        for round in 0..4 {
            let at = start() + MINUTE * round;
            let outcomes = race(RACERS, |_| {
                let store = store.clone();
                async move { store.insert(&key(name), at + MINUTE, at).await }
            })
            .await?;
            let new = outcomes.iter().filter(|outcome| **outcome == Inserted::New);
            ensure_eq(
                "how many of 64 simultaneous insertions were new",
                &new.count(),
                &1,
            )?;
            store
                .counts("after a race of insertions", &key(name), at, 1)
                .await?;
        }
    }
    Ok(())
}

pub(super) async fn distinct_counts<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    for window in [Window::Fixed(MINUTE), Window::Sliding(MINUTE)] {
        // After the first round an entry is there that is just over.
        for round in 0..3 {
            let at = start() + MINUTE * round;
            let name = key(&format!("{window:?}"));
            let mut counts = race(RACERS, |_| {
                let (store, key) = (store.clone(), name.clone());
                async move { store.increment(&key, window, at).await }
            })
            .await?;
            counts.sort_unstable();
            let all: Vec<_> = (1..=u64::from(RACERS)).collect();
            ensure_eq(
                "the counts that 64 simultaneous increments answered",
                &counts,
                &all,
            )?;
            store
                .counts("after a race of increments", &name, at, u64::from(RACERS))
                .await?;
        }
    }
    Ok(())
}
