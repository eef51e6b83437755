//! Keys that engines like to confuse, to execute or to cut.

use super::{MINUTE, StoreUnderTest, start};
use crate::store::{ExpiringKey, ExpiringStore, Inserted, Window};
use crate::testing::contract::case_run::{Tried, ensure, ensure_eq};
use crate::testing::contract::names::NAMES;

pub(super) async fn exact<S: ExpiringStore>(store: StoreUnderTest<S>) -> Tried {
    let start = start();
    let mut keys: Vec<_> = NAMES.iter().map(|name| super::key(name)).collect();
    keys.push(ExpiringKey::new("Test", "a"));
    keys.push(ExpiringKey::new("tes", "a"));
    let room = ExpiringKey::MAX_BYTES - "test:".len();
    for last in ["x", "y", "X", " "] {
        keys.push(super::key(&format!("{}{last}", "x".repeat(room - 1))));
        keys.push(super::key(&format!("{}{last}", "x".repeat(room - 2))));
    }
    keys.push(super::key(&"é".repeat(room / 2)));
    let longest = keys.iter().map(|key| key.as_str().len()).max();
    ensure_eq("the longest key", &longest, &Some(ExpiringKey::MAX_BYTES))?;

    for (key, _) in counted(&keys) {
        let inserted = store.insert(key, start + MINUTE, start).await?;
        ensure(inserted == Inserted::New, || {
            let text = key.as_str();
            format!("another key is taken for {text:?}")
        })?;
    }
    for (key, times) in counted(&keys) {
        for _ in 0..times {
            store.increment(key, Window::Fixed(MINUTE), start).await?;
        }
    }
    for (key, times) in counted(&keys) {
        let when = format!("of the key {:?}", key.as_str());
        store.counts(&when, key, start, times + 1).await?;
        let removed = store.remove(key).await?;
        ensure(removed, || {
            format!("{:?} could not be removed", key.as_str())
        })?;
    }
    Ok(())
}

/// Each key with a number that differs from those of its neighbours.
fn counted(keys: &[ExpiringKey]) -> impl Iterator<Item = (&ExpiringKey, u64)> {
    keys.iter().zip((0..3).cycle())
}
