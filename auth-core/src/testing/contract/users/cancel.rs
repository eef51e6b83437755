//! Calls that are dropped in the middle.
//!
//! A store may finish a dropped call later, on another thread. So the state right after the drop is not
//! checked; a second call of the same kind decides, whichever of the two comes first.

use super::{Change, Columns, IdOf, StoreUnderTest, email, failed, hash, update_name};
use crate::password::PasswordHash;
use crate::store::{
    DeleteOutcome, InsertOutcome, PageRequest, Precondition, UpdateOutcome, UserChange,
    UserDatabase,
};
use crate::testing::contract::case_run::{
    Tried, broken, drop_after, ensure, ensure_eq, poll_counts,
};
use crate::testing::contract::fixture::UserFixture;
use crate::user::{AuthUser, Epoch};

pub(super) async fn dropped_calls<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    for (number, polls) in poll_counts() {
        let base = store.plain(&format!("base{number}@example.com"))?;
        let base = store.inserted(base).await?.id().clone();
        dropped_reads(&store, &base, polls).await?;
        dropped_update(&store, &base, number, polls).await?;
        dropped_insert(&store, number, polls).await?;
        dropped_delete(&store, &base, polls).await?;
    }
    // One user per number of polls is left: the one whose insertion was dropped.
    let count = poll_counts().count();
    let page = store.store().list(PageRequest::first()).await;
    let page = page.map_err(|error| failed("list", &error))?;
    ensure_eq("users in the end", &page.items.len(), &count)?;
    ensure_eq("the total in the end", &page.total, &(count as u64))
}

async fn dropped_reads<F: UserFixture>(
    store: &StoreUnderTest<F>,
    base: &IdOf<F>,
    polls: u32,
) -> Tried {
    let inner = store.store();
    let login = email("unknown@example.com")?.into();
    drop_after(polls, inner.get(base)).await;
    drop_after(polls, inner.find(&login)).await;
    drop_after(polls, inner.list(PageRequest::first())).await;
    store.there(base).await?;
    Ok(())
}

async fn dropped_update<F: UserFixture>(
    store: &StoreUnderTest<F>,
    base: &IdOf<F>,
    number: u32,
    polls: u32,
) -> Tried {
    let change = |word: &str| -> Tried<Change<F>> {
        Ok(UserChange {
            email: Some(email(&format!("{word}{number}@example.com"))?),
            password_hash: Some(hash(word)),
            is_verified: Some(true),
            bump_epoch: true,
            ..UserChange::default()
        })
    };
    let expect = || Precondition::epoch(Epoch::FIRST);
    drop_after(
        polls,
        store.store().update(base, change("dropped")?, expect()),
    )
    .await;
    is_whole(store, base, number).await?;
    match store.update(base, change("second")?, expect()).await? {
        UpdateOutcome::Updated(_) | UpdateOutcome::Stale => {}
        other => {
            let answer = update_name(&other);
            return broken(format!("the update after a dropped one answered {answer}"));
        }
    }
    let epoch = is_whole(store, base, number).await?;
    ensure_eq(
        "the epoch after a dropped and a second update",
        &epoch,
        &Epoch::FIRST.next(),
    )
}

/// Address, hash, flag and epoch are of one change.
async fn is_whole<F: UserFixture>(
    store: &StoreUnderTest<F>,
    base: &IdOf<F>,
    number: u32,
) -> Tried<Epoch> {
    let user = store.there(base).await?;
    let seen = (
        user.email().local_part(),
        user.password_hash().map(PasswordHash::as_stored_str),
        user.is_verified(),
        user.epoch().as_i64(),
    );
    let words = ["base", "dropped", "second"].map(|word| format!("{word}{number}"));
    let [base, dropped, second] = words.each_ref().map(String::as_str);
    let whole = [
        (base, Some("$argon2id$one"), false, 0),
        (dropped, Some("dropped"), true, 1),
        (second, Some("second"), true, 1),
    ];
    ensure(whole.contains(&seen), || format!("a half change: {seen:?}"))?;
    Ok(user.epoch())
}

async fn dropped_insert<F: UserFixture>(
    store: &StoreUnderTest<F>,
    number: u32,
    polls: u32,
) -> Tried {
    let name = format!("inserted{number}");
    let address = format!("{name}@example.com");
    let new = store.full(&address, &name)?;
    drop_after(polls, store.store().insert(new.clone())).await;
    if let InsertOutcome::Inserted(_) = store.insert(new.clone()).await? {
        return Ok(());
    }
    match store.find(email(&address)?).await? {
        None => broken("a dropped insertion took an address and left no user"),
        Some(user) => {
            let expected = Columns::of_new::<F>(&new);
            let actual = Columns::of_user::<F>(&user);
            ensure(expected == actual, || expected.difference(&actual))?;
            let own = store.fixture.has_columns(&user, &new.columns);
            ensure(own, || {
                "a dropped insertion lost the own columns".to_owned()
            })
        }
    }
}

async fn dropped_delete<F: UserFixture>(
    store: &StoreUnderTest<F>,
    base: &IdOf<F>,
    polls: u32,
) -> Tried {
    drop_after(
        polls,
        store.store().delete(base, Precondition::anything(), None),
    )
    .await;
    let outcome = store.delete(base, Precondition::anything()).await?;
    let decided = matches!(outcome, DeleteOutcome::Deleted | DeleteOutcome::Missing);
    ensure(decided, || {
        format!("the deletion after a dropped one answered {outcome:?}")
    })?;
    ensure(store.get(base).await?.is_none(), || {
        "a user is there after two deletions".to_owned()
    })
}
