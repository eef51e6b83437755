//! An active superuser always remains.

use super::{
    Change, Columns, IdOf, StoreUnderTest, UserOf, deactivate, demote, email, update_name,
};
use crate::store::{DeleteOutcome, NewUser, Precondition, UpdateOutcome, UserChange};
use crate::testing::contract::case_run::{Tried, broken, ensure, ensure_eq, race, skipped};
use crate::testing::contract::fixture::UserFixture;
use crate::user::{AuthUser, Epoch};

const REMAINS: Precondition = Precondition::anything().and_keep_last_superuser();

const NO_SUPERUSERS: &str = "the users have no superusers";

pub(super) async fn last<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    if !UserOf::<F>::FIELDS.superusers {
        return skipped(NO_SUPERUSERS);
    }
    let ada = store.inserted(store.admin("ada@example.com")?).await?;
    // An inactive superuser does not count.
    let asleep = NewUser {
        is_active: false,
        ..store.admin("asleep@example.com")?
    };
    store.inserted(asleep).await?;
    store.inserted(store.plain("plain@example.com")?).await?;
    let before = Columns::of_user::<F>(&ada);

    let both = UserChange {
        is_superuser: Some(false),
        email: Some(email("ada2@example.com")?),
        bump_epoch: true,
        ..deactivate()
    };
    for change in [demote(), deactivate(), both] {
        let outcome = store.update(ada.id(), change, REMAINS).await?;
        ensure(matches!(outcome, UpdateOutcome::LastSuperuser), || {
            let answer = update_name(&outcome);
            format!("an update that takes the last active superuser answered {answer}")
        })?;
        store
            .unchanged(ada.id(), &before, "after a refused update")
            .await?;
    }
    let outcome = store.delete(ada.id(), REMAINS).await?;
    ensure_eq(
        "a deletion of the last",
        &outcome,
        &DeleteOutcome::LastSuperuser,
    )?;
    store
        .unchanged(ada.id(), &before, "after a refused deletion")
        .await
}

pub(super) async fn only_demotion<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let plain = store.inserted(store.plain("plain@example.com")?).await?;
    // No active superuser exists, so there is nothing to preserve.
    applies(
        &store,
        plain.id(),
        deactivate(),
        "a deactivation without an active superuser",
    )
    .await?;
    if !UserOf::<F>::FIELDS.superusers {
        let outcome = store.delete(plain.id(), REMAINS).await?;
        return ensure_eq("a deletion", &outcome, &DeleteOutcome::Deleted);
    }
    let ada = store.inserted(store.admin("ada@example.com")?).await?;
    let asleep = NewUser {
        is_active: false,
        ..store.admin("asleep@example.com")?
    };
    let asleep = store.inserted(asleep).await?;

    // An older expectation comes first.
    let outdated = Precondition::epoch(Epoch::FIRST.next()).and_keep_last_superuser();
    let outcome = store.update(ada.id(), demote(), outdated).await?;
    ensure(matches!(outcome, UpdateOutcome::Stale), || {
        format!("a stale demotion answered {}", update_name(&outcome))
    })?;

    let verify = UserChange {
        is_verified: Some(true),
        bump_epoch: true,
        ..UserChange::default()
    };
    let confirm = UserChange {
        is_active: Some(true),
        is_superuser: Some(true),
        ..UserChange::default()
    };
    applies(
        &store,
        ada.id(),
        verify,
        "a change of other columns of the last",
    )
    .await?;
    applies(&store, ada.id(), confirm, "a confirmation of the last").await?;
    applies(
        &store,
        asleep.id(),
        demote(),
        "a demotion of one who is not active",
    )
    .await?;
    for user in [&plain, &asleep] {
        let outcome = store.delete(user.id(), REMAINS).await?;
        ensure_eq(
            "a deletion of one who does not lead",
            &outcome,
            &DeleteOutcome::Deleted,
        )?;
    }

    one_of_two(&store, &ada).await
}

/// With a second superuser the first may go, and without the precondition the last may, too.
async fn one_of_two<F: UserFixture>(store: &StoreUnderTest<F>, ada: &UserOf<F>) -> Tried {
    let eve = store.inserted(store.admin("eve@example.com")?).await?;
    applies(store, ada.id(), demote(), "a demotion of one of two").await?;
    let outcome = store.delete(eve.id(), Precondition::anything()).await?;
    ensure_eq(
        "a deletion of the last that may be",
        &outcome,
        &DeleteOutcome::Deleted,
    )
}

async fn applies<F: UserFixture>(
    store: &StoreUnderTest<F>,
    id: &IdOf<F>,
    change: Change<F>,
    what: &str,
) -> Tried {
    match store.update(id, change, REMAINS).await? {
        UpdateOutcome::Updated(_) => Ok(()),
        other => broken(format!("{what} answered {}", update_name(&other))),
    }
}

/// The outcome of a step that would remove a superuser.
#[derive(PartialEq)]
enum Took {
    Yes,
    Refused,
}

/// Two superusers, and two steps that each remove one of them.
pub(super) async fn race_for_last<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    if !UserOf::<F>::FIELDS.superusers {
        return skipped(NO_SUPERUSERS);
    }
    for round in 0..32 {
        let mut ids = Vec::new();
        for number in 0..2 {
            let new = store.admin(&format!("admin{number}-{round}@example.com"))?;
            ids.push(store.inserted(new).await?.id().clone());
        }
        let took = race(2, |number| {
            let (store, ids) = (store.clone(), ids.clone());
            async move {
                let id = ids.into_iter().nth(usize::from(number == 1));
                match (id, round % 4, number) {
                    (Some(id), 0, _) | (Some(id), 3, 0) => changed(&store, &id, demote()).await,
                    (Some(id), 1, _) => changed(&store, &id, deactivate()).await,
                    (Some(id), ..) => deleted(&store, &id).await,
                    (None, ..) => broken("a superuser is missing"),
                }
            }
        })
        .await?;
        let taken = took.iter().filter(|took| **took == Took::Yes).count();
        ensure_eq("how many of two superusers were taken at once", &taken, &1)?;
        for id in &ids {
            store.delete(id, Precondition::anything()).await?;
        }
    }
    Ok(())
}

async fn changed<F: UserFixture>(
    store: &StoreUnderTest<F>,
    id: &IdOf<F>,
    change: Change<F>,
) -> Tried<Took> {
    match store.update(id, change, REMAINS).await? {
        UpdateOutcome::Updated(_) => Ok(Took::Yes),
        UpdateOutcome::LastSuperuser => Ok(Took::Refused),
        other => broken(format!(
            "a change of a superuser answered {}",
            update_name(&other)
        )),
    }
}

async fn deleted<F: UserFixture>(store: &StoreUnderTest<F>, id: &IdOf<F>) -> Tried<Took> {
    match store.delete(id, REMAINS).await? {
        DeleteOutcome::Deleted => Ok(Took::Yes),
        DeleteOutcome::LastSuperuser => Ok(Took::Refused),
        other => broken(format!("a deletion of a superuser answered {other:?}")),
    }
}
