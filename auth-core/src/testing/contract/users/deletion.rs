//! Deletions: removed rows, freed values, and keys that are not reused.

use std::collections::BTreeSet;

use super::{Columns, StoreUnderTest, UserOf, email, update_name, username};
use crate::store::{DeleteOutcome, NewUser, PageStart, Precondition, UpdateOutcome, UserChange};
use crate::testing::contract::case_run::{RACERS, Tried, ensure, ensure_eq, race};
use crate::testing::contract::fixture::UserFixture;
use crate::user::AuthUser;

pub(super) async fn outcomes<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let bystander = store.inserted(store.full("by@example.com", "by")?).await?;
    let beside = Columns::of_user::<F>(&bystander);
    for _ in 0..3 {
        // Address and user name are free again each time.
        let ada = store
            .inserted(store.full("ada@example.com", "ada")?)
            .await?;
        let outcome = store.delete(ada.id(), Precondition::anything()).await?;
        ensure_eq("a deletion", &outcome, &DeleteOutcome::Deleted)?;
        is_gone(&store, &ada).await?;
        let outcome = store.delete(ada.id(), Precondition::anything()).await?;
        ensure_eq("a second deletion", &outcome, &DeleteOutcome::Missing)?;
    }
    store
        .unchanged(bystander.id(), &beside, "after a deletion of another user")
        .await?;

    // The freed address is free for a change, too.
    let change = UserChange {
        email: Some(email("ada@example.com")?),
        ..UserChange::default()
    };
    store.updated(bystander.id(), change).await?;

    for round in 0..4 {
        let new = store.plain(&format!("once{round}@example.com"))?;
        let user = store.inserted(new).await?;
        let outcomes = race(RACERS, |_| {
            let (store, id) = (store.clone(), user.id().clone());
            async move { store.delete(&id, Precondition::anything()).await }
        })
        .await?;
        let count = |wanted| outcomes.iter().filter(|o| **o == wanted).count();
        let counts = (count(DeleteOutcome::Deleted), count(DeleteOutcome::Missing));
        ensure_eq(
            "simultaneous deletions of one user",
            &counts,
            &(1, outcomes.len() - 1),
        )?;
    }
    Ok(())
}

async fn is_gone<F: UserFixture>(store: &StoreUnderTest<F>, user: &UserOf<F>) -> Tried {
    let page = store.list(100, PageStart::Offset(0)).await?;
    let listed = page.items.into_iter().find(|other| other.id() == user.id());
    let mut seen = vec![
        ("get", store.get(user.id()).await?),
        ("find by address", store.find(user.email().clone()).await?),
        ("list", listed),
    ];
    if UserOf::<F>::FIELDS.usernames {
        seen.push(("find by user name", store.find(username("ada")?).await?));
    }
    for (read, user) in seen {
        ensure(user.is_none(), || {
            format!("{read} shows a user that was deleted")
        })?;
    }
    ensure_eq("users after a deletion", &page.total, &1)?;
    let outcome = store
        .update(user.id(), UserChange::default(), Precondition::anything())
        .await?;
    ensure(matches!(outcome, UpdateOutcome::Missing), || {
        format!(
            "an update of a deleted user answered {}",
            update_name(&outcome)
        )
    })
}

/// Tokens contain keys: a user with a reused key would get the sessions of the first user.
pub(super) async fn keys_are_not_reused<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let mut keys = BTreeSet::new();
    store.inserted(store.plain("stays@example.com")?).await?;
    for number in 0..8 {
        // The newest goes, and then all of the newest: a key that is "the greatest plus one" comes
        // back.
        let mut made = Vec::new();
        for beside in 0..=(number % 3) {
            let new = NewUser {
                is_verified: true,
                ..store.plain(&format!("u{number}-{beside}@example.com"))?
            };
            made.push(store.inserted(new).await?);
        }
        for user in made.iter().rev() {
            let is_new = keys.insert(user.id().clone());
            ensure(is_new, || format!("the key {} was given twice", user.id()))?;
            store.delete(user.id(), Precondition::anything()).await?;
        }
    }
    Ok(())
}
