//! Pages of a kind, over all owners.

use super::{CODE, KEY, StoreUnderTest, credential, owner};
use crate::store::{CredentialStore, StoredCredential};
use crate::testing::contract::case_run::{Tried, ensure, ensure_eq, race};

pub(super) async fn of_a_kind<S: CredentialStore>(store: StoreUnderTest<S>) -> Tried {
    let mut residents = Vec::new();
    for (number, letter) in ('A'..='Z').chain('a'..='z').rev().enumerate() {
        let of = owner(if number % 2 == 0 { "ada" } else { "grace" })?;
        let row = credential(&of, &KEY, &letter.to_string())?;
        store.inserted(&row).await?;
        residents.push(row);
    }
    store
        .inserted(&credential(&owner("ada")?, &CODE, "M")?)
        .await?;
    residents.sort_by(|one, other| one.id.cmp(&other.id));

    let empty = store.page(&KEY, None, 0).await?;
    ensure_eq("a page of at most 0", &empty, &vec![])?;
    for limit in [1, 7, 52, 53, u32::MAX] {
        let seen = walk(&store, limit).await?;
        let what = format!("all credentials of a kind, {limit} to a page");
        ensure_eq(&what, &(seen == residents), &true)?;
    }

    // Number 0 walks while the others insert and delete.
    race(4, |number| {
        let (store, residents) = (store.clone(), residents.clone());
        async move {
            if number > 0 {
                return come_and_go(&store, number).await;
            }
            for limit in [1, 3, 10] {
                let mut seen = walk(&store, limit).await?;
                seen.retain(|row| residents.contains(row));
                let what = "whether pages visit each credential that exists the whole time";
                ensure_eq(what, &(seen == residents), &true)?;
            }
            Ok(())
        }
    })
    .await
    .map(drop)
}

async fn walk<S: CredentialStore>(
    store: &StoreUnderTest<S>,
    limit: u32,
) -> Tried<Vec<StoredCredential>> {
    let mut seen: Vec<StoredCredential> = Vec::new();
    loop {
        let after = seen.last().map(|row| row.id.clone());
        let page = store.page(&KEY, after.as_ref(), limit).await?;
        if page.is_empty() {
            return Ok(seen);
        }
        let length = u32::try_from(page.len()).unwrap_or(u32::MAX);
        ensure(length <= limit, || {
            format!("a page of at most {limit} has {length} credentials")
        })?;
        for row in page {
            let ascends = seen.last().is_none_or(|before| before.id < row.id);
            ensure(ascends, || "a page is not in ascending order".to_owned())?;
            seen.push(row);
        }
    }
}

async fn come_and_go<S: CredentialStore>(store: &StoreUnderTest<S>, number: u32) -> Tried {
    let ada = owner("ada")?;
    for letter in ('A'..='Z').chain('a'..='z').step_by(3) {
        let row = credential(&ada, &KEY, &format!("{letter}{number}"))?;
        store.inserted(&row).await?;
        tokio::task::yield_now().await;
        store.delete(&row).await?;
    }
    Ok(())
}
