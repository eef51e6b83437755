//! The swap: a write onto the previous version.

use super::{StoreUnderTest, next, owner, session_of, start};
use crate::store::{SessionStore, SessionTokens, StoredSession};
use crate::testing::contract::case_run::{RACERS, Tried, ensure_eq, race};

pub(super) async fn from_previous_version<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let ada = owner("ada")?;
    let (mut row, other) = (session_of(&ada)?, session_of(&ada)?);
    store.insert(&row).await?;
    store.insert(&other).await?;
    for _ in 0..3 {
        for version in wrong_versions(row.version) {
            let wrong = StoredSession {
                version,
                ..next(&row, "wrong")
            };
            let what = format!("a swap to version {version} of {}", row.version);
            store.swaps(&what, &wrong, false).await?;
            let when = "after a swap that was refused";
            store.holds(when, &row.id, Some(&row)).await?;
        }
        let good = next(&row, &format!("written as {}", row.version + 1));
        store.swaps("a swap in time", &good, true).await?;
        store.swaps("the same swap again", &good, false).await?;
        store.holds("after a swap", &row.id, Some(&good)).await?;
        let when = "after swaps of another";
        store.holds(when, &other.id, Some(&other)).await?;
        row = good;
    }
    Ok(())
}

fn wrong_versions(version: i64) -> impl Iterator<Item = i64> {
    let all = [version - 1, version, version + 2, version + 3, i64::MAX];
    all.into_iter().filter(|version| *version >= 0)
}

/// B-01: of many callers that read one version one writes.
pub(super) async fn one_wins<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let mut row = session_of(&owner("ada")?)?;
    store.insert(&row).await?;
    for round in 0..8 {
        let winners = race(RACERS, |number| {
            let store = store.clone();
            let next = next(&row, &format!("{round}-{number}"));
            async move { Ok(store.swap(&next).await?.then_some(next)) }
        })
        .await?;
        let winners: Vec<_> = winners.into_iter().flatten().collect();
        ensure_eq(
            "how many of 64 simultaneous swaps were written",
            &winners.len(),
            &1,
        )?;
        for winner in winners {
            let when = "after a race of swaps";
            store.holds(when, &row.id, Some(&winner)).await?;
            row = winner;
        }
    }
    Ok(())
}

/// A7.4.1: an ended session stays ended, also for a concurrent write.
pub(super) async fn of_deleted<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let ada = owner("ada")?;
    let row = session_of(&ada)?;
    store.insert(&row).await?;
    store.delete(&row.id).await?;
    for late in [row.clone(), next(&row, "late")] {
        store
            .swaps("a swap of what was deleted", &late, false)
            .await?;
        store
            .holds("after a swap of what was deleted", &row.id, None)
            .await?;
    }
    for round in 0..48 {
        let row = session_of(&ada)?;
        store.insert(&row).await?;
        race(4, |number| {
            let (store, row, ada) = (store.clone(), row.clone(), ada.clone());
            async move {
                if number == round % 4 {
                    end(&store, round, &row, &ada).await
                } else {
                    let tokens = SessionTokens::from_stored(format!("{number}"));
                    let next = StoredSession {
                        tokens,
                        ..next(&row, "")
                    };
                    store.swap(&next).await.map(drop)
                }
            }
        })
        .await?;
        store
            .holds("after a deletion beside swaps", &row.id, None)
            .await?;
        let listed = store.list(&ada, start(), 10).await?;
        ensure_eq(
            "how many sessions are listed after a deletion beside swaps",
            &listed.len(),
            &0,
        )?;
    }
    Ok(())
}

/// One of the two ways to end a session.
async fn end<S: SessionStore>(
    store: &StoreUnderTest<S>,
    round: u32,
    row: &StoredSession,
    owner: &crate::store::Owner,
) -> Tried {
    if round < 24 {
        ensure_eq(
            "a deletion beside swaps",
            &store.delete(&row.id).await?,
            &true,
        )
    } else {
        let removed = store.remove_of(owner).await?;
        ensure_eq("a removal beside swaps", &removed, &1)
    }
}
