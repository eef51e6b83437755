//! One credential for each kind and id.

use super::{CODE, KEY, StoreUnderTest, credential, data, owner};
use crate::store::{CredentialInsert, CredentialStore, StoredCredential};
use crate::testing::contract::case_run::{RACERS, Tried, broken, ensure_eq, race};

pub(super) async fn unique<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let first = credential(&owner("ada")?, &KEY, "one")?;
    store.inserted(&first).await?;
    for rival in [
        first.clone(),
        StoredCredential {
            owner: owner("grace")?,
            data: data(b"another")?,
            version: 7,
            ..first.clone()
        },
    ] {
        let outcome = store.insert(&rival).await?;
        let what = "a second insertion of one kind and id";
        ensure_eq(what, &outcome, &CredentialInsert::Taken)?;
        store.holds("after a second insertion", &first).await?;
        let listed = store.list(&rival.owner, None, 10).await?;
        let is_owner = rival.owner == first.owner;
        let expected = usize::from(is_owner);
        let what = "how many credentials are listed after a second insertion";
        ensure_eq(what, &listed.len(), &expected)?;
    }
    // The same id of another kind is another credential, and so is another id.
    let of_another_kind = credential(&owner("ada")?, &CODE, "one")?;
    store.inserted(&of_another_kind).await?;
    store
        .inserted(&credential(&owner("ada")?, &KEY, "two")?)
        .await?;
    store.holds("after another kind", &first).await?;
    store.holds("beside another kind", &of_another_kind).await?;

    for round in 0..8 {
        one_wins(&store, round).await?;
    }
    // What was deleted can be inserted again.
    store.delete(&first).await?;
    store.inserted(&first).await
}

/// Half of the callers are of another owner.
async fn one_wins<S: CredentialStore>(store: &StoreUnderTest<S>, round: u32) -> Tried {
    let name = format!("raced{round}");
    let outcomes = race(RACERS, |number| {
        let (store, name) = (store.clone(), name.clone());
        async move {
            let key = if number % 2 == 0 { "ada" } else { "grace" };
            let row = StoredCredential {
                data: data(number.to_string().as_bytes())?,
                ..credential(&owner(key)?, &KEY, &name)?
            };
            let outcome = store.insert(&row).await?;
            Ok((outcome == CredentialInsert::Inserted).then_some(row))
        }
    })
    .await?;
    let winners: Vec<_> = outcomes.into_iter().flatten().collect();
    let what = "how many of 64 simultaneous insertions of one kind and id were written";
    ensure_eq(what, &winners.len(), &1)?;
    match winners.first() {
        Some(winner) => store.holds("after a race of insertions", winner).await,
        None => broken("no insertion was written"),
    }
}
