//! The write onto the version before.

use time::Duration;

use super::{KEY, StoreUnderTest, credential, next, owner};
use crate::store::{CredentialStore, StoredCredential};
use crate::testing::contract::case_run::{RACERS, Tried, ensure_eq, race};

pub(super) async fn from_previous_version<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let ada = owner("ada")?;
    let (mut row, other) = (
        credential(&ada, &KEY, "one")?,
        credential(&ada, &KEY, "two")?,
    );
    store.inserted(&row).await?;
    store.inserted(&other).await?;
    for _ in 0..3 {
        for version in wrong_versions(row.version) {
            let wrong = StoredCredential {
                version,
                ..next(&row, "wrong")?
            };
            let what = format!("a swap to version {version} of {}", row.version);
            store.swaps(&what, &wrong, false).await?;
            store.holds("after a swap that was refused", &row).await?;
        }
        let of_another_owner = StoredCredential {
            owner: owner("grace")?,
            ..next(&row, "stolen")?
        };
        let what = "a swap of another owner's credential";
        store.swaps(what, &of_another_owner, false).await?;
        store.holds("after a swap by another owner", &row).await?;

        let good = next(&row, &format!("written as {}", row.version + 1))?;
        // The time of the insertion is what it was, whatever a swap says.
        let later = StoredCredential {
            created_at: row.created_at + Duration::DAY,
            ..good.clone()
        };
        store.swaps("a swap in time", &later, true).await?;
        store.swaps("the same swap again", &good, false).await?;
        store.holds("after a swap", &good).await?;
        store.holds("after swaps of another", &other).await?;
        row = good;
    }
    Ok(())
}

fn wrong_versions(version: i64) -> impl Iterator<Item = i64> {
    let all = [version - 1, version, version + 2, version + 3, i64::MAX];
    all.into_iter().filter(|version| *version >= 0)
}

/// A2.3.4: of many callers that read one version one writes.
pub(super) async fn one_wins<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let mut row = credential(&owner("ada")?, &KEY, "one")?;
    store.inserted(&row).await?;
    for round in 0..8 {
        let winners = race(RACERS, |number| {
            let (store, row) = (store.clone(), row.clone());
            async move {
                let next = next(&row, &format!("{round}-{number}"))?;
                Ok(store.swap(&next).await?.then_some(next))
            }
        })
        .await?;
        let winners: Vec<_> = winners.into_iter().flatten().collect();
        let what = "how many of 64 simultaneous swaps were written";
        ensure_eq(what, &winners.len(), &1)?;
        for winner in winners {
            store.holds("after a race of swaps", &winner).await?;
            row = winner;
        }
    }
    Ok(())
}

/// B-08: a deletion is final, also beside callers that are about to write.
pub(super) async fn of_deleted<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let ada = owner("ada")?;
    let row = credential(&ada, &KEY, "one")?;
    store.inserted(&row).await?;
    store.delete(&row).await?;
    for late in [row.clone(), next(&row, "late")?] {
        let what = "a swap of a deleted credential";
        store.swaps(what, &late, false).await?;
        let when = "after a swap of a deleted credential";
        store.holds_none(when, &row).await?;
    }
    for round in 0..48 {
        let row = credential(&ada, &KEY, &format!("raced{round}"))?;
        store.inserted(&row).await?;
        race(4, |number| {
            let (store, row) = (store.clone(), row.clone());
            async move {
                if number == round % 4 {
                    end(&store, round, &row).await
                } else {
                    let next = next(&row, &number.to_string())?;
                    store.swap(&next).await.map(drop)
                }
            }
        })
        .await?;
        let when = "after a deletion beside swaps";
        store.holds_none(when, &row).await?;
        let listed = store.list(&ada, None, 10).await?;
        let what = "the list after a deletion beside swaps";
        ensure_eq(what, &listed, &vec![])?;
    }
    Ok(())
}

/// One of the two ways to delete a credential.
async fn end<S: CredentialStore>(
    store: &StoreUnderTest<S>,
    round: u32,
    row: &StoredCredential,
) -> Tried {
    if round < 24 {
        ensure_eq("a deletion beside swaps", &store.delete(row).await?, &true)
    } else {
        let removed = store.remove_of(&row.owner, Some(&row.kind)).await?;
        ensure_eq("a removal beside swaps", &removed, &1)
    }
}
