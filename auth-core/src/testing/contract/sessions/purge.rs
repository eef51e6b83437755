//! Removing expired sessions, in portions, by concurrent calls, beside uses that extend them.

use time::Duration;

use super::{INSTANT, MINUTE, StoreUnderTest, next, owner, session_of, start};
use crate::store::{SessionStore, StoredSession};
use crate::testing::contract::case_run::{Tried, ensure, ensure_eq, race};

/// A session that expires this long after the start.
fn ending(after: Duration) -> Tried<StoredSession> {
    Ok(StoredSession {
        expires_at: start() + after,
        ..session_of(&owner("ada")?)?
    })
}

pub(super) async fn only_expired<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let start = start();
    let empty = store.purge(start, 10).await?;
    ensure_eq("a purge of an empty store", &empty, &0)?;
    let mut rows = Vec::new();
    for number in 0..10 {
        let row = ending(INSTANT * number)?;
        store.insert(&row).await?;
        rows.push(row);
    }
    // Seven have expired, one of them at exactly this time.
    let at = start + INSTANT * 6;
    for (limit, expected) in [(0, 0), (3, 3), (100, 4), (100, 0), (u32::MAX, 0)] {
        let purged = store.purge(at, limit).await?;
        ensure_eq(&format!("a purge of at most {limit}"), &purged, &expected)?;
    }
    for row in &rows {
        let lives = (row.expires_at > at).then_some(row);
        store.holds("after a purge", &row.id, lives).await?;
    }
    Ok(())
}

pub(super) async fn races<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let start = start();
    for _ in 0..3 {
        for _ in 0..100 {
            store.insert(&ending(Duration::ZERO)?).await?;
        }
        let living = ending(MINUTE)?;
        store.insert(&living).await?;
        let purged = race(16, |_| {
            let store = store.clone();
            async move {
                let purged = store.purge(start, 10).await?;
                ensure(purged <= 10, || {
                    format!("a purge of at most 10 took {purged}")
                })?;
                Ok(purged)
            }
        })
        .await?;
        let mut purged: u64 = purged.into_iter().sum();
        // Concurrent purges may leave rows to each other.
        loop {
            match store.purge(start, 100).await? {
                0 => break,
                more => purged += more,
            }
        }
        ensure_eq("what all purges together say that they took", &purged, &100)?;
        let when = "after purges";
        store.holds(when, &living.id, Some(&living)).await?;
    }
    prolonged(&store).await
}

/// A session is used in its last moment, by a process whose clock is slightly late, while it is
/// purged: it is present afterwards if, and only if, the use was written.
async fn prolonged<S: SessionStore>(store: &StoreUnderTest<S>) -> Tried {
    let start = start();
    for _ in 0..32 {
        let row = ending(Duration::ZERO)?;
        store.insert(&row).await?;
        let used = StoredSession {
            expires_at: start + MINUTE,
            ..next(&row, "used")
        };
        let swapped = race(4, |number| {
            let (store, used) = (store.clone(), used.clone());
            async move {
                if number == 1 {
                    store.swap(&used).await
                } else {
                    store.purge(start, 10).await?;
                    Ok(false)
                }
            }
        })
        .await?;
        let lives = swapped.contains(&true).then_some(&used);
        let when = "after a purge beside a swap that prolongs";
        store.holds(when, &row.id, lives).await?;
        store.delete(&row.id).await?;
    }
    Ok(())
}
