//! No stale reads: a credential that was deleted would still open an account.

use super::{KEY, StoreUnderTest, credential, next, owner};
use crate::store::{CredentialStore, StoredCredential};
use crate::testing::contract::case_run::{Tried, ensure_eq, in_a_task, race};

/// What another task reads after a write.
async fn read<S: CredentialStore>(
    store: &StoreUnderTest<S>,
    when: &'static str,
    row: &StoredCredential,
    exists: bool,
) -> Tried {
    let (store, row) = (store.clone(), row.clone());
    in_a_task(async move {
        if exists {
            store.holds(when, &row).await?;
        } else {
            store.holds_none(when, &row).await?;
        }
        let listed = store.list(&row.owner, None, 10).await?;
        let expected: Vec<_> = exists.then_some(row).into_iter().collect();
        let what = format!("whether a list is up to date {when}");
        ensure_eq(&what, &(listed == expected), &true)
    })
    .await
}

pub(super) async fn own_writes<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    race(16, |number| {
        let store = store.clone();
        async move {
            let name = number.to_string();
            let owner = owner(&name)?;
            for _ in 0..8 {
                let mut row = credential(&owner, &KEY, &name)?;
                read(&store, "before an insertion", &row, false).await?;
                store.inserted(&row).await?;
                read(&store, "after an insertion", &row, true).await?;
                for _ in 0..3 {
                    row = next(&row, &format!("version {}", row.version + 1))?;
                    store.swaps("a swap", &row, true).await?;
                    read(&store, "after a swap", &row, true).await?;
                }
                store.delete(&row).await?;
                read(&store, "after a deletion", &row, false).await?;
            }
            Ok(())
        }
    })
    .await
    .map(drop)
}
