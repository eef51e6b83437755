//! The end of one session.

use super::{StoreUnderTest, next, owner, session_of, start};
use crate::store::SessionStore;
use crate::testing::contract::case_run::{RACERS, Tried, ensure_eq, race};

pub(super) async fn one_wins<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let ada = owner("ada")?;
    let other = session_of(&ada)?;
    store.insert(&other).await?;
    for round in 0..8 {
        let row = session_of(&ada)?;
        store.insert(&row).await?;
        // Whatever its version.
        if round % 2 == 1 {
            store.swaps("a swap", &next(&row, "used"), true).await?;
        }
        let deleted = race(RACERS, |_| {
            let (store, id) = (store.clone(), row.id);
            async move { store.delete(&id).await }
        })
        .await?;
        let winners = deleted.into_iter().filter(|deleted| *deleted).count();
        ensure_eq(
            "how many of 64 simultaneous deletions said that it was there",
            &winners,
            &1,
        )?;
        store.holds("after its deletion", &row.id, None).await?;
        let listed = store.list(&ada, start(), 10).await?;
        ensure_eq(
            "what is listed after a deletion",
            &listed,
            &vec![other.clone()],
        )?;
        let again = store.delete(&row.id).await?;
        ensure_eq("a second deletion", &again, &false)?;
    }
    let when = "after deletions of others";
    store.holds(when, &other.id, Some(&other)).await
}
