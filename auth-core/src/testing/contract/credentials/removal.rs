//! The removal of everything that an owner has.

use super::{CODE, KEY, StoreUnderTest, credential, owner};
use crate::store::CredentialStore;
use crate::testing::contract::case_run::{Tried, ensure_eq, race};

pub(super) async fn of_an_owner<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let (ada, grace) = (owner("ada")?, owner("grace")?);
    let others = [
        credential(&grace, &KEY, "hers")?,
        credential(&grace, &CODE, "hers")?,
    ];
    for other in &others {
        store.inserted(other).await?;
    }
    let kept = credential(&ada, &CODE, "kept")?;
    for (count, kind) in [(1, None), (7, Some(&KEY)), (7, None), (200, None)] {
        let mut rows = Vec::new();
        for number in 0..count {
            let row = credential(&ada, &KEY, &number.to_string())?;
            store.inserted(&row).await?;
            rows.push(row);
        }
        store.inserted(&kept).await?;
        // The last by a single call: a removal has no limit.
        let racers = if count == 200 { 1 } else { 8 };
        let removed = race(racers, |_| {
            let (store, ada) = (store.clone(), ada.clone());
            async move { store.remove_of(&ada, kind).await }
        })
        .await?;
        let expected = count + u64::from(kind.is_none());
        let what = "how many credentials simultaneous removals counted together";
        ensure_eq(what, &removed.iter().sum::<u64>(), &expected)?;
        for row in &rows {
            let when = "after the removal of its owner's";
            store.holds_none(when, row).await?;
        }
        if kind.is_some() {
            let when = "after the removal of another kind";
            store.holds(when, &kept).await?;
            store.delete(&kept).await?;
        } else {
            let when = "after the removal of all kinds";
            store.holds_none(when, &kept).await?;
        }
        for other in &others {
            let when = "after the removal of another owner's";
            store.holds(when, other).await?;
        }
    }
    Ok(())
}
