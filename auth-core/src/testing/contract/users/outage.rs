//! A store that cannot answer.

use super::{Columns, StoreUnderTest, demote, email};
use crate::error::StoreError;
use crate::store::{PageRequest, Precondition, UserDatabase};
use crate::testing::contract::case_run::{Tried, ensure, race, skipped};
use crate::testing::contract::fixture::UserFixture;
use crate::user::{AuthUser, Epoch};

pub(super) async fn nothing_is_absent<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let Some(outage) = store.fresh.outage() else {
        return skipped("the fixture makes no outage");
    };
    let user = store
        .inserted(store.full("ada@example.com", "ada")?)
        .await?;
    let before = Columns::of_user::<F>(&user);
    outage.begin().await;
    // All at once: a store may wait for a while until it gives up.
    let answers = race(6, |number| {
        let (store, id) = (store.clone(), user.id().clone());
        async move {
            let inner = store.store();
            // Should the store carry a call out after all, it is stale.
            let outdated = Precondition::epoch(Epoch::FIRST.next());
            Ok(match number {
                0 => ("get", answered(&inner.get(&id).await)),
                1 => (
                    "find",
                    answered(&inner.find(&email("unknown@example.com")?.into()).await),
                ),
                2 => (
                    "insert",
                    answered(&inner.insert(store.plain("new@example.com")?).await),
                ),
                3 => (
                    "update",
                    answered(&inner.update(&id, demote(), outdated).await),
                ),
                4 => ("delete", answered(&inner.delete(&id, outdated, None).await)),
                _ => ("list", answered(&inner.list(PageRequest::first()).await)),
            })
        }
    })
    .await;
    outage.end().await;
    for (method, answered) in answers? {
        ensure(!answered, || format!("{method} answered during the outage"))?;
    }
    store
        .unchanged(user.id(), &before, "after the outage")
        .await?;
    store.inserted(store.plain("later@example.com")?).await?;
    Ok(())
}

fn answered<T>(answer: &Result<T, StoreError>) -> bool {
    answer.is_ok()
}
