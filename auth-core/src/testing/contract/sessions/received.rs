//! A refresh whose reply was lost, and the note that the reply was received, by the swaps of the store.

use std::time::Duration as StdDuration;

use time::{Duration, OffsetDateTime};

use super::rotation::{Tally, of, race_of, rotate};
use super::{StoreUnderTest, begun, rules, start};
use crate::session::{AccessCheck, RefreshToken, RotateOutcome, Sessions, Successor};
use crate::store::{SessionStore, StoredSession};
use crate::testing::contract::case_run::{RACERS, Tried, broken, ensure_eq, failed, race};

const GRACE: StdDuration = StdDuration::from_secs(10);

/// The time of the client that comes back: the grace has passed, the window of lost replies has not.
fn later() -> OffsetDateTime {
    start() + Duration::MINUTE
}

/// Until a use of the successor's generation is noted, the token before gets the same successor; from
/// then on it ends the session. Both hold for simultaneous calls.
pub(super) async fn ends_the_window<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    for _ in 0..4 {
        lost_reply(&store).await?;
        note_and_parents(&store).await?;
        successor_and_parents(&store).await?;
    }
    Ok(())
}

/// A session whose first token was exchanged: that token, and its successor.
async fn exchanged<S: SessionStore>(
    store: &StoreUnderTest<S>,
    rules: &Sessions,
) -> Tried<(RefreshToken, Successor)> {
    let (parent, row) = begun(rules, start())?;
    store.insert(&row).await?;
    match rotate(store, rules, &parent, false).await? {
        (successor, RotateOutcome::Rotated(_)) => Ok((parent, successor)),
        (_, outcome) => broken(format!("the first rotation was {outcome:?}")),
    }
}

/// Notes the first use of the successor's access token, as a request does. Whether it was written.
async fn note<S: SessionStore>(
    store: &StoreUnderTest<S>,
    rules: &Sessions,
    successor: &Successor,
) -> Tried<bool> {
    let material = successor.key_material();
    let Some(row) = store.session(material.id()).await? else {
        return Ok(false);
    };
    let check = rules.check_access_secret(&row, material.expose(), later());
    let next = match check {
        Ok(AccessCheck::FirstUse(generation)) => rules.received(&row, generation, later()),
        Ok(_) => Ok(None),
        Err(error) => Err(error),
    };
    match next.map_err(|error| failed("the tokens of a session", &error))? {
        Some(next) => store.swap(&next).await,
        None => Ok(false),
    }
}

/// One exchange of a minute later.
async fn present<S: SessionStore>(
    store: &StoreUnderTest<S>,
    rules: &Sessions,
    token: &RefreshToken,
) -> Tried<RotateOutcome> {
    let (_, rotation) = of(rules, token, false, later())?;
    let outcome = rotation.run(store.store()).await;
    outcome.map_err(|error| failed("a rotation", &error))
}

/// 64 clients that lost the reply get the successor, and nothing is written; after the first use the next
/// one ends the session.
async fn lost_reply<S: SessionStore>(store: &StoreUnderTest<S>) -> Tried {
    let rules = rules(GRACE);
    let (parent, successor) = exchanged(store, &rules).await?;
    let id = &parent.id;
    let before = store.session(id).await?;
    let outcomes = race_of(store, (GRACE, later()), &[&parent], false).await?;
    let repeated = Tally {
        repeated: RACERS,
        ..Tally::default()
    };
    let tally = Tally::of(outcomes.iter().map(|(_, outcome)| outcome))?;
    ensure_eq("64 calls after a lost reply", &tally, &repeated)?;
    store.holds("after them", id, before.as_ref()).await?;

    let noted = note(store, &rules, &successor).await?;
    ensure_eq("whether the first use was noted", &noted, &true)?;
    let noted = note(store, &rules, &successor).await?;
    ensure_eq("whether a later use was noted", &noted, &false)?;
    let outcomes = race_of(store, (GRACE, later()), &[&parent], false).await?;
    let tally = Tally::of(outcomes.iter().map(|(_, outcome)| outcome))?;
    let expected = Tally {
        reused: 1,
        unknown: RACERS - 1,
        ..Tally::default()
    };
    ensure_eq("64 calls after the first use", &tally, &expected)?;
    store.holds("after a reuse", id, None).await
}

/// Simultaneous first uses are noted once, and the token before is a stolen one afterwards.
async fn note_and_parents<S: SessionStore>(store: &StoreUnderTest<S>) -> Tried {
    let rules = rules(GRACE);
    let (parent, successor) = exchanged(store, &rules).await?;
    let (parent_text, successor_text) = (parent.text(), successor.token.text());
    let done = race(RACERS, |number| {
        let store = store.clone();
        let tokens = (
            RefreshToken::parse(&parent_text),
            RefreshToken::parse(&successor_text),
        );
        let rules = super::rules(GRACE);
        async move {
            let (Some(parent), Some(current)) = tokens else {
                return broken("a refresh token cannot be read");
            };
            if number % 2 == 0 {
                return Ok((false, Some(present(&store, &rules, &parent).await?)));
            }
            let row: Option<StoredSession> = store.session(&current.id).await?;
            let successor = row.and_then(|row| rules.keep(current, &row).ok().flatten());
            match successor {
                Some(successor) => Ok((note(&store, &rules, &successor).await?, None)),
                None => Ok((false, None)),
            }
        }
    });
    let done = done.await?;
    let noted = done.iter().filter(|(noted, _)| *noted).count();
    ensure_eq("how many calls noted the first use", &noted, &1)?;
    let outcomes = done.iter().filter_map(|(_, outcome)| outcome.as_ref());
    let in_race = Tally::of(outcomes)?.reused;
    let after = present(store, &rules, &parent).await?;
    let after = Tally::of([&after])?.reused;
    ensure_eq("how many calls reported a reuse", &(in_race + after), &1)?;
    store.holds("after a reuse", &parent.id, None).await
}

/// The successor and the token before it are presented at the same time: the successor is exchanged once,
/// and the token before ends the session.
async fn successor_and_parents<S: SessionStore>(store: &StoreUnderTest<S>) -> Tried {
    let rules = rules(GRACE);
    let (parent, successor) = exchanged(store, &rules).await?;
    let tokens = [&parent, &successor.token];
    let outcomes = race_of(store, (GRACE, later()), &tokens, false).await?;
    let tally = Tally::of(outcomes.iter().map(|(_, outcome)| outcome))?;
    ensure_eq("how many calls rotated", &tally.rotated, &1)?;
    let after = present(store, &rules, &parent).await?;
    let after = Tally::of([&after])?.reused;
    ensure_eq(
        "how many calls reported a reuse",
        &(tally.reused + after),
        &1,
    )?;
    store.holds("after a reuse", &parent.id, None).await
}
