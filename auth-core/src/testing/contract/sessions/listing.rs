//! Lists of an owner's sessions.

use std::cmp::Reverse;

use time::{Duration, OffsetDateTime};

use super::{INSTANT, MINUTE, StoreUnderTest, next, owner, session_of, start};
use crate::session::SessionId;
use crate::store::{Owner, SessionPage, SessionPosition, SessionStore, StoredSession};
use crate::testing::contract::case_run::{Tried, ensure_eq, failed};
use crate::user::Epoch;

pub(super) async fn order_and_limit<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let (ada, start) = (owner("ada")?, start());
    store.insert(&session_of(&owner("grace")?)?).await?;
    let mut rows = Vec::new();
    // Several of them were used at the same moment, and several end at the same moment.
    for number in 0..12 {
        let row = StoredSession {
            last_used_at: start - INSTANT * (number % 4),
            expires_at: start + MINUTE * (1 + number % 3),
            ..session_of(&ada)?
        };
        store.insert(&row).await?;
        rows.push(row);
    }
    let end = start + MINUTE * 4;
    for at in [
        start,
        start + MINUTE - INSTANT,
        start + MINUTE,
        start + MINUTE * 2,
        start + MINUTE * 3 - INSTANT,
        start + MINUTE * 3,
        end,
    ] {
        for limit in [0, 1, 3, 11, 12, 13, u32::MAX] {
            lists(&store, &ada, &rows, at, limit).await?;
        }
    }
    // A use brings a session to the front, and puts its end off.
    for row in &mut rows {
        *row = StoredSession {
            last_used_at: end + Duration::SECOND,
            expires_at: end + MINUTE,
            ..next(row, "used")
        };
        store.swaps("a swap", row, true).await?;
    }
    lists(&store, &ada, &rows, end, 5).await
}

/// Pages of every size go through all sessions, also where several were used at one time, and while others
/// begin and end.
pub(super) async fn pages<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let (ada, start) = (owner("ada")?, start());
    let mut rows = Vec::new();
    for number in 0..12 {
        let row = StoredSession {
            last_used_at: start - INSTANT * (number % 4),
            ..session_of(&ada)?
        };
        store.insert(&row).await?;
        rows.push(row);
    }
    rows.sort_by_key(|row| (Reverse(row.last_used_at), row.id));
    let expected: Vec<_> = rows.iter().map(|row| row.id).collect();
    for limit in [1, 2, 3, 5, 12, 13] {
        let mut seen = Vec::new();
        let mut page = SessionPage::first(limit);
        // One page more than there can be.
        for _ in 0..=13 {
            let listed = store
                .store()
                .sessions_of(&ada, Epoch::FIRST, start, page)
                .await;
            let listed = listed.map_err(|error| failed("sessions_of", &error))?;
            let Some(last) = listed.last() else { break };
            page.after = Some(SessionPosition {
                last_used_at: last.last_used_at,
                id: last.id,
            });
            seen.extend(listed.iter().map(|row| row.id));
            // A session that begins between two pages is before all others.
            let new = StoredSession {
                last_used_at: start + MINUTE,
                ..session_of(&ada)?
            };
            store.insert(&new).await?;
            ensure_eq("a deletion", &store.delete(&new.id).await?, &true)?;
        }
        let what = format!("the sessions on pages of {limit}");
        ensure_eq(&what, &seen, &expected)?;
    }
    Ok(())
}

async fn lists<S: SessionStore>(
    store: &StoreUnderTest<S>,
    owner: &Owner,
    rows: &[StoredSession],
    now: OffsetDateTime,
    limit: u32,
) -> Tried {
    let mut expected: Vec<_> = rows.iter().filter(|row| row.expires_at > now).collect();
    expected.sort_by_key(|row| (Reverse(row.last_used_at), row.id));
    expected.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let listed = store.list(owner, now, limit).await?;
    let ids = |row: &StoredSession| -> SessionId { row.id };
    ensure_eq(
        &format!("a list of at most {limit}"),
        &listed.iter().map(ids).collect::<Vec<_>>(),
        &expected.iter().map(|row| row.id).collect(),
    )?;
    let same = listed.iter().zip(expected).all(|(one, other)| one == other);
    ensure_eq("whether a list shows sessions as they are", &same, &true)
}
