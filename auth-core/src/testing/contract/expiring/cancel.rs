//! Calls that are dropped in the middle; a store may finish them later, on a thread of its own.

use super::{MINUTE, StoreUnderTest, key, start};
use crate::store::{ExpiringStore, Window};
use crate::testing::contract::case_run::{Tried, drop_after, ensure, stages};

pub(super) async fn dropped_calls<S: ExpiringStore>(stage: StoreUnderTest<S>) -> Tried {
    let (store, start) = (stage.store(), start());
    let end = start + MINUTE;
    let window = Window::Fixed(MINUTE);
    let living = key("living");
    stage.inserted(&living, end, start).await?;
    for (number, polls) in stages() {
        let name = |word: &str| key(&format!("{word}{number}"));
        drop_after(polls, store.count(&living, start)).await;

        let inserted = name("inserted");
        drop_after(polls, store.insert_once(&inserted, end, start)).await;
        stage.insert(&inserted, end, start).await?;
        stage
            .counts(
                "after a dropped and a second insertion",
                &inserted,
                start,
                1,
            )
            .await?;
        stage
            .counts(
                "after a dropped insertion, at the expiry",
                &inserted,
                end,
                0,
            )
            .await?;

        let counted = name("counted");
        drop_after(polls, store.increment(&counted, window, start)).await;
        stage.increment(&counted, window, start).await?;
        let count = stage.count(&counted, start).await?;
        ensure((1..=2).contains(&count), || {
            format!("after a dropped and a second increment the count is {count}")
        })?;
        stage
            .counts(
                "after a dropped increment, at the end of the window",
                &counted,
                end,
                0,
            )
            .await?;

        let removed = name("removed");
        stage.inserted(&removed, end, start).await?;
        drop_after(polls, store.remove(&removed)).await;
        stage.remove(&removed).await?;
        stage
            .counts("after a dropped and a second removal", &removed, start, 0)
            .await?;

        let over = name("over");
        stage.inserted(&over, start, start).await?;
        drop_after(polls, store.purge(start, 10)).await;
        stage.purge(start, 10).await?;
        stage
            .counts("after a dropped purge", &living, start, 1)
            .await?;
    }
    Ok(())
}
