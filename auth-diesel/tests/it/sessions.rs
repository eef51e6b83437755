//! Sessions on every engine.

use auth_core::login::{AuthMethod, Methods};
use auth_core::store::{SessionPage, SessionStore, SessionTokens, StoredSession};
use auth_core::{Epoch, SessionId, User};
use time::{Date, Duration, Month, OffsetDateTime, Time};
use tokio::task::JoinSet;

use crate::homes::{File, Home};
use crate::on_each_engine;
use crate::support::{after, begun, now, owner, session, stored};

on_each_engine!(
    every_column_is_stored_and_read,
    rounding_ends_no_session_early,
    swap_requires_the_previous_version,
    one_of_simultaneous_swaps_wins,
    one_of_simultaneous_deletions_wins,
    list_is_ordered_and_of_one_owner,
    all_sessions_of_an_owner_are_deleted,
    expired_sessions_are_purged_in_batches,
    simultaneous_purges_remove_each_session_once,
    sessions_can_be_used_during_a_purge,
    rejected_update_changes_nothing,
    any_store_holds_sessions,
);

async fn every_column_is_stored_and_read(home: impl Home) {
    let store = home.open().await;
    let end_of_time = Date::from_calendar_date(9999, Month::December, 31)
        .unwrap()
        .with_time(Time::from_hms_micro(23, 59, 59, 999_999).unwrap())
        .assume_utc();
    let plain = session("users:7");
    let full = StoredSession {
        // 255 bytes, not all of them ASCII.
        owner: owner(&format!("users:{}é ", "k".repeat(246))),
        backend: "b".repeat(32),
        epoch: Epoch::from_i64(i64::MAX),
        created_at: OffsetDateTime::UNIX_EPOCH,
        last_used_at: now() + Duration::MICROSECOND,
        expires_at: end_of_time - Duration::MICROSECOND,
        ends_at: end_of_time,
        // 255 characters of up to four bytes, blanks at both ends.
        client: Some(format!(" Ünïcode/1.0 ({}) 🦀 ", "界".repeat(237))),
        version: i64::MAX,
        tokens: SessionTokens::from_stored("\"".repeat(SessionTokens::MAX_BYTES)),
        auth_time: OffsetDateTime::UNIX_EPOCH + Duration::MICROSECOND,
        methods: Methods::from(AuthMethod::PASSWORD).with(&AuthMethod::ONE_TIME_PASSWORD),
        ..session("users:8")
    };
    assert_eq!(full.owner.as_str().len(), 255);
    assert_eq!(full.client.as_ref().unwrap().chars().count(), 255);
    let empty = StoredSession {
        epoch: Epoch::from_i64(i64::MIN),
        client: Some(String::new()),
        version: i64::MIN,
        methods: Methods::none(),
        ..session("users:9")
    };
    for session in [plain, full, empty] {
        let session = begun(&store, session).await;
        assert_eq!(stored(&store, &session).await, session);
        let list = store
            .sessions_of(&session.owner, session.epoch, now(), SessionPage::first(9))
            .await
            .unwrap();
        assert_eq!(list, [session]);
    }
    let unknown = SessionId::generate().unwrap();
    assert_eq!(store.session(&unknown).await.unwrap(), None);
    // A duplicate id is rejected and the existing row stays.
    let again = session("users:7");
    let again = begun(&store, again).await;
    let thief = StoredSession {
        id: again.id,
        ..session("users:6")
    };
    store.insert_session(thief).await.unwrap_err();
    assert_eq!(stored(&store, &again).await, again);
}

/// Stores have micro-seconds; a clock may be more precise.
async fn rounding_ends_no_session_early(home: impl Home) {
    let store = home.open().await;
    let fraction = Duration::nanoseconds(1);
    let rough = StoredSession {
        created_at: now() + fraction,
        last_used_at: now() + fraction,
        auth_time: now() + fraction,
        expires_at: now() + fraction,
        ends_at: now() + fraction,
        ..session("users:7")
    };
    let rough = begun(&store, rough).await;
    let next = StoredSession {
        version: 1,
        ..rough.clone()
    };
    for swapped in [false, true] {
        if swapped {
            assert!(store.swap_session(&next).await.unwrap());
        }
        let row = stored(&store, &rough).await;
        assert_eq!(
            (row.created_at, row.last_used_at, row.auth_time),
            (now(), now(), now())
        );
        let end = now() + Duration::MICROSECOND;
        assert_eq!((row.expires_at, row.ends_at), (end, end));
    }
    for (at, there) in [
        (now(), 1),
        (now() + fraction, 1),
        (now() + Duration::MICROSECOND, 0),
    ] {
        let list = store
            .sessions_of(&rough.owner, rough.epoch, at, SessionPage::first(9))
            .await
            .unwrap();
        assert_eq!(list.len(), there, "{at}");
    }
    assert_eq!(store.purge_sessions(now() + fraction, 9).await.unwrap(), 0);
    let end = now() + Duration::MICROSECOND;
    assert_eq!(store.purge_sessions(end, 9).await.unwrap(), 1);
}

async fn swap_requires_the_previous_version(home: impl Home) {
    let store = home.open().await;
    let first = begun(&store, session("users:7")).await;
    let other = begun(&store, session("users:7")).await;
    let second = StoredSession {
        epoch: Epoch::from_i64(3),
        ends_at: first.ends_at + Duration::SECOND,
        client: Some("another".to_owned()),
        ..after(&first, "second")
    };
    assert!(store.swap_session(&second).await.unwrap());
    assert_eq!(stored(&store, &first).await, second);
    assert!(!store.swap_session(&second).await.unwrap());
    assert!(!store.swap_session(&first).await.unwrap());
    let skipping = after(&after(&second, "third"), "fourth");
    assert!(!store.swap_session(&skipping).await.unwrap());
    assert_eq!(stored(&store, &first).await, second);

    // The identifying columns do not change.
    let renamed = StoredSession {
        owner: owner("users:8"),
        backend: "other".to_owned(),
        created_at: first.created_at + Duration::DAY,
        client: None,
        ..after(&second, "third")
    };
    assert!(store.swap_session(&renamed).await.unwrap());
    let third = StoredSession {
        client: None,
        ..after(&second, "third")
    };
    assert_eq!(stored(&store, &first).await, third);

    assert_eq!(stored(&store, &other).await, other);
    let unknown = after(&session("users:7"), "unknown");
    assert!(!store.swap_session(&unknown).await.unwrap());
    let lowest = StoredSession {
        version: i64::MIN,
        ..third.clone()
    };
    assert!(!store.swap_session(&lowest).await.unwrap());
    assert!(store.delete_session(&first.id).await.unwrap());
    assert!(!store.swap_session(&after(&third, "late")).await.unwrap());
    assert_eq!(store.session(&first.id).await.unwrap(), None);
}

async fn one_of_simultaneous_swaps_wins(home: impl Home) {
    let store = home.open_wide::<User>().await;
    let mut row = begun(&store, session("users:7")).await;
    for round in 0..4 {
        let mut swaps = JoinSet::new();
        for caller in 0..64 {
            let (store, next) = (store.clone(), after(&row, &format!("{round}.{caller}")));
            swaps.spawn(async move { store.swap_session(&next).await.unwrap().then_some(next) });
        }
        let winners: Vec<_> = swaps.join_all().await.into_iter().flatten().collect();
        assert_eq!(winners.len(), 1, "{winners:?}");
        row = stored(&store, &row).await;
        assert_eq!(winners, [row.clone()]);
    }
}

async fn one_of_simultaneous_deletions_wins(home: impl Home) {
    let store = home.open_wide::<User>().await;
    let row = begun(&store, session("users:7")).await;
    let mut deletions = JoinSet::new();
    for _ in 0..64 {
        let (store, id) = (store.clone(), row.id);
        deletions.spawn(async move { store.delete_session(&id).await.unwrap() });
    }
    let won = deletions.join_all().await.into_iter().filter(|won| *won);
    assert_eq!(won.count(), 1);
    assert_eq!(store.session(&row.id).await.unwrap(), None);
}

async fn list_is_ordered_and_of_one_owner(home: impl Home) {
    const OWNERS: [&str; 8] = ["a", "a ", " a", "A", "é", "e", "e\u{301}", "É"];
    let store = home.open().await;
    for of in OWNERS {
        let mut rows = Vec::new();
        for used in [3, 1, 2, 2, 2, 9] {
            let row = StoredSession {
                last_used_at: now() + Duration::microseconds(used),
                ..session(of)
            };
            rows.push(begun(&store, row).await);
        }
        for over in [now(), now() - Duration::DAY] {
            let row = StoredSession {
                expires_at: over,
                ..session(of)
            };
            begun(&store, row).await;
        }
        rows.sort_by_key(|row| (std::cmp::Reverse(row.last_used_at), row.id));
        for limit in [0, 1, 4, 6, 7, u32::MAX] {
            let list = store
                .sessions_of(&owner(of), Epoch::FIRST, now(), SessionPage::first(limit))
                .await
                .unwrap();
            let wanted = rows.len().min(limit.try_into().unwrap());
            assert_eq!(list, rows[..wanted], "{of:?}, at most {limit}");
        }
    }
    let none = store
        .sessions_of(&owner("b"), Epoch::FIRST, now(), SessionPage::first(9))
        .await
        .unwrap();
    assert_eq!(none, []);
}

async fn all_sessions_of_an_owner_are_deleted(home: impl Home) {
    let store = home.open().await;
    for of in ["a", "a ", "A", "a"] {
        begun(&store, session(of)).await;
    }
    let over = StoredSession {
        expires_at: now() - Duration::DAY,
        ..session("a")
    };
    begun(&store, over).await;
    assert_eq!(store.delete_sessions_of(&owner("a")).await.unwrap(), 3);
    assert_eq!(store.delete_sessions_of(&owner("a")).await.unwrap(), 0);
    for (of, left) in [("a", 0), ("a ", 1), ("A", 1)] {
        let list = store
            .sessions_of(&owner(of), Epoch::FIRST, now(), SessionPage::first(9))
            .await
            .unwrap();
        assert_eq!(list.len(), left, "{of:?}");
    }
}

/// Inserts `count` sessions that ended 0, 1, 2 … seconds ago.
async fn over<S: SessionStore>(store: &S, count: i64) {
    for ago in 0..count {
        let row = StoredSession {
            expires_at: now() - Duration::seconds(ago),
            ..session("users:7")
        };
        begun(store, row).await;
    }
}

async fn expired_sessions_are_purged_in_batches(home: impl Home) {
    let store = home.open().await;
    over(&store, 10).await;
    let alive = begun(&store, session("users:7")).await;
    assert_eq!(store.purge_sessions(now(), 0).await.unwrap(), 0);
    // The sessions that ended first are removed first.
    let early = now() - Duration::seconds(1);
    assert_eq!(store.purge_sessions(now(), 4).await.unwrap(), 4);
    assert_eq!(store.purge_sessions(early, 9).await.unwrap(), 5);
    assert_eq!(store.purge_sessions(now(), 4).await.unwrap(), 1);
    assert_eq!(store.purge_sessions(now(), u32::MAX).await.unwrap(), 0);
    assert_eq!(stored(&store, &alive).await, alive);
}

async fn simultaneous_purges_remove_each_session_once(home: impl Home) {
    const ROWS: i64 = 200;
    let store = home.open_wide::<User>().await;
    over(&store, ROWS).await;
    let alive = begun(&store, session("users:7")).await;
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        callers.spawn(async move {
            let mut purged = 0;
            loop {
                match store.purge_sessions(now(), 7).await.unwrap() {
                    0 => return purged,
                    some => purged += some,
                }
            }
        });
    }
    let purged: u64 = callers.join_all().await.into_iter().sum();
    // A purge that skips locked rows may return before they are removed.
    assert_eq!(purged, ROWS as u64);
    assert_eq!(stored(&store, &alive).await, alive);
}

async fn sessions_can_be_used_during_a_purge(home: impl Home) {
    let store = home.open_wide::<User>().await;
    over(&store, 100).await;
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            let mut row = begun(&store, session("users:7")).await;
            for use_of_it in 0..10 {
                row = after(&row, &use_of_it.to_string());
                assert!(store.swap_session(&row).await.unwrap());
            }
            assert_eq!(stored(&store, &row).await, row);
            assert!(store.delete_session(&row.id).await.unwrap());
        });
    }
    for _ in 0..4 {
        let store = store.clone();
        tasks.spawn(async move {
            for _ in 0..20 {
                store.purge_sessions(now(), 3).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    let rest = store.purge_sessions(now() + Duration::DAY, 999).await;
    assert_eq!(rest.unwrap(), 0);
}

async fn rejected_update_changes_nothing(home: impl Home) {
    let store = home.open().await;
    let row = begun(&store, session("users:7")).await;
    let next = after(&row, "next");
    home.refuse_updates().await;
    let error = store.swap_session(&next).await.unwrap_err();
    let words = format!("{error:?}");
    assert!(!words.contains("users:7"), "{words}");
    assert_eq!(stored(&store, &row).await, row);
    home.allow_updates().await;
    assert!(store.swap_session(&next).await.unwrap());
    assert_eq!(stored(&store, &row).await, next);
}

async fn any_store_holds_sessions(home: impl Home) {
    let store: auth_diesel::AnyStore = auth_diesel::AnyStore::open(home.url()).await.unwrap();
    let row = begun(&store, session("users:7")).await;
    let next = after(&row, "next");
    assert!(store.swap_session(&next).await.unwrap());
    let list = store
        .sessions_of(&row.owner, row.epoch, now(), SessionPage::first(9))
        .await
        .unwrap();
    assert_eq!(list, [stored(&store, &row).await]);
    assert!(store.delete_session(&row.id).await.unwrap());
    begun(&store, session("users:7")).await;
    assert_eq!(store.delete_sessions_of(&row.owner).await.unwrap(), 1);
    assert_eq!(store.purge_sessions(now(), 9).await.unwrap(), 0);
}

/// The error names the column and does not contain its value.
#[tokio::test(flavor = "multi_thread")]
async fn invalid_rows_are_errors() {
    let home = File::new().await.unwrap();
    let store = home.open().await;
    let row = begun(&store, session("users:7")).await;
    for (column, senseless, good) in [
        ("owner", "'secret' || char(0)", "'users:7'"),
        ("owner", "CAST(X'736563726574ff' AS TEXT)", "'users:7'"),
        ("expires_at", "9223372036854775807", "1800003600123456"),
        ("ends_at", "9223372036854775806", "1800003600123456"),
        ("auth_time", "9223372036854775805", "1800000000123456"),
        ("methods", "'secret  pwd'", "'pwd'"),
    ] {
        let set = |value| format!("UPDATE auth_sessions SET {column} = {value}");
        home.sql(&set(senseless)).await;
        let error = store.session(&row.id).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        let words = format!("{error} {error:?} {source} {source:?}");
        assert!(words.contains(column), "{words}");
        assert!(!words.contains("secret"), "{words}");
        assert!(!words.contains("92233720368547758"), "{words}");
        home.sql(&set(good)).await;
    }
    assert!(store.session(&row.id).await.unwrap().is_some());
}
