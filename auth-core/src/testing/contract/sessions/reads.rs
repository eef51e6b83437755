//! No stale reads: a session that was ended would keep its access.

use super::{StoreUnderTest, next, owner, session_of, start};
use crate::store::{SessionStore, StoredSession};
use crate::testing::contract::case_run::{Tried, ensure_eq, in_a_task, race};

/// What another task reads after a write.
async fn read<S: SessionStore>(
    store: &StoreUnderTest<S>,
    when: &'static str,
    row: &StoredSession,
    expected: Option<&StoredSession>,
) -> Tried {
    let (store, row, expected) = (store.clone(), row.clone(), expected.cloned());
    in_a_task(async move {
        store.holds(when, &row.id, expected.as_ref()).await?;
        let listed = store.list(&row.owner, start(), 10).await?;
        let expected: Vec<_> = expected.into_iter().collect();
        let what = format!("whether a list is up to date {when}");
        ensure_eq(&what, &(listed == expected), &true)
    })
    .await
}

pub(super) async fn own_writes<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    race(16, |number| {
        let store = store.clone();
        async move {
            let owner = owner(&number.to_string())?;
            for _ in 0..8 {
                let mut row = session_of(&owner)?;
                read(&store, "before an insertion", &row, None).await?;
                store.insert(&row).await?;
                read(&store, "after an insertion", &row, Some(&row)).await?;
                for _ in 0..3 {
                    row = next(&row, &format!("version {}", row.version + 1));
                    store.swaps("a swap", &row, true).await?;
                    read(&store, "after a swap", &row, Some(&row)).await?;
                }
                store.delete(&row.id).await?;
                read(&store, "after a deletion", &row, None).await?;
            }
            Ok(())
        }
    })
    .await
    .map(drop)
}
