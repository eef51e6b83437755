//! Counting within windows of time.

use time::Duration;

use super::{INSTANT, MINUTE, StoreUnderTest, key, start};
use crate::store::{ExpiringStore, Window};
use crate::testing::contract::case_run::{Tried, ensure_eq};

pub(super) async fn fixed<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let (key, start, window) = (key("a"), start(), Window::Fixed(MINUTE));
    for (seconds, expected) in [(1, 1), (2, 2), (3, 3), (59, 4)] {
        let at = start + Duration::seconds(seconds);
        let count = store.increment(&key, window, at).await?;
        ensure_eq("a count in a fixed window", &count, &expected)?;
    }
    let end = start + Duration::SECOND + MINUTE;
    store
        .counts(
            "a microsecond before the end of the window",
            &key,
            end - INSTANT,
            4,
        )
        .await?;
    store
        .counts("at the end of the window", &key, end, 0)
        .await?;
    let count = store.increment(&key, window, end).await?;
    ensure_eq("the first count of the next window", &count, &1)?;
    store
        .counts(
            "a microsecond before the end of the next window",
            &key,
            end + MINUTE - INSTANT,
            1,
        )
        .await?;
    store
        .counts("at the end of the next window", &key, end + MINUTE, 0)
        .await
}

pub(super) async fn sliding<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let (key, start, window) = (key("a"), start(), Window::Sliding(MINUTE));
    let mut at = start;
    for expected in 1..=4 {
        let count = store.increment(&key, window, at).await?;
        ensure_eq("a count in a sliding window", &count, &expected)?;
        store
            .counts(
                "a microsecond before the end of the window",
                &key,
                at + MINUTE - INSTANT,
                expected,
            )
            .await?;
        at = at + MINUTE - INSTANT;
    }
    let end = at + INSTANT;
    store
        .counts("at the end of the window", &key, end, 0)
        .await?;
    let count = store.increment(&key, window, end).await?;
    ensure_eq("the first count of the next window", &count, &1)
}
