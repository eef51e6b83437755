//! The columns that a change writes, and those that it keeps.

use super::{
    Change, Columns, StoreUnderTest, UserOf, deactivate, demote, email, hash, roles, update_name,
};
use crate::password::PasswordHash;
use crate::store::{NewUser, PageStart, Precondition, UpdateOutcome, UserChange};
use crate::testing::contract::case_run::{Tried, broken, ensure, race};
use crate::testing::contract::fixture::UserFixture;
use crate::user::AccountFields;
use crate::user::AuthUser;

/// For each column a change of it alone, and what it shows afterwards.
fn one_a_column<F: UserFixture>(
    fields: AccountFields,
) -> Tried<Vec<(&'static str, &'static str, Change<F>)>> {
    let new_email = UserChange {
        email: Some(email("new@example.com")?),
        ..UserChange::default()
    };
    let new_hash = UserChange {
        password_hash: Some(hash("$2b$two")),
        ..UserChange::default()
    };
    let unverified = UserChange {
        is_verified: Some(false),
        ..UserChange::default()
    };
    let mut changes = vec![
        ("email", "new@example.com", new_email),
        ("password_hash", "Some(\"$2b$two\")", new_hash),
        ("is_verified", "false", unverified),
        ("is_active", "false", deactivate()),
    ];
    if fields.pending_emails {
        let pending = email("pending@example.com")?;
        let text = "Some(\"pending@example.com\")";
        let change = UserChange {
            pending_email: Some(Some(pending)),
            ..UserChange::default()
        };
        changes.push(("pending_email", text, change));
    }
    if fields.superusers {
        changes.push(("is_superuser", "false", demote()));
    }
    if fields.roles {
        let change = UserChange {
            roles: Some(roles(["ops"])?),
            ..UserChange::default()
        };
        changes.push(("roles", "[\"ops\"]", change));
    }
    Ok(changes)
}

pub(super) async fn only_named_columns<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let mut ada = store.full("ada@example.com", "ada")?;
    let (number, numbered) = store.numbered("ada@example.com")?;
    ada.columns = numbered.columns;
    let mut own = ada.columns.clone();
    let bystander = store.inserted(store.full("by@example.com", "by")?).await?;
    let beside = Columns::of_user::<F>(&bystander);
    let user = store.inserted(ada).await?;
    let mut expected = Columns::of_user::<F>(&user);

    let mut changes = one_a_column::<F>(UserOf::<F>::FIELDS)?;
    if let Some((columns, after)) = store.fixture.change(number) {
        own = after;
        let change = UserChange {
            columns,
            ..UserChange::default()
        };
        // First, so that all others must leave it as it is.
        changes.insert(0, ("own columns", "", change));
    }
    for (name, value, change) in changes {
        let after = store.updated(user.id(), change).await?;
        expected = expected.with(name, value);
        let stored = store.there(user.id()).await?;
        for (seen_by, seen) in [("the answer of update", &after), ("get", &stored)] {
            let actual: Columns = Columns::of_user::<F>(seen);
            ensure(actual == expected, || {
                let difference = expected.difference(&actual);
                format!("{seen_by} after a change of {name}: {difference}")
            })?;
            let fits = store.fixture.has_columns(seen, &own);
            ensure(fits, || {
                format!("{seen_by} after a change of {name}: own columns are not {own:?}")
            })?;
        }
        store
            .unchanged(bystander.id(), &beside, "after a change of another user")
            .await?;
    }
    Ok(())
}

pub(super) async fn empty<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    let user = store
        .inserted(store.full("ada@example.com", "ada")?)
        .await?;
    let before = Columns::of_user::<F>(&user);
    for expect in [
        Precondition::anything(),
        Precondition::epoch(user.epoch()),
        Precondition::anything().and_keep_last_superuser(),
    ] {
        let outcome = store
            .update(user.id(), UserChange::default(), expect)
            .await?;
        let UpdateOutcome::Updated(after) = outcome else {
            let answer = update_name(&outcome);
            return broken(format!("a change that names nothing answered {answer}"));
        };
        let after = Columns::of_user::<F>(&after);
        ensure(after == before, || before.difference(&after))?;
        store
            .unchanged(user.id(), &before, "after a change that names nothing")
            .await?;
    }
    Ok(())
}

/// Writers change two columns together, others change one each, and readers look on.
pub(super) async fn whole<F: UserFixture>(store: StoreUnderTest<F>) -> Tried {
    for round in 0..8 {
        let pair = |number: u32| format!("pair{round}-{number}@example.com");
        let new = store.plain(&pair(0))?;
        let user = store
            .inserted(NewUser {
                password_hash: Some(hash(&pair(0))),
                ..new
            })
            .await?;
        let writers = 16;
        race(writers * 2, |number| {
            let (store, id) = (store.clone(), user.id().clone());
            let change = match number {
                0 => Ok(Change::<F> {
                    is_verified: Some(true),
                    ..UserChange::default()
                }),
                1 => Ok(deactivate()),
                number => email(&pair(number)).map(|email| UserChange {
                    password_hash: Some(hash(email.as_str())),
                    email: Some(email),
                    ..UserChange::default()
                }),
            };
            async move {
                if number < writers {
                    is_a_pair(&store.updated(&id, change?).await?)
                } else {
                    is_a_pair(&store.there(&id).await?)?;
                    let page = store.list(100, PageStart::After(None)).await?;
                    let mut listed = page.items.iter().filter(|listed| *listed.id() == id);
                    listed.try_for_each(is_a_pair)
                }
            }
        })
        .await?;
        let stored = store.there(user.id()).await?;
        is_a_pair(&stored)?;
        let both = stored.is_verified() && !stored.is_active();
        ensure(both, || {
            "of simultaneous changes of different columns one was lost".to_owned()
        })?;
    }
    Ok(())
}

/// The hash is made from the address.
fn is_a_pair(user: &impl AuthUser) -> Tried {
    let address = user.email().as_str();
    let hash = user.password_hash().map(PasswordHash::as_stored_str);
    ensure(hash == Some(address), || {
        format!("half of a change: the address is {address} and the hash {hash:?}")
    })
}
