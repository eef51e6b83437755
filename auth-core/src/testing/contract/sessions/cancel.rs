//! Calls that are dropped in the middle; a store may finish them later, on a thread of its own.

use std::time::Duration as StdDuration;

use time::Duration;

use super::{StoreUnderTest, begun, next, owner, rotation, rules, session_of, start};
use crate::session::RotateOutcome;
use crate::store::SessionStore;
use crate::testing::contract::case_run::{Tried, broken, drop_after, ensure, ensure_eq, stages};

pub(super) async fn dropped_calls<S: SessionStore>(stage: StoreUnderTest<S>) -> Tried {
    let (store, start) = (stage.store(), start());
    let living = session_of(&owner("living")?)?;
    stage.insert(&living).await?;
    for (number, polls) in stages() {
        drop_after(polls, store.session(&living.id)).await;
        drop_after(polls, store.sessions_of(&living.owner, start, 10)).await;

        insertion(&stage, polls).await?;
        swap(&stage, polls).await?;

        let ada = owner(&format!("ada{number}"))?;
        let deleted = session_of(&ada)?;
        stage.insert(&deleted).await?;
        drop_after(polls, store.delete_session(&deleted.id)).await;
        stage.delete(&deleted.id).await?;
        let when = "after a dropped and a second deletion";
        stage.holds(when, &deleted.id, None).await?;

        let removed = [session_of(&ada)?, session_of(&ada)?];
        for row in &removed {
            stage.insert(row).await?;
        }
        drop_after(polls, store.delete_sessions_of(&ada)).await;
        stage.remove_of(&ada).await?;
        let listed = stage.list(&ada, start - Duration::DAY, 10).await?;
        let what = "how many are left after a dropped and a second removal";
        ensure_eq(what, &listed.len(), &0)?;

        drop_after(polls, store.purge_sessions(start, 10)).await;
        stage.purge(start, 10).await?;
        let when = "after dropped calls";
        stage.holds(when, &living.id, Some(&living)).await?;
        rotated(&stage, polls).await?;
    }
    Ok(())
}

async fn insertion<S: SessionStore>(stage: &StoreUnderTest<S>, polls: u32) -> Tried {
    let row = session_of(&owner("inserted")?)?;
    drop_after(polls, stage.store().insert_session(row.clone())).await;
    let found = stage.session(&row.id).await?;
    ensure(found.is_none_or(|found| found == row), || {
        "a dropped insertion left a part of a session".to_owned()
    })
}

async fn swap<S: SessionStore>(stage: &StoreUnderTest<S>, polls: u32) -> Tried {
    let row = session_of(&owner("swapped")?)?;
    let next = next(&row, "next");
    stage.insert(&row).await?;
    drop_after(polls, stage.store().swap_session(&next)).await;
    let found = stage.session(&row.id).await?;
    ensure(found == Some(row) || found.as_ref() == Some(&next), || {
        "a dropped swap wrote a part of a session, or removed it".to_owned()
    })?;
    stage.swap(&next).await?;
    let when = "after a dropped and a second swap";
    stage.holds(when, &next.id, Some(&next)).await
}

/// A repeated rotation returns the successor, wherever the dropped one stopped.
async fn rotated<S: SessionStore>(stage: &StoreUnderTest<S>, polls: u32) -> Tried {
    let rules = rules(StdDuration::from_secs(10));
    let (token, row) = begun(&rules, start())?;
    stage.insert(&row).await?;
    let (_, rotation) = rotation::of(&rules, &token, false, start())?;
    drop_after(polls, rotation.run(stage.store())).await;
    let again = rotation::rotate(stage, &rules, &token, false).await?.1;
    let (RotateOutcome::Rotated(now) | RotateOutcome::Repeated(now)) = again else {
        return broken("a rotation after a dropped one did not return the successor");
    };
    ensure_eq("the version after a rotation", &now.version, &1)?;
    stage
        .holds("after a dropped and a second rotation", &row.id, Some(&now))
        .await
}
