//! The lifetime of an entry.

use time::{Date, Duration, OffsetDateTime};

use super::{INSTANT, MINUTE, StoreUnderTest, key, start};
use crate::store::{ExpiringStore, Inserted, Window};
use crate::testing::contract::case_run::{Tried, ensure, ensure_eq};

pub(super) async fn until_its_expiry<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let (key, start) = (key("a"), start());
    let end = start + MINUTE;
    store.counts("before it is there", &key, start, 0).await?;
    store.inserted(&key, end, start).await?;
    store.counts("at its beginning", &key, start, 1).await?;
    store
        .counts("a microsecond before its expiry", &key, end - INSTANT, 1)
        .await?;
    let again = store.insert(&key, end, end - INSTANT).await?;
    ensure_eq(
        "an insertion where an entry lives",
        &again,
        &Inserted::Present,
    )?;
    store.counts("at its expiry", &key, end, 0).await?;
    store
        .counts("long after its expiry", &key, end + MINUTE * 1000, 0)
        .await?;

    // An expired entry begins anew without a purge, with either call.
    let again = store.insert(&key, end + MINUTE, end).await?;
    ensure_eq(
        "an insertion where an entry is over",
        &again,
        &Inserted::New,
    )?;
    store.counts("after it began anew", &key, end, 1).await?;
    store
        .counts("at its second expiry", &key, end + MINUTE, 0)
        .await?;
    let window = Window::Fixed(MINUTE);
    store.increment(&key, window, end).await?;
    let count = store.increment(&key, window, end + MINUTE).await?;
    ensure_eq("the first count after an expiry", &count, &1)?;

    // An entry that is already expired is new and never present.
    let late = super::key("late");
    store.inserted(&late, start, start).await?;
    store
        .counts("where it was over when it came", &late, start, 0)
        .await
}

pub(super) async fn undisturbed<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let (key, start) = (key("a"), start());
    let end = start + MINUTE;
    store.inserted(&key, end, start).await?;
    for other in [end + MINUTE, end - Duration::SECOND] {
        let again = store.insert(&key, other, start).await?;
        ensure_eq(
            "an insertion where an entry lives",
            &again,
            &Inserted::Present,
        )?;
        store
            .counts("after a second insertion", &key, end - INSTANT, 1)
            .await?;
        store
            .counts(
                "after a second insertion with another expiry, at the first expiry",
                &key,
                end,
                0,
            )
            .await?;
    }
    // Both calls use one entry: an inserted key is counted, and a counted key is present.
    let count = store
        .increment(&key, Window::Fixed(MINUTE * 2), start)
        .await?;
    ensure_eq("a count on what was inserted", &count, &2)?;
    store
        .counts(
            "after a count within a window, at the first expiry",
            &key,
            end,
            0,
        )
        .await?;
    let counted = super::key("b");
    store
        .increment(&counted, Window::Fixed(MINUTE), start)
        .await?;
    store
        .increment(&counted, Window::Fixed(MINUTE), start)
        .await?;
    let again = store.insert(&counted, end, start).await?;
    ensure_eq(
        "an insertion of what was counted",
        &again,
        &Inserted::Present,
    )?;
    store
        .counts("after an insertion of what was counted", &counted, start, 2)
        .await
}

pub(super) async fn finest_time<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let start = start();
    for nanoseconds in [1, 499, 500, 900, 999, 1_001] {
        let key = key(&nanoseconds.to_string());
        let end = start + Duration::nanoseconds(nanoseconds);
        let alive = end - Duration::nanoseconds(1);
        store.inserted(&key, end, start).await?;
        store
            .counts("a nanosecond before its expiry", &key, alive, 1)
            .await?;
        let again = store.insert(&key, end, alive).await?;
        ensure_eq(
            "an insertion a nanosecond before the expiry",
            &again,
            &Inserted::Present,
        )?;
        let whole = i32::try_from(nanoseconds / 1_000 + 1).unwrap_or(i32::MAX);
        let over = start + INSTANT * whole;
        store
            .counts("at the next whole microsecond", &key, over, 0)
            .await?;
    }
    Ok(())
}

pub(super) async fn far_expiry<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let start = start();
    let end = Date::MAX.midnight().assume_utc();
    let inserted = key("inserted");
    store.inserted(&inserted, end, start).await?;
    store
        .counts(
            "an hour before the end of time",
            &inserted,
            end - Duration::HOUR,
            1,
        )
        .await?;
    let last = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::MAX);
    let latest = key("latest");
    store.inserted(&latest, last, start).await?;
    store
        .counts("where it expires at the last moment", &latest, end, 1)
        .await?;
    for (name, window) in [
        ("fixed", Window::Fixed(Duration::MAX)),
        ("sliding", Window::Sliding(Duration::MAX)),
    ] {
        let key = key(name);
        for expected in 1..=2 {
            let count = store.increment(&key, window, start).await?;
            ensure_eq("a count in an endless window", &count, &expected)?;
        }
        store.counts("in an endless window", &key, end, 2).await?;
    }
    let purged = store.purge(end, 100).await?;
    ensure_eq("what a purge took of endless entries", &purged, &1)
}

pub(super) async fn until_its_removal<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let (key, start) = (key("a"), start());
    let beside = super::key("b");
    store.inserted(&beside, start + MINUTE, start).await?;
    for _ in 0..2 {
        let removed = store.remove(&key).await?;
        ensure(!removed, || {
            "a removal of nothing said that it was there".to_owned()
        })?;
        store.inserted(&key, start + MINUTE, start).await?;
        let removed = store.remove(&key).await?;
        ensure(removed, || {
            "a removal said that nothing was there".to_owned()
        })?;
        store.counts("after its removal", &key, start, 0).await?;
    }
    store
        .counts("after the removal of another", &beside, start, 1)
        .await
}
