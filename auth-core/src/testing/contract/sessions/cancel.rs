//! Calls that are dropped in the middle; a store may finish them later, on a thread of its own.

use std::time::Duration as StdDuration;

use time::Duration;

use super::{StoreUnderTest, begun, next, owner, rotation, rules, session_of, start};
use crate::session::RotateOutcome;
use crate::store::SessionStore;
use crate::testing::contract::case_run::{
    Tried, broken, drop_after, ensure, ensure_eq, poll_counts,
};

pub(super) async fn dropped_calls<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let (inner, start) = (store.store(), start());
    let living = session_of(&owner("living")?)?;
    store.insert(&living).await?;
    for (number, polls) in poll_counts() {
        drop_after(polls, inner.session(&living.id)).await;
        drop_after(
            polls,
            inner.sessions_of(
                &living.owner,
                living.epoch,
                start,
                crate::store::SessionPage::first(10),
            ),
        )
        .await;

        insertion(&store, polls).await?;
        swap(&store, polls).await?;

        let ada = owner(&format!("ada{number}"))?;
        let deleted = session_of(&ada)?;
        store.insert(&deleted).await?;
        drop_after(polls, inner.delete_session(&deleted.id)).await;
        store.delete(&deleted.id).await?;
        let when = "after a dropped and a second deletion";
        store.holds(when, &deleted.id, None).await?;

        let removed = [session_of(&ada)?, session_of(&ada)?];
        for row in &removed {
            store.insert(row).await?;
        }
        drop_after(polls, inner.delete_sessions_of(&ada)).await;
        store.remove_of(&ada).await?;
        let listed = store.list(&ada, start - Duration::DAY, 10).await?;
        let what = "how many are left after a dropped and a second removal";
        ensure_eq(what, &listed.len(), &0)?;

        drop_after(polls, inner.purge_sessions(start, 10)).await;
        store.purge(start, 10).await?;
        let when = "after dropped calls";
        store.holds(when, &living.id, Some(&living)).await?;
        rotated(&store, polls).await?;
    }
    Ok(())
}

async fn insertion<S: SessionStore>(store: &StoreUnderTest<S>, polls: u32) -> Tried {
    let row = session_of(&owner("inserted")?)?;
    drop_after(polls, store.store().insert_session(row.clone())).await;
    let found = store.session(&row.id).await?;
    ensure(found.is_none_or(|found| found == row), || {
        "a dropped insertion left a part of a session".to_owned()
    })
}

async fn swap<S: SessionStore>(store: &StoreUnderTest<S>, polls: u32) -> Tried {
    let row = session_of(&owner("swapped")?)?;
    let next = next(&row, "next");
    store.insert(&row).await?;
    drop_after(polls, store.store().swap_session(&next)).await;
    let found = store.session(&row.id).await?;
    ensure(found == Some(row) || found.as_ref() == Some(&next), || {
        "a dropped swap wrote a part of a session, or removed it".to_owned()
    })?;
    store.swap(&next).await?;
    let when = "after a dropped and a second swap";
    store.holds(when, &next.id, Some(&next)).await
}

/// A repeated rotation returns the successor, wherever the dropped one stopped.
async fn rotated<S: SessionStore>(store: &StoreUnderTest<S>, polls: u32) -> Tried {
    let rules = rules(StdDuration::from_secs(10));
    let (token, row) = begun(&rules, start())?;
    store.insert(&row).await?;
    let (_, rotation) = rotation::of(&rules, &token, false, start())?;
    drop_after(polls, rotation.run(store.store())).await;
    let again = rotation::rotate(store, &rules, &token, false).await?.1;
    let (RotateOutcome::Rotated(now) | RotateOutcome::Repeated(now)) = again else {
        return broken("a rotation after a dropped one did not return the successor");
    };
    ensure_eq("the version after a rotation", &now.version, &1)?;
    store
        .holds("after a dropped and a second rotation", &row.id, Some(&now))
        .await
}
