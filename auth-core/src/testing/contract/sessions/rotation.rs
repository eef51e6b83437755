//! Concurrent exchanges of one refresh token, by the swaps and deletions of the store.

use std::time::Duration as StdDuration;

use time::OffsetDateTime;

use super::{StoreUnderTest, begun, rules, start};
use crate::session::{
    RefreshClient, RefreshRotation, RefreshToken, RotateOutcome, Sessions, Successor,
};
use crate::store::{SessionStore, StoredSession};
use crate::testing::contract::case_run::{RACERS, Stop, Tried, broken, ensure_eq, failed, race};

const GRACE: StdDuration = StdDuration::from_secs(10);

/// The exchange of a presented token, and its successor.
pub(super) fn of(
    rules: &Sessions,
    token: &RefreshToken,
    shared: bool,
    now: OffsetDateTime,
) -> Tried<(Successor, RefreshRotation)> {
    let successor = rules
        .successor(token, 1)
        .map_err(|error| Stop::Broken(error.to_string()))?;
    let life = Some(StdDuration::from_hours(1));
    let client = RefreshClient {
        shared,
        checked: true,
    };
    let rotation = rules
        .rotation(token, client, now)
        .with_successor(&successor, life);
    Ok((successor, rotation))
}

/// Rotates once, at the start.
pub(super) async fn rotate<S: SessionStore>(
    store: &StoreUnderTest<S>,
    rules: &Sessions,
    token: &RefreshToken,
    shared: bool,
) -> Tried<(Successor, RotateOutcome)> {
    rotate_at(store, rules, token, shared, start()).await
}

async fn rotate_at<S: SessionStore>(
    store: &StoreUnderTest<S>,
    rules: &Sessions,
    token: &RefreshToken,
    shared: bool,
    now: OffsetDateTime,
) -> Tried<(Successor, RotateOutcome)> {
    let (successor, rotation) = of(rules, token, shared, now)?;
    let outcome = rotation.run(store.store()).await;
    let outcome = outcome.map_err(|error| failed("a rotation", &error))?;
    Ok((successor, outcome))
}

/// B-01: a token has one successor, however many callers exchange it at the same time.
pub(super) async fn one_descendant<S: SessionStore>(store: StoreUnderTest<S>) -> Tried {
    for shared in [false, true] {
        one_successor(&store, shared).await?;
    }
    for _ in 0..8 {
        without_grace(&store).await?;
        spent_and_current_token(&store).await?;
    }
    Ok(())
}

/// How the rotations of a race ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) rotated: u32,
    pub(super) repeated: u32,
    pub(super) current: u32,
    pub(super) reused: u32,
    pub(super) unknown: u32,
}

impl Tally {
    pub(super) fn of<'o>(outcomes: impl IntoIterator<Item = &'o RotateOutcome>) -> Tried<Self> {
        let mut tally = Self::default();
        for outcome in outcomes {
            match outcome {
                RotateOutcome::Rotated(_) => tally.rotated += 1,
                RotateOutcome::Repeated(_) => tally.repeated += 1,
                RotateOutcome::Current(_) => tally.current += 1,
                RotateOutcome::Reused(_) => tally.reused += 1,
                RotateOutcome::Unknown => tally.unknown += 1,
                RotateOutcome::Expired => {
                    return broken("a session that has not expired was called expired");
                }
            }
        }
        Ok(tally)
    }
}

/// 64 callers that each present one of these tokens in turn, at this time.
pub(super) async fn race_of<S: SessionStore>(
    store: &StoreUnderTest<S>,
    (grace, now): (StdDuration, OffsetDateTime),
    tokens: &[&RefreshToken],
    shared: bool,
) -> Tried<Vec<(Successor, RotateOutcome)>> {
    let texts: Vec<_> = tokens.iter().map(|token| token.text()).collect();
    let answers = race(RACERS, |number| {
        let place = usize::try_from(number).unwrap_or(0) % texts.len();
        let token = texts.get(place).and_then(|text| RefreshToken::parse(text));
        let store = store.clone();
        async move {
            match token {
                Some(token) => rotate_at(&store, &rules(grace), &token, shared, now).await,
                None => broken("a refresh token cannot be read"),
            }
        }
    });
    answers.await
}

/// The successor that was written, and the session with it.
fn winner(answers: Vec<(Successor, RotateOutcome)>) -> Tried<(RefreshToken, StoredSession)> {
    let mut rotated = answers
        .into_iter()
        .filter_map(|(successor, outcome)| match outcome {
            RotateOutcome::Rotated(row) => Some((successor.token, row)),
            _ => None,
        });
    match rotated.next() {
        Some(winner) => Ok(winner),
        None => broken("no call rotated"),
    }
}

/// Within the grace all callers get the same successor, round after round.
async fn one_successor<S: SessionStore>(store: &StoreUnderTest<S>, shared: bool) -> Tried {
    let (mut token, row) = begun(&rules(GRACE), start())?;
    store.insert(&row).await?;
    for generation in 1..=4 {
        let answers = race_of(store, (GRACE, start()), &[&token], shared).await?;
        let tally = Tally::of(answers.iter().map(|(_, outcome)| outcome))?;
        // The tabs of a browser that present a token made within the grace keep it.
        if shared && generation > 1 {
            let expected = Tally {
                current: RACERS,
                ..Tally::default()
            };
            ensure_eq("64 calls that share a new token", &tally, &expected)?;
            continue;
        }
        let expected = Tally {
            rotated: 1,
            repeated: RACERS - 1,
            ..Tally::default()
        };
        ensure_eq("64 calls with one token", &tally, &expected)?;
        let repeated = answers.iter().filter_map(|(_, outcome)| match outcome {
            RotateOutcome::Repeated(row) => Some(row.clone()),
            _ => None,
        });
        let repeated: Vec<_> = repeated.collect();
        let (next, now) = winner(answers)?;
        let what = "how many calls returned another session than the one that rotated";
        let others = repeated.iter().filter(|row| **row != now).count();
        ensure_eq(what, &others, &0)?;
        ensure_eq("how often it was written", &now.version, &generation)?;
        let when = "after a race of rotations";
        store.holds(when, &now.id, Some(&now)).await?;
        let told = rules(GRACE).repeat(&token, &now).ok().flatten();
        let told = told.map(|successor| successor.token.text());
        let what = "whether the repeated successor is the one that was made";
        ensure_eq(what, &(told == Some(next.text())), &true)?;
        token = next;
    }
    Ok(())
}

/// Without grace a second use ends the session, and exactly one call reports it.
async fn without_grace<S: SessionStore>(store: &StoreUnderTest<S>) -> Tried {
    let (token, row) = begun(&rules(StdDuration::ZERO), start())?;
    store.insert(&row).await?;
    let answers = race_of(store, (StdDuration::ZERO, start()), &[&token], false).await?;
    let tally = Tally::of(answers.iter().map(|(_, outcome)| outcome))?;
    let expected = Tally {
        rotated: 1,
        reused: 1,
        unknown: RACERS - 2,
        ..Tally::default()
    };
    ensure_eq("64 calls with one token without grace", &tally, &expected)?;
    let when = "after a token was used twice";
    store.holds(when, &row.id, None).await
}

/// A spent token and the current one are presented at the same time: the session ends, in either
/// order.
async fn spent_and_current_token<S: SessionStore>(store: &StoreUnderTest<S>) -> Tried {
    let rules = rules(GRACE);
    let (stolen, row) = begun(&rules, start())?;
    store.insert(&row).await?;
    let (second, _) = rotate(store, &rules, &stolen, false).await?;
    let (third, _) = rotate(store, &rules, &second.token, false).await?;
    let answers = race_of(store, (GRACE, start()), &[&stolen, &third.token], false).await?;
    let tally = Tally::of(answers.iter().map(|(_, outcome)| outcome))?;
    let what = "how many calls reported the reuse";
    ensure_eq(what, &tally.reused, &1)?;
    let when = "after a reuse";
    store.holds(when, &row.id, None).await
}
