//! No stale reads: a session that was ended would keep its access.

use super::{StoreUnderTest, next, owner, session_of, start};
use crate::store::{SessionStore, StoredSession};
use crate::testing::contract::case_run::{Tried, ensure_eq, in_a_task, race};

/// What another task reads after a write.
async fn read<S: SessionStore>(
    stage: &StoreUnderTest<S>,
    when: &'static str,
    row: &StoredSession,
    expected: Option<&StoredSession>,
) -> Tried {
    let (stage, row, expected) = (stage.clone(), row.clone(), expected.cloned());
    in_a_task(async move {
        stage.holds(when, &row.id, expected.as_ref()).await?;
        let listed = stage.list(&row.owner, start(), 10).await?;
        let expected: Vec<_> = expected.into_iter().collect();
        let what = format!("whether a list is up to date {when}");
        ensure_eq(&what, &(listed == expected), &true)
    })
    .await
}

pub(super) async fn own_writes<S: SessionStore>(stage: StoreUnderTest<S>) -> Tried {
    race(16, |number| {
        let stage = stage.clone();
        async move {
            let owner = owner(&number.to_string())?;
            for _ in 0..8 {
                let mut row = session_of(&owner)?;
                read(&stage, "before an insertion", &row, None).await?;
                stage.insert(&row).await?;
                read(&stage, "after an insertion", &row, Some(&row)).await?;
                for _ in 0..3 {
                    row = next(&row, &format!("version {}", row.version + 1));
                    stage.swaps("a swap", &row, true).await?;
                    read(&stage, "after a swap", &row, Some(&row)).await?;
                }
                stage.delete(&row.id).await?;
                read(&stage, "after a deletion", &row, None).await?;
            }
            Ok(())
        }
    })
    .await
    .map(drop)
}
