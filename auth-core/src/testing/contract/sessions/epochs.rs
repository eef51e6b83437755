//! Lists of sessions of one epoch, and the removal of those of earlier ones.

use super::{INSTANT, StoreUnderTest, owner, session_of, start};
use crate::store::{SessionStore, StoredSession};
use crate::testing::contract::case_run::{Tried, ensure_eq};
use crate::user::Epoch;

pub(super) async fn lists_and_removal<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let (ada, grace, start) = (owner("ada")?, owner("grace")?, start());
    let present = Epoch::from_i64(2);
    // The present session was used before all others.
    let alive = StoredSession {
        epoch: present,
        last_used_at: start - INSTANT * 100,
        ..session_of(&ada)?
    };
    store.insert(&alive).await?;
    for number in 0..12 {
        let row = StoredSession {
            epoch: Epoch::from_i64(number % 2),
            ..session_of(&ada)?
        };
        store.insert(&row).await?;
    }
    let other = session_of(&grace)?;
    store.insert(&other).await?;

    let listed = store.list_of(&ada, present, start, 1).await?;
    let ids: Vec<_> = listed.iter().map(|row| row.id).collect();
    ensure_eq("the sessions of the present epoch", &ids, &vec![alive.id])?;
    for (epoch, expected) in [(0, 6), (1, 6), (2, 1), (3, 0)] {
        let listed = store
            .list_of(&ada, Epoch::from_i64(epoch), start, 100)
            .await?;
        let what = format!("the number of sessions of epoch {epoch}");
        ensure_eq(&what, &listed.len(), &expected)?;
    }

    for (limit, expected) in [(0, 0), (5, 5), (5, 5), (5, 2), (5, 0)] {
        let removed = store.remove_before(&ada, present, limit).await?;
        ensure_eq("the number of removed sessions", &removed, &expected)?;
    }
    let what = "after the removal of earlier epochs";
    store.holds(what, &alive.id, Some(&alive)).await?;
    store.holds(what, &other.id, Some(&other)).await
}
