//! Sessions beside their users: the session that a change keeps stays valid.

use super::{StoreUnderTest, next, session_of, start};
use crate::password::PasswordHash;
use crate::store::{
    InsertOutcome, NewUser, Owner, Precondition, SessionStore, StoredSession, UpdateOutcome,
    UserChange, UserDatabase,
};
use crate::testing::contract::case_run::{Stop, Tried, broken, ensure_eq, failed, race};
use crate::testing::contract::fixture::UserFixture;
use crate::user::EmailAddress;
use crate::user::Roles;
use crate::user::{AuthUser, Epoch};

type UserOf<F> = <<F as UserFixture>::Store as UserDatabase>::User;
type IdOf<F> = <UserOf<F> as AuthUser>::Id;
type Joint<F> = StoreUnderTest<<F as UserFixture>::Store>;

pub(super) async fn keep_session<F>(fixture: &F, store: Joint<F>) -> Tried
where
    F: UserFixture<Store: SessionStore>,
{
    let ada = inserted(fixture, &store, 0, "ada@example.com").await?;
    let grace = inserted(fixture, &store, 1, "grace@example.com").await?;
    let (id, epoch) = (ada.id().clone(), ada.epoch());
    let (kept, other) = (of(&ada)?, of(&ada)?);
    let (hers, outdated) = (of(&grace)?, of(&ada)?);
    let outdated = StoredSession {
        epoch: Epoch::from_i64(epoch.as_i64() - 5),
        ..outdated
    };
    let all = [&kept, &other, &hers, &outdated];
    for row in all {
        store.insert(row).await?;
    }

    let change = || keeping(&kept);
    let outdated_epoch = Precondition::epoch(epoch.next());
    let outcome = update::<F>(&store, &id, change(), outdated_epoch).await?;
    let is_stale = matches!(outcome, UpdateOutcome::Stale);
    ensure_eq("whether an update is stale", &is_stale, &true)?;
    unmoved(&store, "after a stale update", &all).await?;

    let taken = UserChange {
        email: Some(grace.email().clone()),
        ..change()
    };
    let outcome = update::<F>(&store, &id, taken, Precondition::anything()).await?;
    let is_taken = matches!(outcome, UpdateOutcome::Taken(_));
    ensure_eq("whether an address is taken", &is_taken, &true)?;
    unmoved(&store, "after an update to a taken address", &all).await?;

    let unbumped = UserChange {
        bump_epoch: false,
        is_verified: Some(true),
        ..change()
    };
    updated::<F>(&store, &id, unbumped).await?;
    unmoved(&store, "after an update without a bump", &all).await?;

    let after = updated::<F>(&store, &id, change()).await?;
    let moved = store.session(&kept.id).await?;
    let expected = StoredSession {
        epoch: after.epoch(),
        version: moved.as_ref().map_or(0, |row| row.version),
        ..kept.clone()
    };
    ensure_eq(
        "the session that was kept",
        &moved.as_ref(),
        &Some(&expected),
    )?;
    unmoved(&store, "after the bump", &[&other, &hers, &outdated]).await?;
    // A caller that read it before, and is about to record a use, must not write the old epoch back.
    let late = next(&kept, "late");
    let what = "a swap of the session as it was before the bump";
    store.swaps(what, &late, false).await?;

    beside_uses::<F>(&store, &id, &kept).await?;
    revives_nothing::<F>(&store, &id, &outdated).await?;
    missing::<F>(&store, &grace).await
}

/// A session of this user's, with its epoch.
fn of(user: &impl AuthUser) -> Tried<StoredSession> {
    let owner = Owner::new("users", &user.id().to_string());
    let owner = owner.ok_or_else(|| Stop::Broken("the key of a user is too long".to_owned()))?;
    Ok(StoredSession {
        epoch: user.epoch(),
        ..session_of(&owner)?
    })
}

fn keeping<U: AuthUser>(kept: &StoredSession) -> UserChange<U> {
    UserChange {
        bump_epoch: true,
        keep_session: Some(kept.id),
        ..UserChange::default()
    }
}

async fn unmoved<S: SessionStore>(
    store: &StoreUnderTest<S>,
    when: &str,
    rows: &[&StoredSession],
) -> Tried {
    for row in rows {
        store.holds(when, &row.id, Some(row)).await?;
    }
    Ok(())
}

/// Uses that are recorded during a bump of the epoch: neither write is lost.
async fn beside_uses<F>(store: &Joint<F>, id: &IdOf<F>, kept: &StoredSession) -> Tried
where
    F: UserFixture<Store: SessionStore>,
{
    for _ in 0..24 {
        race(4, |number| {
            let (store, id, kept) = (store.clone(), id.clone(), kept.clone());
            async move {
                if number == 0 {
                    return updated::<F>(&store, &id, keeping(&kept)).await.map(drop);
                }
                if let Some(row) = store.session(&kept.id).await? {
                    store.swap(&next(&row, "used")).await?;
                }
                Ok(())
            }
        })
        .await?;
        let user = there::<F>(store, id).await?;
        let row = store.session(&kept.id).await?;
        ensure_eq(
            "the epoch of a session that was used while its user's moved",
            &row.map(|row| row.epoch),
            &Some(user.epoch()),
        )?;
    }
    Ok(())
}

/// Sessions that an earlier bump ended stay ended.
async fn revives_nothing<F>(store: &Joint<F>, id: &IdOf<F>, outdated: &StoredSession) -> Tried
where
    F: UserFixture<Store: SessionStore>,
{
    updated::<F>(store, id, keeping(outdated)).await?;
    let when = "after a bump that keeps what an earlier one had ended";
    store.holds(when, &outdated.id, Some(outdated)).await
}

/// If the user does not exist, no session changes.
async fn missing<F>(store: &Joint<F>, user: &UserOf<F>) -> Tried
where
    F: UserFixture<Store: SessionStore>,
{
    let deleted = store
        .store()
        .delete(user.id(), Precondition::anything(), None)
        .await;
    deleted.map_err(|error| failed("delete", &error))?;
    let left = of(user)?;
    store.insert(&left).await?;
    let outcome = update::<F>(store, user.id(), keeping(&left), Precondition::anything()).await?;
    let is_missing = matches!(outcome, UpdateOutcome::Missing);
    ensure_eq("whether a deleted user is missing", &is_missing, &true)?;
    let when = "after an update of an unknown user";
    store.holds(when, &left.id, Some(&left)).await
}

async fn inserted<F>(fixture: &F, store: &Joint<F>, number: u32, address: &str) -> Tried<UserOf<F>>
where
    F: UserFixture<Store: SessionStore>,
{
    let email = EmailAddress::parse(address);
    let new = NewUser {
        email: email.map_err(|error| Stop::Broken(error.to_string()))?,
        username: None,
        password_hash: Some(PasswordHash::from_stored("$argon2id$one".to_owned())),
        is_active: true,
        is_verified: false,
        is_superuser: false,
        roles: Roles::none(),
        created_at: start(),
        columns: fixture.columns(number),
    };
    let outcome = store.store().insert(new).await;
    match outcome.map_err(|error| failed("insert", &error))? {
        InsertOutcome::Inserted(user) => Ok(user),
        InsertOutcome::Taken(field) => broken(format!("{field} is taken in a new store")),
    }
}

async fn there<F>(store: &Joint<F>, id: &IdOf<F>) -> Tried<UserOf<F>>
where
    F: UserFixture<Store: SessionStore>,
{
    let found = store.store().get(id).await;
    let found = found.map_err(|error| failed("get", &error))?;
    found.ok_or_else(|| Stop::Broken("a user is gone".to_owned()))
}

async fn update<F>(
    store: &Joint<F>,
    id: &IdOf<F>,
    change: UserChange<UserOf<F>>,
    expect: Precondition,
) -> Tried<UpdateOutcome<UserOf<F>>>
where
    F: UserFixture<Store: SessionStore>,
{
    let outcome = store.store().update(id, change, expect).await;
    outcome.map_err(|error| failed("update", &error))
}

/// Applies a change that must succeed.
async fn updated<F>(
    store: &Joint<F>,
    id: &IdOf<F>,
    change: UserChange<UserOf<F>>,
) -> Tried<UserOf<F>>
where
    F: UserFixture<Store: SessionStore>,
{
    let outcome = update::<F>(store, id, change, Precondition::anything()).await?;
    match outcome {
        UpdateOutcome::Updated(user) => Ok(user),
        _ => broken("an update that nothing speaks against was not applied"),
    }
}
