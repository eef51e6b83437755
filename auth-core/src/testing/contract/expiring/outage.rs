//! A store that cannot answer.

use super::{MINUTE, StoreUnderTest, key, start};
use crate::error::StoreError;
use crate::store::{ExpiringStore, Window};
use crate::testing::contract::case_run::{Tried, ensure, race, skipped};

pub(super) async fn nothing_is_absent<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let Some(outage) = store.fresh.outage() else {
        return skipped("the fixture makes no outage");
    };
    let (there, absent, start) = (key("there"), key("absent"), start());
    store.inserted(&there, start + MINUTE, start).await?;
    outage.begin().await;
    // All at once: a store may wait for a while until it gives up.
    let answers = race(6, |number| {
        let (store, there, absent) = (store.clone(), there.clone(), absent.clone());
        async move {
            let inner = store.store();
            let window = Window::Fixed(MINUTE);
            Ok(match number {
                0 => (
                    "insert_once",
                    answered(&inner.insert_once(&absent, start, start).await),
                ),
                1 => (
                    "increment",
                    answered(&inner.increment(&absent, window, start).await),
                ),
                2 => ("count", answered(&inner.count(&there, start).await)),
                3 => ("count", answered(&inner.count(&absent, start).await)),
                4 => ("remove", answered(&inner.remove(&absent).await)),
                _ => ("purge", answered(&inner.purge(start, 10).await)),
            })
        }
    })
    .await;
    outage.end().await;
    for (method, answered) in answers? {
        ensure(!answered, || format!("{method} answered during the outage"))?;
    }
    store.counts("after the outage", &there, start, 1).await
}

fn answered<T>(answer: &Result<T, StoreError>) -> bool {
    answer.is_ok()
}
