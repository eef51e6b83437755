//! A store that cannot answer.

use super::{MINUTE, StoreUnderTest, key, start};
use crate::error::StoreError;
use crate::store::{ExpiringStore, Window};
use crate::testing::contract::case_run::{Tried, ensure, race, skipped};

pub(super) async fn nothing_is_absent<S: ExpiringStore>(stage: StoreUnderTest<S>) -> Tried {
    let Some(outage) = stage.fresh.outage() else {
        return skipped("the fixture makes no outage");
    };
    let (there, absent, start) = (key("there"), key("absent"), start());
    stage.inserted(&there, start + MINUTE, start).await?;
    outage.begin().await;
    // All at once: a store may wait for a while until it gives up.
    let answers = race(6, |number| {
        let (stage, there, absent) = (stage.clone(), there.clone(), absent.clone());
        async move {
            let store = stage.store();
            let window = Window::Fixed(MINUTE);
            Ok(match number {
                0 => (
                    "insert_once",
                    heard(&store.insert_once(&absent, start, start).await),
                ),
                1 => (
                    "increment",
                    heard(&store.increment(&absent, window, start).await),
                ),
                2 => ("count", heard(&store.count(&there, start).await)),
                3 => ("count", heard(&store.count(&absent, start).await)),
                4 => ("remove", heard(&store.remove(&absent).await)),
                _ => ("purge", heard(&store.purge(start, 10).await)),
            })
        }
    })
    .await;
    outage.end().await;
    for (method, answered) in answers? {
        ensure(!answered, || format!("{method} answered during the outage"))?;
    }
    stage.counts("after the outage", &there, start, 1).await
}

fn heard<T>(answer: &Result<T, StoreError>) -> bool {
    answer.is_ok()
}
