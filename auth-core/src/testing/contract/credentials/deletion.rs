//! The deletion of one credential, which is also the use of a credential that works once.

use super::{CODE, KEY, StoreUnderTest, credential, next, owner};
use crate::store::{CredentialStore, StoredCredential};
use crate::testing::contract::case_run::{RACERS, Tried, ensure_eq, race};

pub(super) async fn one_wins<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let ada = owner("ada")?;
    let other = credential(&ada, &CODE, "other")?;
    let of_another_kind = credential(&ada, &CODE, "code")?;
    store.inserted(&other).await?;
    store.inserted(&of_another_kind).await?;
    for round in 0..8 {
        let row = credential(&ada, &KEY, "code")?;
        store.inserted(&row).await?;
        // Whatever its version.
        if round % 2 == 1 {
            store.swaps("a swap", &next(&row, "used")?, true).await?;
        }
        let by_another_owner = StoredCredential {
            owner: owner("grace")?,
            ..row.clone()
        };
        let deleted = store.delete(&by_another_owner).await?;
        ensure_eq("a deletion by another owner", &deleted, &false)?;
        let found = store.find(&row).await?.is_some();
        ensure_eq("whether it exists after that", &found, &true)?;

        let deleted = race(RACERS, |_| {
            let (store, row) = (store.clone(), row.clone());
            async move { store.delete(&row).await }
        })
        .await?;
        let winners = deleted.into_iter().filter(|deleted| *deleted).count();
        let what = "how many of 64 simultaneous deletions said that it existed";
        ensure_eq(what, &winners, &1)?;
        store.holds_none("after its deletion", &row).await?;
        let mut listed = store.list(&ada, None, 10).await?;
        listed.sort_by(|one, other| one.id.cmp(&other.id));
        let expected = vec![of_another_kind.clone(), other.clone()];
        ensure_eq("the list after a deletion", &listed, &expected)?;
        let mut page = store.page(&KEY, None, 10).await?;
        page.retain(|paged| paged.kind == KEY);
        ensure_eq("the page after a deletion", &page, &vec![])?;
        ensure_eq("a second deletion", &store.delete(&row).await?, &false)?;
    }
    store.holds("after deletions of others", &other).await
}
