//! What `UserDatabase` promises to many at once.

use std::sync::Arc;

use auth_core::store::{
    Expect, InsertOutcome, NewUser, PageRequest, UpdateOutcome, UserChange, UserDatabase,
};
use auth_core::{Epoch, User};
use tokio::task::JoinSet;

use crate::support::{admin, columns, hash, inserted, new_user, username};

type Change = UserChange<User>;

async fn race<D, F>(store: Arc<D>, new: F) -> (usize, usize)
where
    D: UserDatabase<User = User>,
    F: Fn(usize) -> NewUser<User>,
{
    let mut tasks = JoinSet::new();
    for number in 0..64 {
        let (store, new) = (Arc::clone(&store), new(number));
        tasks.spawn(async move { store.insert(new).await.unwrap() });
    }
    let outcomes = tasks.join_all().await;
    let inserted = outcomes
        .iter()
        .filter(|o| matches!(o, InsertOutcome::Inserted(_)))
        .count();
    (inserted, outcomes.len() - inserted)
}

pub(crate) async fn one_address_is_inserted_once(store: impl UserDatabase<User = User>) {
    let store = Arc::new(store);
    assert_eq!(
        race(Arc::clone(&store), |_| new_user("a@example.com")).await,
        (1, 63)
    );
    assert_eq!(store.list(PageRequest::first()).await.unwrap().total, 1);
}

pub(crate) async fn one_username_is_inserted_once(store: impl UserDatabase<User = User>) {
    let store = Arc::new(store);
    let new = |number| NewUser {
        username: Some(username("ada")),
        ..new_user(&format!("u{number}@example.com"))
    };
    assert_eq!(race(Arc::clone(&store), new).await, (1, 63));
    assert_eq!(store.list(PageRequest::first()).await.unwrap().total, 1);
}

pub(crate) async fn one_epoch_is_bumped_once(store: impl UserDatabase<User = User>) {
    let store = Arc::new(store);
    let user = inserted(&*store, new_user("a@example.com")).await;
    let mut tasks = JoinSet::new();
    for number in 0..64 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let hash = hash(&number.to_string());
            let change = Change {
                password_hash: Some(hash.clone()),
                bump_epoch: true,
                ..Change::default()
            };
            let outcome = store
                .update(&user.id, change, Expect::epoch(Epoch::FIRST))
                .await
                .unwrap();
            match outcome {
                UpdateOutcome::Updated(user) => Some(user),
                UpdateOutcome::Stale => None,
                other => panic!("{other:?}"),
            }
        });
    }
    let winners: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    let stored = store.get(&user.id).await.unwrap().unwrap();
    assert_eq!(columns(&stored), columns(&winners[0]));
    assert_eq!(stored.epoch, Epoch::FIRST.next());
}

pub(crate) async fn two_admins_never_demote_each_other(store: impl UserDatabase<User = User>) {
    let store = Arc::new(store);
    let one = inserted(&*store, admin("one@example.com")).await;
    let two = inserted(&*store, admin("two@example.com")).await;
    let ids = [one.id, two.id];
    for round in 0..50 {
        let mut tasks = JoinSet::new();
        for id in ids {
            let store = Arc::clone(&store);
            tasks.spawn(async move {
                let demote = Change {
                    is_superuser: Some(false),
                    ..Change::default()
                };
                let deactivate = Change {
                    is_active: Some(false),
                    ..Change::default()
                };
                let change = if round % 2 == 0 { demote } else { deactivate };
                store
                    .update(&id, change, Expect::anything().and_superuser_remains())
                    .await
                    .unwrap()
            });
        }
        let outcomes = tasks.join_all().await;
        let applied = outcomes
            .iter()
            .filter(|o| matches!(o, UpdateOutcome::Updated(_)))
            .count();
        let kept = outcomes
            .iter()
            .filter(|o| matches!(o, UpdateOutcome::LastSuperuser))
            .count();
        assert_eq!((applied, kept), (1, 1), "round {round}");
        for id in ids {
            let restore = Change {
                is_superuser: Some(true),
                is_active: Some(true),
                ..Change::default()
            };
            store
                .update(&id, restore, Expect::anything())
                .await
                .unwrap();
        }
    }
}
