//! Dropped futures, and runtimes that end.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use auth_core::store::{
    AccessLookup, AccessQuery, ExpiringKey, ExpiringStore, InsertOutcome, PageRequest,
    Precondition, SessionPage, SessionStore, UpdateOutcome, UserChange, UserDatabase, UserQuery,
    Window,
};
use auth_core::{Epoch, User};
use auth_diesel::{DieselStore, SqlBackend};
use time::Duration;
use tokio::runtime::{Builder, Runtime};

use crate::homes::{File, Home, Mysql, Postgres};
use crate::support::{after, begun, email, hash, inserted, new_user, now, session, stored};

fn runtimes() -> [(&'static str, Runtime); 2] {
    [
        (
            "current thread",
            Builder::new_current_thread().enable_all().build().unwrap(),
        ),
        (
            "multi thread",
            Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap(),
        ),
    ]
}

/// Polls a future this many times, yielding between polls, and drops it.
async fn drop_after<T>(polls: usize, future: impl Future<Output = T>) {
    let mut future = pin!(future);
    for _ in 0..polls {
        let polled = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        if polled.is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

macro_rules! on_each_engine_and_runtime {
    ($($name:ident),+) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                super::$name::<super::File>();
            }
            #[test]
            fn postgres() {
                super::$name::<super::Postgres>();
            }
            #[test]
            fn mysql() {
                super::$name::<super::Mysql>();
            }
        }
    )+};
}

on_each_engine_and_runtime!(
    dropped_operation_is_applied_completely_or_not_at_all,
    end_of_a_runtime_leaves_complete_changes
);

/// Drops each operation after 0, 1, 4, 9 … polls, from before its first step to after its last; the store
/// still answers, and the change is applied completely or not at all.
fn dropped_operation_is_applied_completely_or_not_at_all<H: Home>() {
    for (flavour, runtime) in runtimes() {
        runtime.block_on(async {
            let Some(home) = H::new().await else { return };
            let store = home.open().await;
            for stage in 0..40 {
                drop_each(&store, stage * stage).await;
            }
            let page = store.list(PageRequest::first()).await.unwrap();
            let statistics = store.pool().state().statistics;
            assert_eq!(statistics.connections_closed_broken, 0, "{flavour}");
            assert_eq!(page.items.len() as u64, page.total.min(50), "{flavour}");
        });
    }
}

async fn drop_each<C: SqlBackend>(store: &DieselStore<C>, polls: usize) {
    let base = inserted(store, new_user(&format!("base{polls}@example.com"))).await;
    let address = format!("dropped{polls}@example.com");
    drop_after(polls, store.get(&base.id)).await;
    drop_after(polls, store.find(&base.account.email.clone().into())).await;
    drop_after(polls, store.list(PageRequest::first())).await;
    drop_after(polls, UserDatabase::insert(store, new_user(&address))).await;

    let change = UserChange::<User> {
        email: Some(email(&format!("changed{polls}@example.com"))),
        password_hash: Some(hash("$new")),
        bump_epoch: true,
        ..UserChange::default()
    };
    drop_after(
        polls,
        store.update(&base.id, change, Precondition::epoch(Epoch::FIRST)),
    )
    .await;

    let key = ExpiringKey::new("dropped", &polls.to_string());
    drop_after(
        polls,
        store.increment(&key, Window::Fixed(Duration::MINUTE), now()),
    )
    .await;
    drop_after(polls, store.count(&key, now())).await;
    drop_session_steps(store, polls).await;
    drop_after(polls, store.purge(now(), 10)).await;

    // A write queues behind the dropped ones, so they have ended when it returns.
    let next = store
        .increment(&key, Window::Fixed(Duration::MINUTE), now())
        .await
        .unwrap();
    assert!((1..=2).contains(&next), "{next}");
    drop_after(polls, store.remove(&key)).await;

    let base = store.get(&base.id).await.unwrap().unwrap();
    let changed = base.account.epoch != Epoch::FIRST;
    assert_eq!(base.account.email.as_str().starts_with("changed"), changed);
    assert_eq!(
        base.account.password_hash.as_ref().unwrap().as_stored_str() == "$new",
        changed
    );

    match UserDatabase::insert(store, new_user(&address))
        .await
        .unwrap()
    {
        InsertOutcome::Inserted(user) => assert_eq!(user.account.email.as_str(), address),
        InsertOutcome::Taken(_) => {
            let user = store.find(&email(&address).into()).await.unwrap().unwrap();
            let deletion = store.delete(&user.id, Precondition::anything(), None);
            drop_after(polls, deletion).await;
        }
    }
    let outcome = store
        .update(&base.id, UserChange::default(), Precondition::anything())
        .await;
    assert!(
        matches!(outcome, Ok(UpdateOutcome::Updated(_))),
        "{outcome:?}"
    );
}

/// A session exists or not, and has exactly one complete version.
async fn drop_session_steps<C: SqlBackend>(store: &DieselStore<C>, polls: usize) {
    // A dropped deletion of the sessions of an owner can still run: each stage has an owner of its own.
    let owner = format!("users:{polls}");
    let row = begun(store, session(&owner)).await;
    let next = after(&row, "next");
    let new = session(&owner);
    drop_after(polls, store.insert_session(new.clone())).await;
    drop_after(polls, store.swap_session(&next)).await;
    drop_after(polls, store.session(&row.id)).await;
    let query = || AccessQuery {
        revocation: None,
        session: Some(&row.id),
        user: UserQuery::OwnerInRealm("users"),
        now: now(),
    };
    drop_after(polls, store.look_up(query())).await;
    let found = store.look_up(query()).await.unwrap().session.unwrap();
    assert_eq!(found.id, row.id);
    drop_after(
        polls,
        store.sessions_of(&row.owner, row.epoch, now(), SessionPage::first(9)),
    )
    .await;
    drop_after(polls, store.purge_sessions(now(), 9)).await;

    let inserted = store.session(&new.id).await.unwrap();
    assert!(inserted.is_none_or(|inserted| inserted == new));
    let swapped = stored(store, &row).await;
    assert!([&row, &next].contains(&&swapped), "{swapped:?}");
    // A call after a dropped swap is ordered after it, whether it has happened or is still running.
    let rival = after(&row, "rival");
    let won = store.swap_session(&rival).await.unwrap();
    let expected = if won { rival } else { next };
    assert_eq!(stored(store, &row).await, expected);

    drop_after(polls, store.delete_session(&row.id)).await;
    let left = store.session(&row.id).await.unwrap();
    assert!(left.is_none_or(|left| left == expected));
    drop_after(polls, store.delete_sessions_of(&row.owner)).await;
    store.delete_sessions_of(&row.owner).await.unwrap();
    assert_eq!(store.session(&row.id).await.unwrap(), None);
}

/// The runtime ends during operations; the database contains only complete changes, and
/// another runtime can use it.
fn end_of_a_runtime_leaves_complete_changes<H: Home>() {
    for stage in [0, 1, 2, 4, 8, 16] {
        for (flavour, runtime) in runtimes() {
            let Some(home) = runtime.block_on(H::new()) else {
                return;
            };
            runtime.block_on(async {
                let store = home.open().await;
                let user = inserted(&store, new_user("a@example.com")).await;
                for _ in 0..4 {
                    let store = store.clone();
                    tokio::spawn(async move {
                        for number in 0..100 {
                            let change = UserChange::<User> {
                                password_hash: Some(hash(&number.to_string())),
                                bump_epoch: true,
                                ..UserChange::default()
                            };
                            if store
                                .update(&user.id, change, Precondition::anything())
                                .await
                                .is_err()
                            {
                                return;
                            }
                        }
                    });
                }
                for _ in 0..stage {
                    tokio::task::yield_now().await;
                }
            });
            drop(runtime);

            let (_, next) = runtimes().into_iter().next().unwrap();
            next.block_on(async {
                let store = home.open().await;
                let user = store
                    .find(&email("a@example.com").into())
                    .await
                    .unwrap()
                    .unwrap();
                let untouched =
                    user.account.password_hash.as_ref().unwrap().as_stored_str() == "$argon2id$one";
                assert_eq!(
                    untouched,
                    user.account.epoch == Epoch::FIRST,
                    "{flavour}, stage {stage}"
                );
                inserted(&store, new_user("b@example.com")).await;
            });
        }
    }
}
