//! Written sessions are read unchanged; missing sessions are absent.

use time::Duration;

use super::{INSTANT, StoreUnderTest, new_id, next, owner, session_of, start};
use crate::login::{AuthMethod, Methods};
use crate::store::{Owner, SessionStore, SessionTokens, StoredSession};
use crate::testing::contract::case_run::{Tried, broken, ensure_eq};
use crate::testing::contract::names::NAMES;
use crate::user::Epoch;

pub(super) async fn round_trip<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    let mut sessions = vec![
        session_of(&owner("ada")?)?,
        longest("x")?,
        longest("😀")?,
        second_factor()?,
    ];
    sessions.push(StoredSession {
        client: Some("Mozilla/5.0 (X11; Linux x86_64)".to_owned()),
        ..session_of(&owner("ada")?)?
    });
    for name in NAMES {
        sessions.push(StoredSession {
            client: Some((*name).replace(char::is_control, "")),
            ..session_of(&owner(name)?)?
        });
    }
    for session in &sessions {
        store.insert(session).await?;
    }
    for session in &sessions {
        let when = "after its insertion";
        store.holds(when, &session.id, Some(session)).await?;
    }
    for session in &mut sessions {
        let used = changed(session);
        store.swaps("a swap", &used, true).await?;
        *session = used;
    }
    for session in &sessions {
        let when = "after a swap";
        store.holds(when, &session.id, Some(session)).await?;
    }
    Ok(())
}

/// A session of a login with two methods, which was authenticated before it was started.
fn second_factor() -> Tried<StoredSession> {
    let methods = Methods::from(AuthMethod::PASSWORD).with(&AuthMethod::ONE_TIME_PASSWORD);
    Ok(StoredSession {
        auth_time: start() - Duration::days(2) + INSTANT,
        methods,
        ..session_of(&owner("grace")?)?
    })
}

/// The longest set of methods.
fn all_methods() -> Tried<Methods> {
    let texts = (0..Methods::MAX).map(|number| format!("method-{number:09}"));
    let text = texts.collect::<Vec<_>>().join(" ");
    match Methods::from_stored(&text) {
        Some(methods) if text.len() == Methods::MAX_BYTES => Ok(methods),
        _ => broken(format!("not the longest methods: {text:?}")),
    }
}

/// Every column with its longest, largest or finest value.
fn longest(letter: &str) -> Tried<StoredSession> {
    let start = start() + Duration::microseconds(123_457);
    let room = (Owner::MAX_BYTES - "test:".len()) / letter.len();
    Ok(StoredSession {
        owner: owner(&letter.repeat(room))?,
        backend: "abcdefghijklmnopqrstuvwxyz-01234".to_owned(),
        epoch: Epoch::from_i64(i64::MAX),
        created_at: start,
        last_used_at: start + INSTANT,
        expires_at: start + Duration::days(400) - INSTANT,
        ends_at: start + Duration::days(400),
        client: Some(letter.repeat(255)),
        version: i64::MAX - 1,
        tokens: SessionTokens::from_stored("\"".repeat(SessionTokens::MAX_BYTES)),
        auth_time: start - INSTANT,
        methods: all_methods()?,
        ..session_of(&owner("ada")?)?
    })
}

/// The next version, with another value in every column that may change. The session has expired.
fn changed(session: &StoredSession) -> StoredSession {
    let early = start() - Duration::days(9) + INSTANT;
    StoredSession {
        epoch: Epoch::from_i64(-7),
        last_used_at: early,
        expires_at: early + INSTANT,
        ends_at: early + Duration::DAY + INSTANT,
        client: session.client.is_none().then(|| "another".to_owned()),
        auth_time: early - Duration::HOUR,
        methods: AuthMethod::SMS.into(),
        ..next(session, "other tokens")
    }
}

pub(super) async fn absence<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    nothing_is_there(&store).await?;
    // Nor beside a session that exists.
    let there = session_of(&owner("grace")?)?;
    store.insert(&there).await?;
    nothing_is_there(&store).await?;
    let when = "after calls for another";
    store.holds(when, &there.id, Some(&there)).await
}

async fn nothing_is_there<S: SessionStore>(store: &StoreUnderTest<S>) -> Tried {
    let (ada, start) = (owner("ada")?, start());
    let absent = session_of(&ada)?;
    store.holds("where it never was", &absent.id, None).await?;
    // Neither the first version nor a later one.
    store.swaps("a swap of nothing", &absent, false).await?;
    let later = next(&absent, "later");
    store.swaps("a swap of nothing", &later, false).await?;
    store
        .holds("after a swap of nothing", &absent.id, None)
        .await?;
    let deleted = store.delete(&new_id()?).await?;
    ensure_eq("a deletion of nothing", &deleted, &false)?;
    let listed = store.list(&ada, start, 10).await?;
    ensure_eq("how many sessions are left", &listed.len(), &0)?;
    let removed = store.remove_of(&ada).await?;
    ensure_eq("a removal of an owner without any", &removed, &0)?;
    let purged = store.purge(start, 10).await?;
    ensure_eq("a purge where nothing is over", &purged, &0)
}
