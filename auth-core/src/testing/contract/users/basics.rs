//! Insertions, look-ups, and reads after writes.

use super::{Columns, IdOf, New, StoreUnderTest, UserOf, demote, email, update_name, username};
use crate::store::{
    DeleteOutcome, InsertOutcome, NewUser, PageStart, Precondition, UpdateOutcome, UserChange,
};
use crate::testing::contract::case_run::{Tried, broken, ensure, ensure_eq, in_a_task};
use crate::testing::contract::fixture::UserFixture;
use crate::user::EmailAddress;
use crate::user::{AuthUser, Epoch};

pub(super) async fn inserted_is_found<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let full = store.full("ada@example.com", "ada")?;
    let plain = store.plain("plain@example.com")?;
    let asleep = NewUser {
        password_hash: None,
        is_active: false,
        ..store.plain("none@example.com")?
    };
    for new in [full, plain, asleep] {
        let user = store.inserted(new.clone()).await?;
        is_as_given(&store, &new, &user, "the answer of insert")?;
        let by_key = store.there(user.id()).await?;
        is_as_given(&store, &new, &by_key, "get")?;
        ensure_eq("the key", by_key.id(), user.id())?;
        match store.find(new.email.clone()).await? {
            Some(by_email) => is_as_given(&store, &new, &by_email, "find by address")?,
            None => return broken(format!("find by address: no user has {}", new.email)),
        }
        if let Some(name) = new.username.clone() {
            match store.find(name).await? {
                Some(by_name) => is_as_given(&store, &new, &by_name, "find by user name")?,
                None => return broken("find by user name: no user has it"),
            }
        }
        let text = user.id().to_string();
        let parsed = text.parse();
        ensure(parsed.is_ok_and(|id: IdOf<F>| id == *user.id()), || {
            format!("the key {text} does not parse back from its own text")
        })?;
    }
    let page = store.list(3, PageStart::Offset(0)).await?;
    ensure_eq("users in a list of three", &page.items.len(), &3)
}

fn is_as_given<F: UserFixture>(
    store: &StoreUnderTest<F>,
    new: &New<F>,
    user: &UserOf<F>,
    seen_by: &str,
) -> Tried {
    let expected = Columns::of_new::<F>(new);
    let actual = Columns::of_user::<F>(user);
    ensure(expected == actual, || {
        let hint = "if your users have none by design, say so with `AuthUser::FIELDS`";
        let lost = ["username", "roles", "is_superuser", "created_at"];
        let difference = expected.difference(&actual);
        if lost.iter().any(|name| difference.starts_with(name)) {
            format!("{seen_by}: {difference}; {hint}")
        } else {
            format!("{seen_by}: {difference}")
        }
    })?;
    let own = store.fixture.has_columns(user, &new.columns);
    ensure(own, || {
        format!("{seen_by}: the own columns are not {:?}", new.columns)
    })
}

/// A6.3.2: no default accounts.
pub(super) async fn absence_is_no_error<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let page = store.list(10, PageStart::Offset(0)).await?;
    ensure_eq("users in a new store", &page.items.len(), &0)?;
    ensure_eq("the total of a new store", &page.total, &0)?;

    let gone = store.inserted(store.plain("gone@example.com")?).await?;
    store.delete(gone.id(), Precondition::anything()).await?;
    let deleted = gone.id();

    ensure(store.get(deleted).await?.is_none(), || {
        "get found a deleted user".to_owned()
    })?;
    let found = store.find(email("unknown@example.com")?).await?;
    ensure(found.is_none(), || {
        "find by address found an unknown user".to_owned()
    })?;
    if UserOf::<F>::FIELDS.usernames {
        let found = store.find(username("unknown")?).await?;
        ensure(found.is_none(), || {
            "find by user name found an unknown user".to_owned()
        })?;
    }
    let after = store
        .list(10, PageStart::After(Some(deleted.clone())))
        .await?;
    ensure_eq("users after a key that is gone", &after.items.len(), &0)?;

    let all = Precondition::epoch(Epoch::FIRST).and_keep_last_superuser();
    for (change, expect) in [
        (UserChange::default(), Precondition::anything()),
        (demote(), all),
    ] {
        let outcome = store.update(deleted, change, expect.clone()).await?;
        ensure(matches!(outcome, UpdateOutcome::Missing), || {
            format!(
                "an update of an unknown user answered {}",
                update_name(&outcome)
            )
        })?;
        let outcome = store.delete(deleted, expect).await?;
        ensure_eq(
            "a deletion of an unknown user",
            &outcome,
            &DeleteOutcome::Missing,
        )?;
    }
    Ok(())
}

/// Each step runs in its own task, so that the writes of one connection or thread are read by another.
pub(super) async fn own_writes_are_read<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    for round in 0..16 {
        let new = store.plain(&format!("writer{round}@example.com"))?;
        let address = new.email.clone();
        let writer = store.clone();
        let outcome = in_a_task(async move { writer.insert(new).await }).await?;
        let InsertOutcome::Inserted(user) = outcome else {
            return broken("an insertion of a free address answered `Taken`");
        };
        let id = user.id().clone();
        is_read(&store, &id, &address, "an insertion").await?;

        let moved = email(&format!("moved{round}@example.com"))?;
        let change = UserChange {
            email: Some(moved.clone()),
            ..UserChange::default()
        };
        let (writer, key) = (store.clone(), id.clone());
        in_a_task(async move { writer.updated(&key, change).await }).await?;
        is_read(&store, &id, &moved, "a change").await?;
        ensure(store.find(address).await?.is_none(), || {
            "find by address found a user by the address that it gave up".to_owned()
        })?;

        let (writer, key) = (store.clone(), id.clone());
        in_a_task(async move { writer.delete(&key, Precondition::anything()).await }).await?;
        let found = [store.get(&id).await?, store.find(moved).await?];
        ensure(found.iter().all(Option::is_none), || {
            "a user was found after its deletion".to_owned()
        })?;
        ensure_eq("users after a deletion", &store.listed().await?, &0)?;
    }
    Ok(())
}

/// Every read shows the user with this address.
async fn is_read<F: UserFixture>(
    store: &StoreUnderTest<F>,
    id: &IdOf<F>,
    address: &EmailAddress,
    after: &str,
) -> Tried {
    let page = store.list(10, PageStart::After(None)).await?;
    let seen = [
        ("get", store.get(id).await?),
        ("find by address", store.find(address.clone()).await?),
        ("list", page.items.into_iter().find(|user| user.id() == id)),
    ];
    for (read, user) in seen {
        let is_seen = user.is_some_and(|user| user.id() == id && user.email() == address);
        ensure(is_seen, || format!("{read} did not see {after}"))?;
    }
    Ok(())
}
