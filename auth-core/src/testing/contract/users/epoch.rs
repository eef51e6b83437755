//! The epoch: expected, bumped, and never bumped by two at once.

use super::{Columns, StoreUnderTest, hash, update_name};
use crate::store::{DeleteOutcome, Precondition, UpdateOutcome, UserChange};
use crate::testing::contract::case_run::{RACERS, Tried, broken, ensure, ensure_eq, race};
use crate::testing::contract::fixture::UserFixture;
use crate::user::{AuthUser, Epoch};

fn verify<U: AuthUser>() -> UserChange<U> {
    UserChange {
        is_verified: Some(true),
        ..UserChange::default()
    }
}

fn bump<U: AuthUser>() -> UserChange<U> {
    UserChange {
        bump_epoch: true,
        ..UserChange::default()
    }
}

pub(super) async fn expected<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let user = store.inserted(store.plain("a@example.com")?).await?;
    let before = Columns::of_user::<F>(&user);
    for other in [1, 2, -1, i64::MAX, i64::MIN] {
        let outdated = Precondition::epoch(Epoch::from_i64(other));
        for change in [verify(), bump(), UserChange::default()] {
            let outcome = store.update(user.id(), change, outdated.clone()).await?;
            ensure(matches!(outcome, UpdateOutcome::Stale), || {
                let answer = update_name(&outcome);
                format!("an update that expects another epoch answered {answer}")
            })?;
            store
                .unchanged(user.id(), &before, "after a stale update")
                .await?;
        }
        let outcome = store.delete(user.id(), outdated).await?;
        ensure_eq("a stale deletion", &outcome, &DeleteOutcome::Stale)?;
        store
            .unchanged(user.id(), &before, "after a stale deletion")
            .await?;
    }

    let fresh = Precondition::epoch(user.epoch());
    let outcome = store.update(user.id(), verify(), fresh.clone()).await?;
    ensure(matches!(outcome, UpdateOutcome::Updated(_)), || {
        let answer = update_name(&outcome);
        format!("an update that expects the epoch of the user answered {answer}")
    })?;
    let outcome = store.delete(user.id(), fresh).await?;
    ensure_eq("a deletion in time", &outcome, &DeleteOutcome::Deleted)
}

pub(super) async fn one_winner<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let user = store.inserted(store.plain("a@example.com")?).await?;
    for round in 0..8 {
        let epoch = store.there(user.id()).await?.epoch();
        let winners = race(RACERS, |number| {
            let (store, id) = (store.clone(), user.id().clone());
            async move {
                let change = UserChange {
                    password_hash: Some(hash(&format!("{round}-{number}"))),
                    ..bump()
                };
                match store
                    .update(&id, change, Precondition::epoch(epoch))
                    .await?
                {
                    UpdateOutcome::Updated(_) => Ok(Some(format!("{round}-{number}"))),
                    UpdateOutcome::Stale => Ok(None),
                    other => broken(format!("an update answered {}", update_name(&other))),
                }
            }
        })
        .await?;
        let winners: Vec<_> = winners.into_iter().flatten().collect();
        ensure_eq(
            "how many of 64 simultaneous changes won",
            &winners.len(),
            &1,
        )?;
        let stored = store.there(user.id()).await?;
        let stored = stored
            .password_hash()
            .map(|hash| hash.as_stored_str().to_owned());
        ensure_eq("the hash of the winner", &stored.as_ref(), &winners.first())?;
    }
    deletions_and_changes(&store).await
}

/// A deletion that expects the epoch, against changes that bump it.
async fn deletions_and_changes<F: UserFixture>(store: &StoreUnderTest<F>) -> Tried {
    for round in 0..16 {
        let new = store.plain(&format!("between{round}@example.com"))?;
        let user = store.inserted(new).await?;
        let won = race(2, |number| {
            let (store, id) = (store.clone(), user.id().clone());
            let expect = Precondition::epoch(user.epoch());
            async move {
                if number == round % 2 {
                    Ok(store.delete(&id, expect).await? == DeleteOutcome::Deleted)
                } else {
                    let outcome = store.update(&id, bump(), expect).await?;
                    Ok(matches!(outcome, UpdateOutcome::Updated(_)))
                }
            }
        })
        .await?;
        let winners = won.into_iter().filter(|won| *won).count();
        ensure_eq("how many of a change and a deletion won", &winners, &1)?;
    }
    Ok(())
}

pub(super) async fn bump_once<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let user = store.inserted(store.plain("a@example.com")?).await?;
    let mut epoch = user.epoch();
    for change in [
        bump(),
        UserChange {
            password_hash: Some(hash("$two")),
            ..bump()
        },
    ] {
        epoch = epoch.next();
        let after = store.updated(user.id(), change).await?;
        ensure_eq("the epoch after a bump", &after.epoch(), &epoch)?;
        let stored = store.there(user.id()).await?;
        ensure_eq("the stored epoch after a bump", &stored.epoch(), &epoch)?;
    }
    let seen = race(RACERS, |_| {
        let (store, id) = (store.clone(), user.id().clone());
        async move { Ok(store.updated(&id, bump()).await?.epoch()) }
    })
    .await?;
    let mut seen: Vec<_> = seen.iter().map(|epoch| epoch.as_i64()).collect();
    seen.sort_unstable();
    let first = epoch.as_i64() + 1;
    let all: Vec<_> = (first..first + i64::from(RACERS)).collect();
    ensure_eq(
        "the epochs that 64 simultaneous bumps answered",
        &seen,
        &all,
    )
}
