//! Removing expired entries, in portions, by concurrent calls.

use time::Duration;

use super::{MINUTE, StoreUnderTest, key, start};
use crate::store::{ExpiringStore, Inserted};
use crate::testing::contract::case_run::{Tried, ensure, ensure_eq, race};

pub(super) async fn only_expired<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let start = start();
    ensure_eq(
        "a purge of an empty store",
        &store.purge(start, 10).await?,
        &0,
    )?;
    for number in 0..10 {
        let expires_at = start + Duration::seconds(number);
        store
            .inserted(&key(&number.to_string()), expires_at, start)
            .await?;
    }
    // Seven have expired, one of them at exactly this time.
    let at = start + Duration::seconds(6);
    for (limit, expected) in [(0, 0), (3, 3), (100, 4), (100, 0), (u32::MAX, 0)] {
        let purged = store.purge(at, limit).await?;
        ensure_eq(&format!("a purge of at most {limit}"), &purged, &expected)?;
    }
    // As it was at the beginning, when all but the first were alive: a purge leaves no trace.
    for number in 1..10 {
        let expected = u64::from(number > 6);
        let when = format!("after a purge of 0 to 6, at the beginning, of number {number}");
        store
            .counts(&when, &key(&number.to_string()), start, expected)
            .await?;
    }
    Ok(())
}

pub(super) async fn race_of_purges<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let start = start();
    for round in 0..3 {
        for number in 0..100 {
            store
                .inserted(&key(&format!("{round}-{number}")), start, start)
                .await?;
        }
        let living = key(&format!("living{round}"));
        store.inserted(&living, start + MINUTE, start).await?;
        let mut purged: u64 = race(16, |_| {
            let store = store.clone();
            async move {
                let purged = store.purge(start, 10).await?;
                ensure(purged <= 10, || {
                    format!("a purge of at most 10 took {purged}")
                })?;
                Ok(purged)
            }
        })
        .await?
        .into_iter()
        .sum();
        // Concurrent purges may leave rows to each other.
        loop {
            match store.purge(start, 100).await? {
                0 => break,
                more => purged += more,
            }
        }
        ensure_eq("what all purges together say that they took", &purged, &100)?;
        store.counts("after purges", &living, start, 1).await?;
    }
    revived(&store).await
}

/// An expired entry is inserted again while it is purged: it must be present afterwards.
async fn revived<S: ExpiringStore>(store: &StoreUnderTest<S>) -> Tried {
    let start = start();
    for round in 0..16 {
        let key = key(&format!("revived{round}"));
        store.inserted(&key, start, start).await?;
        race(4, |number| {
            let (store, key) = (store.clone(), key.clone());
            async move {
                if number > 1 {
                    store.purge(start, 10).await?;
                } else if store.insert(&key, start + MINUTE, start).await? == Inserted::New {
                    store
                        .counts("after it began anew during a purge", &key, start, 1)
                        .await?;
                }
                Ok(())
            }
        })
        .await?;
        store
            .counts("after it began anew during a purge", &key, start, 1)
            .await?;
    }
    Ok(())
}
