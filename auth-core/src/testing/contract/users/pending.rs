//! The pending address: stored beside the address, expected, and cleared with the sessions of the user.

use super::{Change, Columns, StoreUnderTest, UserOf, email, hash, update_name};
use crate::store::{Precondition, UpdateOutcome, UserChange};
use crate::testing::contract::case_run::{RACERS, Tried, broken, ensure, ensure_eq, race, skipped};
use crate::testing::contract::fixture::UserFixture;
use crate::user::AuthUser;

const PENDING: &str = "pending@example.com";

/// A change of the pending address alone.
fn set<U: AuthUser>(address: Option<&str>) -> Tried<UserChange<U>> {
    Ok(UserChange {
        pending_email: Some(address.map(email).transpose()?),
        ..UserChange::default()
    })
}

/// The change that makes a pending address the address.
fn complete<U: AuthUser>(address: &str) -> Tried<UserChange<U>> {
    Ok(UserChange {
        email: Some(email(address)?),
        pending_email: Some(None),
        is_verified: Some(true),
        bump_epoch: true,
        ..UserChange::default()
    })
}

pub(super) async fn pending<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    if !UserOf::<F>::FIELDS.pending_emails {
        return skipped("the users have no pending addresses");
    }
    is_beside_the_address(&store).await?;
    goes_with_the_epoch(&store).await?;
    is_expected(&store).await?;
    one_completion_wins(&store).await?;
    replaced_address_is_never_completed(&store).await
}

/// It logs no user in and is not unique, and another user may register with it.
async fn is_beside_the_address<F: UserFixture>(store: &StoreUnderTest<F>) -> Tried {
    let ada = store.inserted(store.plain("ada@example.com")?).await?;
    let grace = store.inserted(store.plain("grace@example.com")?).await?;
    for user in [&ada, &grace] {
        let after = store.updated(user.id(), set(Some(PENDING))?).await?;
        let before = Columns::of_user::<F>(user);
        let expected = before.with("pending_email", &format!("{:?}", Some(email(PENDING)?)));
        let actual = Columns::of_user::<F>(&after);
        ensure(actual == expected, || {
            let difference = expected.difference(&actual);
            format!("the answer of update with a pending address: {difference}")
        })?;
        store
            .unchanged(user.id(), &expected, "after a pending address was set")
            .await?;
    }
    let found = store.find(email(PENDING)?).await?;
    ensure(found.is_none(), || {
        "a look-up found a user by its pending address".to_owned()
    })?;
    let owner = store.inserted(store.plain(PENDING)?).await?;
    let before = Columns::of_user::<F>(&store.there(ada.id()).await?);
    let expect = Precondition::epoch(ada.epoch()).and_pending_email(email(PENDING)?);
    let outcome = store.update(ada.id(), complete(PENDING)?, expect).await?;
    ensure(matches!(outcome, UpdateOutcome::Taken(_)), || {
        let answer = update_name(&outcome);
        format!("a change to a pending address that another user has answered {answer}")
    })?;
    store
        .unchanged(ada.id(), &before, "after a refused change")
        .await?;
    store.delete(owner.id(), Precondition::anything()).await?;
    Ok(())
}

/// A bump of the epoch clears it, unless the same change sets one.
async fn goes_with_the_epoch<F: UserFixture>(store: &StoreUnderTest<F>) -> Tried {
    let user = store.inserted(store.plain("epoch@example.com")?).await?;
    let bump = || Change::<F> {
        password_hash: Some(hash("$argon2id$two")),
        bump_epoch: true,
        ..UserChange::default()
    };
    store.updated(user.id(), set(Some(PENDING))?).await?;
    let verified = UserChange {
        is_verified: Some(true),
        ..UserChange::default()
    };
    store.updated(user.id(), verified).await?;
    let kept = store.there(user.id()).await?;
    ensure(kept.pending_email().is_some(), || {
        "a change that bumps no epoch cleared the pending address".to_owned()
    })?;
    let after = store.updated(user.id(), bump()).await?;
    let stored = store.there(user.id()).await?;
    for user in [after, stored] {
        ensure(user.pending_email().is_none(), || {
            "a pending address is left after a bump of the epoch".to_owned()
        })?;
    }
    let both = UserChange {
        pending_email: Some(Some(email(PENDING)?)),
        ..bump()
    };
    let after = store.updated(user.id(), both).await?;
    ensure(after.pending_email().is_some(), || {
        "a bump of the epoch cleared the pending address of its own change".to_owned()
    })?;
    let after = store.updated(user.id(), set(None)?).await?;
    ensure(after.pending_email().is_none(), || {
        "a change to no pending address left one".to_owned()
    })
}

/// A change that expects another pending address, or one where there is none, is stale.
async fn is_expected<F: UserFixture>(store: &StoreUnderTest<F>) -> Tried {
    let user = store.inserted(store.plain("expected@example.com")?).await?;
    for pending in [None, Some("other@example.com")] {
        store.updated(user.id(), set(pending)?).await?;
        let before = Columns::of_user::<F>(&store.there(user.id()).await?);
        let expect = Precondition::epoch(user.epoch()).and_pending_email(email(PENDING)?);
        let outcome = store.update(user.id(), complete(PENDING)?, expect).await?;
        ensure(matches!(outcome, UpdateOutcome::Stale), || {
            let answer = update_name(&outcome);
            format!("a change that expects another pending address answered {answer}")
        })?;
        store
            .unchanged(user.id(), &before, "after a stale change")
            .await?;
    }
    Ok(())
}

/// Of simultaneous completions of one pending address one is applied.
async fn one_completion_wins<F: UserFixture>(store: &StoreUnderTest<F>) -> Tried {
    for round in 0..4 {
        let address = format!("winner{round}@example.com");
        let new = store.plain(&format!("race{round}@example.com"))?;
        let user = store.inserted(new).await?;
        store.updated(user.id(), set(Some(&address))?).await?;
        let outcomes = race(RACERS, |_| {
            let (store, user, address) = (store.clone(), user.clone(), address.clone());
            async move {
                let expect = Precondition::epoch(user.epoch()).and_pending_email(email(&address)?);
                store.update(user.id(), complete(&address)?, expect).await
            }
        })
        .await?;
        let mut winners = 0;
        for outcome in outcomes {
            match outcome {
                UpdateOutcome::Updated(_) => winners += 1,
                UpdateOutcome::Stale => {}
                other => {
                    let answer = update_name(&other);
                    return broken(format!("a completion in a race answered {answer}"));
                }
            }
        }
        let what = "how many simultaneous completions of one pending address were applied";
        ensure_eq(what, &winners, &1)?;
    }
    Ok(())
}

/// Requests for other addresses run at the same time as the completion of the first: whichever is applied
/// last, the address is that of the completion only if it was pending then.
async fn replaced_address_is_never_completed<F: UserFixture>(store: &StoreUnderTest<F>) -> Tried {
    for round in 0..8 {
        let first = format!("first{round}@example.com");
        let old = format!("replaced{round}@example.com");
        let user = store.inserted(store.plain(&old)?).await?;
        store.updated(user.id(), set(Some(&first))?).await?;
        let outcomes = race(8, |number| {
            let (store, user, first) = (store.clone(), user.clone(), first.clone());
            async move {
                let expect = Precondition::epoch(user.epoch());
                let outcome = if number == 0 {
                    let expect = expect.and_pending_email(email(&first)?);
                    store.update(user.id(), complete(&first)?, expect).await?
                } else {
                    let later = format!("later{round}-{number}@example.com");
                    store.update(user.id(), set(Some(&later))?, expect).await?
                };
                let is_applied = matches!(outcome, UpdateOutcome::Updated(_));
                Ok((number == 0, is_applied))
            }
        })
        .await?;
        let completed = outcomes.contains(&(true, true));
        let replaced = outcomes.contains(&(false, true));
        ensure(completed != replaced, || {
            format!(
                "completed: {completed}, replaced: {replaced}: exactly one can be applied first"
            )
        })?;
        let stored = store.there(user.id()).await?;
        let is_first = stored.email().as_str() == first;
        ensure(is_first == completed, || {
            format!(
                "the address is {} and the completion was applied: {completed}",
                stored.email()
            )
        })?;
    }
    Ok(())
}
