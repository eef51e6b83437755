//! Calls that are dropped in the middle; a store may finish them later, on a thread of its own.

use super::{MINUTE, StoreUnderTest, key, start};
use crate::store::{ExpiringStore, Window};
use crate::testing::contract::case_run::{Tried, drop_after, ensure, poll_counts};

pub(super) async fn dropped_calls<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let (inner, start) = (store.store(), start());
    let end = start + MINUTE;
    let window = Window::Fixed(MINUTE);
    let living = key("living");
    store.inserted(&living, end, start).await?;
    for (number, polls) in poll_counts() {
        let name = |word: &str| key(&format!("{word}{number}"));
        drop_after(polls, inner.count(&living, start)).await;

        let inserted = name("inserted");
        drop_after(polls, inner.insert_once(&inserted, end, start)).await;
        store.insert(&inserted, end, start).await?;
        store
            .counts(
                "after a dropped and a second insertion",
                &inserted,
                start,
                1,
            )
            .await?;
        store
            .counts(
                "after a dropped insertion, at the expiry",
                &inserted,
                end,
                0,
            )
            .await?;

        let counted = name("counted");
        drop_after(polls, inner.increment(&counted, window, start)).await;
        store.increment(&counted, window, start).await?;
        let count = store.count(&counted, start).await?;
        ensure((1..=2).contains(&count), || {
            format!("after a dropped and a second increment the count is {count}")
        })?;
        store
            .counts(
                "after a dropped increment, at the end of the window",
                &counted,
                end,
                0,
            )
            .await?;

        let removed = name("removed");
        store.inserted(&removed, end, start).await?;
        drop_after(polls, inner.remove(&removed)).await;
        store.remove(&removed).await?;
        store
            .counts("after a dropped and a second removal", &removed, start, 0)
            .await?;

        let over = name("over");
        store.inserted(&over, start, start).await?;
        drop_after(polls, inner.purge(start, 10)).await;
        store.purge(start, 10).await?;
        store
            .counts("after a dropped purge", &living, start, 1)
            .await?;
    }
    Ok(())
}
