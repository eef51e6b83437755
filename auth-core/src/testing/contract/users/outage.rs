//! A store that cannot answer.

use super::{Columns, StoreUnderTest, demote, email};
use crate::error::StoreError;
use crate::store::{PageRequest, Precondition, UserDatabase};
use crate::testing::contract::case_run::{Tried, ensure, race, skipped};
use crate::testing::contract::fixture::UserFixture;
use crate::user::{AuthUser, Epoch};

pub(super) async fn nothing_is_absent<F: UserFixture>(stage: StoreUnderTest<F>) -> Tried {
    let Some(outage) = stage.fresh.outage() else {
        return skipped("the fixture makes no outage");
    };
    let user = stage
        .inserted(stage.full("ada@example.com", "ada")?)
        .await?;
    let before = Columns::of_user::<F>(&user);
    outage.begin().await;
    // All at once: a store may wait for a while until it gives up.
    let answers = race(6, |number| {
        let (stage, id) = (stage.clone(), user.id().clone());
        async move {
            let store = stage.store();
            // Should the store carry a call out after all, it is stale.
            let outdated = Precondition::epoch(Epoch::FIRST.next());
            Ok(match number {
                0 => ("get", heard(&store.get(&id).await)),
                1 => (
                    "find",
                    heard(&store.find(&email("nobody@example.com")?.into()).await),
                ),
                2 => (
                    "insert",
                    heard(&store.insert(stage.plain("new@example.com")?).await),
                ),
                3 => (
                    "update",
                    heard(&store.update(&id, demote(), outdated).await),
                ),
                4 => ("delete", heard(&store.delete(&id, outdated, None).await)),
                _ => ("list", heard(&store.list(PageRequest::first()).await)),
            })
        }
    })
    .await;
    outage.end().await;
    for (method, answered) in answers? {
        ensure(!answered, || format!("{method} answered during the outage"))?;
    }
    stage
        .unchanged(user.id(), &before, "after the outage")
        .await?;
    stage.inserted(stage.plain("later@example.com")?).await?;
    Ok(())
}

fn heard<T>(answer: &Result<T, StoreError>) -> bool {
    answer.is_ok()
}
