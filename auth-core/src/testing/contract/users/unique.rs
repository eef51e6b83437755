//! Addresses and user names belong to one user.

use std::sync::{Mutex, PoisonError};

use super::{
    Columns, New, StoreUnderTest, UserOf, deactivate, email, hash, insert_name, update_name,
    username,
};
use crate::store::{
    InsertOutcome, LoginIdentifier, NewUser, Precondition, UniqueField, UpdateOutcome, UserChange,
};
use crate::testing::contract::case_run::{RACERS, Tried, broken, ensure, ensure_eq, race, skipped};
use crate::testing::contract::fixture::UserFixture;
use crate::user::AuthUser;

pub(super) async fn taken_on_insert<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let ada = store
        .inserted(store.full("ada@example.com", "ada")?)
        .await?;
    let before = Columns::of_user::<F>(&ada);

    let outcome = store.insert(store.plain("ada@example.com")?).await?;
    is_taken(&outcome, UniqueField::Email)?;
    if UserOf::<F>::FIELDS.usernames {
        let same_name = NewUser {
            username: Some(username("ada")?),
            ..store.plain("b@example.com")?
        };
        let outcome = store.insert(same_name).await?;
        is_taken(&outcome, UniqueField::Username)?;
        let found = store.find(email("b@example.com")?).await?;
        ensure(found.is_none(), || {
            "a user was written whose user name was taken".to_owned()
        })?;
    }
    ensure_eq("users after refused insertions", &store.listed().await?, &1)?;
    store
        .unchanged(ada.id(), &before, "after refused insertions")
        .await?;

    // Having no name is not a name.
    for address in ["c@example.com", "d@example.com"] {
        store.inserted(store.plain(address)?).await?;
    }
    Ok(())
}

fn is_taken<U>(outcome: &InsertOutcome<U>, field: UniqueField) -> Tried {
    let is = matches!(outcome, InsertOutcome::Taken(taken) if *taken == field);
    ensure(is, || {
        let answer = insert_name(outcome);
        format!("an insertion with the {field} of another answered {answer}")
    })
}

pub(super) async fn taken_on_update<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let owner = store.inserted(store.plain("a@example.com")?).await?;
    let user = store.inserted(store.plain("b@example.com")?).await?;
    let (beside, before) = (Columns::of_user::<F>(&owner), Columns::of_user::<F>(&user));
    let change = UserChange {
        email: Some(email("a@example.com")?),
        password_hash: Some(hash("$argon2id$two")),
        is_verified: Some(true),
        bump_epoch: true,
        ..deactivate()
    };
    let outcome = store
        .update(user.id(), change, Precondition::anything())
        .await?;
    let is = matches!(outcome, UpdateOutcome::Taken(UniqueField::Email));
    ensure(is, || {
        let answer = update_name(&outcome);
        format!("a change to the address of another answered {answer}")
    })?;
    store
        .unchanged(user.id(), &before, "after a refused change")
        .await?;
    store
        .unchanged(owner.id(), &beside, "after a refused change of another")
        .await?;

    let change = UserChange {
        email: Some(email("b@example.com")?),
        is_verified: Some(true),
        ..UserChange::default()
    };
    store.updated(user.id(), change).await?;
    let stored = store.there(user.id()).await?;
    ensure(stored.is_verified(), || {
        "a change with one's own address was not applied".to_owned()
    })
}

pub(super) async fn one_email<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    for round in 0..4 {
        let mut racers = Vec::new();
        for _ in 0..RACERS {
            racers.push(store.plain(&format!("same{round}@example.com"))?);
        }
        let login = email(&format!("same{round}@example.com"))?;
        one_is_inserted(&store, racers, UniqueField::Email, login.into()).await?;
    }
    one_changes_to_it(&store).await
}

pub(super) async fn one_username<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    if !UserOf::<F>::FIELDS.usernames {
        return skipped("the users have no user names");
    }
    for round in 0..4 {
        let name = username(&format!("same{round}"))?;
        let mut racers = Vec::new();
        for number in 0..RACERS {
            racers.push(NewUser {
                username: Some(name.clone()),
                ..store.plain(&format!("u{number}-{round}@example.com"))?
            });
        }
        one_is_inserted(&store, racers, UniqueField::Username, name.into()).await?;
    }
    Ok(())
}

async fn one_is_inserted<F: UserFixture>(
    store: &StoreUnderTest<F>,
    racers: Vec<New<F>>,
    field: UniqueField,
    login: LoginIdentifier,
) -> Tried {
    let before = store.listed().await?;
    let count = RACERS;
    let racers = Mutex::new(racers);
    let outcomes = race(count, |_| {
        let new = racers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let store = store.clone();
        async move {
            match new {
                Some(new) => store.insert(new).await,
                None => broken("a racer is missing"),
            }
        }
    })
    .await?;
    let mut winners = Vec::new();
    for outcome in outcomes {
        match outcome {
            InsertOutcome::Inserted(user) => winners.push(user),
            taken @ InsertOutcome::Taken(_) => is_taken(&taken, field)?,
        }
    }
    ensure_eq(
        &format!("how many of {count} simultaneous insertions of one {field} won"),
        &winners.len(),
        &1,
    )?;
    ensure_eq(
        "users after the race",
        &store.listed().await?,
        &(before + 1),
    )?;
    let found = store.find(login).await?;
    let is_winner = |user: UserOf<F>| winners.iter().any(|winner| winner.id() == user.id());
    ensure(found.is_some_and(is_winner), || {
        "the user that is found afterwards is not the one that won".to_owned()
    })
}

async fn one_changes_to_it<F: UserFixture>(store: &StoreUnderTest<F>) -> Tried {
    let mut ids = Vec::new();
    for number in 0..RACERS {
        let new = store.plain(&format!("mover{number}@example.com"))?;
        ids.push(store.inserted(new).await?.id().clone());
    }
    let target = email("target@example.com")?;
    let ids = Mutex::new(ids);
    let outcomes = race(RACERS, |_| {
        let id = ids.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (store, target) = (store.clone(), target.clone());
        async move {
            let change = UserChange {
                email: Some(target),
                ..UserChange::default()
            };
            match id {
                Some(id) => store.update(&id, change, Precondition::anything()).await,
                None => broken("a racer is missing"),
            }
        }
    })
    .await?;
    let mut winners = 0;
    for outcome in outcomes {
        match outcome {
            UpdateOutcome::Updated(_) => winners += 1,
            UpdateOutcome::Taken(UniqueField::Email) => {}
            other => {
                let answer = update_name(&other);
                return broken(format!(
                    "a change in a race for an address answered {answer}"
                ));
            }
        }
    }
    ensure_eq(
        "how many simultaneous changes to one address won",
        &winners,
        &1,
    )
}
