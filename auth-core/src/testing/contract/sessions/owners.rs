//! Owners are distinct, and all sessions of an owner are removed.

use time::Duration;

use super::{StoreUnderTest, owner, session_of, start};
use crate::store::{Owner, SessionStore, StoredSession};
use crate::testing::contract::case_run::{Tried, ensure_eq, race};
use crate::testing::contract::names::NAMES;

pub(super) async fn exact<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let mut owners = Vec::new();
    for name in NAMES {
        owners.push(owner(name)?);
    }
    owners.extend(Owner::new("Test", "a"));
    owners.extend(Owner::new("tes", "a"));
    let room = Owner::MAX_BYTES - "test:".len();
    for last in ["x", "y", "X", " "] {
        owners.push(owner(&format!("{}{last}", "x".repeat(room - 1)))?);
        owners.push(owner(&format!("{}{last}", "x".repeat(room - 2)))?);
    }
    owners.push(owner(&"é".repeat(room / 2))?);
    let longest = owners.iter().map(|owner| owner.as_str().len()).max();
    let most = Some(Owner::MAX_BYTES);
    ensure_eq("the longest owner", &longest, &most)?;

    let mut rows = Vec::new();
    for owner in &owners {
        let row = session_of(owner)?;
        store.insert(&row).await?;
        rows.push(row);
    }
    for row in &rows {
        let listed = store.list(&row.owner, start(), 100).await?;
        let ids: Vec<_> = listed.iter().map(|row| row.id).collect();
        let what = format!("the sessions of {:?}", row.owner.as_str());
        ensure_eq(&what, &ids, &vec![row.id])?;
    }
    for row in &rows {
        let removed = store.remove_of(&row.owner).await?;
        let what = format!("a removal of the sessions of {:?}", row.owner.as_str());
        ensure_eq(&what, &removed, &1)?;
    }
    Ok(())
}

pub(super) async fn removal<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let (ada, grace) = (owner("ada")?, owner("grace")?);
    let other = session_of(&grace)?;
    store.insert(&other).await?;
    for count in [1, 7, 200] {
        let mut rows = Vec::new();
        for number in 0..count {
            // Expired sessions belong to the owner, too.
            let over = Duration::hours(number % 3);
            let row = StoredSession {
                expires_at: start() - over,
                ..session_of(&ada)?
            };
            store.insert(&row).await?;
            rows.push(row);
        }
        // The last by a single call: a removal has no limit.
        let racers = if count == 200 { 1 } else { 8 };
        let removed = race(racers, |_| {
            let (store, ada) = (store.clone(), ada.clone());
            async move { store.remove_of(&ada).await }
        })
        .await?;
        ensure_eq(
            "what simultaneous removals together say that they took",
            &i64::try_from(removed.iter().sum::<u64>()).unwrap_or(i64::MAX),
            &count,
        )?;
        for row in &rows {
            let when = "after the removal of its owner's";
            store.holds(when, &row.id, None).await?;
        }
        let when = "after the removal of another owner's";
        store.holds(when, &other.id, Some(&other)).await?;
    }
    Ok(())
}
