//! Calls that are dropped in the middle; a store may finish them later, on a thread of its own.

use super::{CODE, KEY, StoreUnderTest, credential, next, owner};
use crate::store::CredentialStore;
use crate::testing::contract::case_run::{Tried, drop_after, ensure, ensure_eq, poll_counts};

pub(super) async fn dropped_calls<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let other = credential(&owner("other")?, &KEY, "other")?;
    store.inserted(&other).await?;
    for (number, polls) in poll_counts() {
        let calls = store.store();
        drop_after(polls, calls.credential(&other.kind, &other.id)).await;
        drop_after(polls, calls.credentials_of(&other.owner, None, 10)).await;
        drop_after(polls, calls.credentials_after(&KEY, None, 10)).await;

        let name = format!("ada{number}");
        insertion(&store, &name, polls).await?;
        swap(&store, &name, polls).await?;
        deletion(&store, &name, polls).await?;
        store.holds("after dropped calls", &other).await?;
    }
    Ok(())
}

async fn insertion<S: CredentialStore>(store: &StoreUnderTest<S>, name: &str, polls: u32) -> Tried {
    let row = credential(&owner("inserted")?, &KEY, &format!("inserted{name}"))?;
    drop_after(polls, store.store().insert_credential(row.clone())).await;
    let found = store.find(&row).await?;
    ensure(found.is_none_or(|found| found == row), || {
        "a dropped insertion left a part of a credential".to_owned()
    })?;
    store.insert(&row).await?;
    store
        .holds("after a dropped and a second insertion", &row)
        .await
}

async fn swap<S: CredentialStore>(store: &StoreUnderTest<S>, name: &str, polls: u32) -> Tried {
    let row = credential(&owner("swapped")?, &KEY, &format!("swapped{name}"))?;
    let next = next(&row, "next")?;
    store.inserted(&row).await?;
    drop_after(polls, store.store().swap_credential(&next)).await;
    let found = store.find(&row).await?;
    ensure(found == Some(row) || found.as_ref() == Some(&next), || {
        "a dropped swap wrote a part of a credential, or removed it".to_owned()
    })?;
    store.swap(&next).await?;
    store
        .holds("after a dropped and a second swap", &next)
        .await
}

async fn deletion<S: CredentialStore>(store: &StoreUnderTest<S>, name: &str, polls: u32) -> Tried {
    let ada = owner(name)?;
    let row = credential(&ada, &KEY, &format!("deleted{name}"))?;
    store.inserted(&row).await?;
    let calls = store.store();
    drop_after(polls, calls.delete_credential(&ada, &row.kind, &row.id)).await;
    store.delete(&row).await?;
    store
        .holds_none("after a dropped and a second deletion", &row)
        .await?;

    for kind in [&KEY, &CODE] {
        store
            .inserted(&credential(&ada, kind, &format!("removed{name}"))?)
            .await?;
    }
    drop_after(polls, calls.delete_credentials_of(&ada, None)).await;
    let left = store.list(&ada, None, 10).await?.len();
    ensure(left == 0 || left == 2, || {
        format!("a dropped removal of 2 credentials left {left}")
    })?;
    store.remove_of(&ada, None).await?;
    let left = store.list(&ada, None, 10).await?;
    ensure_eq("what a dropped and a second removal left", &left, &vec![])
}
