//! What `ExpiringStore` promises.

use std::collections::BTreeSet;
use std::sync::Arc;

use auth_core::store::{ExpiringKey, ExpiringStore, Inserted, Window};
use time::Duration;
use tokio::task::JoinSet;

use crate::support::now;

const MINUTE: Duration = Duration::MINUTE;
const INSTANT: Duration = Duration::MICROSECOND;

fn key(name: &str) -> ExpiringKey {
    ExpiringKey::new("test", name)
}

pub(crate) async fn an_entry_lives_until_its_expiry(store: impl ExpiringStore) {
    let (key, start) = (key("a"), now());
    let end = start + MINUTE;
    assert_eq!(store.count(&key, start).await.unwrap(), 0);
    assert_eq!(
        store.insert_once(&key, end, start).await.unwrap(),
        Inserted::New
    );
    assert_eq!(store.count(&key, end - INSTANT).await.unwrap(), 1);
    assert_eq!(
        store.insert_once(&key, end, end - INSTANT).await.unwrap(),
        Inserted::Present
    );
    assert_eq!(store.count(&key, end).await.unwrap(), 0);
    // What is over counts as absent although nobody purged it, and begins anew.
    assert_eq!(
        store.insert_once(&key, end + MINUTE, end).await.unwrap(),
        Inserted::New
    );
    assert_eq!(store.count(&key, end).await.unwrap(), 1);
    assert_eq!(store.count(&key, end + MINUTE).await.unwrap(), 0);
}

pub(crate) async fn a_living_entry_keeps_its_expiry(store: impl ExpiringStore) {
    let (key, start) = (key("a"), now());
    let end = start + MINUTE;
    store.insert_once(&key, end, start).await.unwrap();
    assert_eq!(
        store.insert_once(&key, end + MINUTE, start).await.unwrap(),
        Inserted::Present
    );
    assert_eq!(store.count(&key, end).await.unwrap(), 0);
}

pub(crate) async fn a_fixed_window_ends(store: impl ExpiringStore) {
    let (key, start, window) = (key("a"), now(), Window::Fixed(MINUTE));
    for (seconds, expected) in [(1, 1), (2, 2), (3, 3)] {
        let at = start + Duration::seconds(seconds);
        assert_eq!(store.increment(&key, window, at).await.unwrap(), expected);
    }
    let end = start + Duration::seconds(1) + MINUTE;
    assert_eq!(store.count(&key, end - INSTANT).await.unwrap(), 3);
    assert_eq!(store.count(&key, end).await.unwrap(), 0);
    assert_eq!(store.increment(&key, window, end).await.unwrap(), 1);
    assert_eq!(store.count(&key, end + MINUTE - INSTANT).await.unwrap(), 1);
}

pub(crate) async fn a_sliding_window_slides(store: impl ExpiringStore) {
    let (key, start, window) = (key("a"), now(), Window::Sliding(MINUTE));
    assert_eq!(store.increment(&key, window, start).await.unwrap(), 1);
    let later = start + MINUTE - INSTANT;
    assert_eq!(store.increment(&key, window, later).await.unwrap(), 2);
    assert_eq!(
        store.count(&key, later + MINUTE - INSTANT).await.unwrap(),
        2
    );
    assert_eq!(
        store.increment(&key, window, later + MINUTE).await.unwrap(),
        1
    );
    // An entry that was inserted counts as its first.
    store
        .insert_once(&self::key("b"), start + MINUTE, start)
        .await
        .unwrap();
    assert_eq!(
        store
            .increment(&self::key("b"), window, start)
            .await
            .unwrap(),
        2
    );
}

pub(crate) async fn fractions_of_a_microsecond_are_not_lost(store: impl ExpiringStore) {
    let (key, start) = (key("a"), now());
    let end = start + Duration::nanoseconds(900);
    store.insert_once(&key, end, start).await.unwrap();
    let alive = end - Duration::nanoseconds(1);
    assert_eq!(store.count(&key, alive).await.unwrap(), 1);
    assert_eq!(
        store.insert_once(&key, end, alive).await.unwrap(),
        Inserted::Present
    );
    assert_eq!(store.count(&key, start + INSTANT).await.unwrap(), 0);
}

pub(crate) async fn removal_says_what_was_there(store: impl ExpiringStore) {
    let (key, start) = (key("a"), now());
    assert!(!store.remove(&key).await.unwrap());
    store
        .insert_once(&key, start + MINUTE, start)
        .await
        .unwrap();
    assert!(store.remove(&key).await.unwrap());
    assert!(!store.remove(&key).await.unwrap());
    assert_eq!(store.count(&key, start).await.unwrap(), 0);
}

pub(crate) async fn purging_takes_what_is_over(store: impl ExpiringStore) {
    let start = now();
    for number in 0..10 {
        let expires_at = start + Duration::seconds(number);
        store
            .insert_once(&key(&number.to_string()), expires_at, start)
            .await
            .unwrap();
    }
    let at = start + Duration::seconds(6);
    assert_eq!(store.purge(at, 0).await.unwrap(), 0);
    assert_eq!(store.purge(at, 3).await.unwrap(), 3);
    assert_eq!(store.purge(at, 100).await.unwrap(), 4);
    assert_eq!(store.purge(at, 100).await.unwrap(), 0);
    for number in 0..10 {
        let there = store.remove(&key(&number.to_string())).await.unwrap();
        assert_eq!(there, number > 6, "{number}");
    }
}

pub(crate) async fn hostile_keys_are_only_keys(store: impl ExpiringStore) {
    let start = now();
    let names = [
        "'",
        "';drop table auth_expiring;--",
        "%",
        "_",
        "\\",
        "\"",
        "",
        "A",
        "a",
        "é",
        "e\u{301}",
    ];
    for name in names {
        assert_eq!(
            store
                .insert_once(&key(name), start + MINUTE, start)
                .await
                .unwrap(),
            Inserted::New,
            "{name}"
        );
    }
    for name in names {
        assert_eq!(store.count(&key(name), start).await.unwrap(), 1, "{name}");
    }
    let longest = ExpiringKey::new("test", &"x".repeat(ExpiringKey::MAX_BYTES - "test:".len()));
    assert_eq!(longest.as_str().len(), ExpiringKey::MAX_BYTES);
    assert_eq!(
        store
            .increment(&longest, Window::Fixed(MINUTE), start)
            .await
            .unwrap(),
        1
    );
}

async fn insert_64<S: ExpiringStore>(store: &Arc<S>, at: time::OffsetDateTime) -> usize {
    let mut tasks = JoinSet::new();
    for _ in 0..64 {
        let store = Arc::clone(store);
        tasks.spawn(async move {
            store
                .insert_once(&key("once"), at + MINUTE, at)
                .await
                .unwrap()
        });
    }
    let outcomes = tasks.join_all().await;
    outcomes
        .iter()
        .filter(|outcome| **outcome == Inserted::New)
        .count()
}

/// A6.5.1: what works once is spent by one of many.
pub(crate) async fn one_insertion_is_new(store: impl ExpiringStore) {
    assert_eq!(insert_64(&Arc::new(store), now()).await, 1);
}

pub(crate) async fn one_expired_entry_is_replaced_once(store: impl ExpiringStore) {
    let store = Arc::new(store);
    for round in 0..3 {
        assert_eq!(
            insert_64(&store, now() + MINUTE * round).await,
            1,
            "round {round}"
        );
    }
}

pub(crate) async fn counts_are_distinct(store: impl ExpiringStore) {
    let store = Arc::new(store);
    for window in [Window::Fixed(MINUTE), Window::Sliding(MINUTE)] {
        let mut tasks = JoinSet::new();
        for _ in 0..64 {
            let store = Arc::clone(&store);
            let key = key(&format!("{window:?}"));
            tasks.spawn(async move { store.increment(&key, window, now()).await.unwrap() });
        }
        let counts: BTreeSet<_> = tasks.join_all().await.into_iter().collect();
        assert_eq!(counts, (1..=64).collect());
    }
}

pub(crate) async fn purges_share_the_work(store: impl ExpiringStore) {
    let store = Arc::new(store);
    let start = now();
    for number in 0..100 {
        store
            .insert_once(&key(&number.to_string()), start, start)
            .await
            .unwrap();
    }
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = Arc::clone(&store);
        tasks.spawn(async move { store.purge(start, 10).await.unwrap() });
    }
    assert_eq!(tasks.join_all().await.into_iter().sum::<u64>(), 100);
}
