//! Look-ups on connections beside the pool.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use auth_core::User;
use auth_core::store::{
    AccessLookup, AccessQuery, ExpiringKey, ExpiringStore, Precondition, SessionStore, UserChange,
    UserDatabase, UserQuery,
};
use auth_diesel::{DieselStore, SqlBackend, StoreOptions};
use time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::homes::{File, Home, Postgres};
use crate::on_each_engine;
use crate::support::{begun, columns, inserted, new_user, now, session};

on_each_engine!(
    change_that_returned_is_seen_by_the_next_look_up,
    dropped_look_up_gives_its_answer_to_no_other,
);

/// Returns the query of a user alone.
pub(crate) fn of_user(id: &Uuid) -> AccessQuery<'_, Uuid> {
    AccessQuery {
        revocation: None,
        session: None,
        user: UserQuery::Key(id),
        now: now(),
    }
}

/// Looks a user up until a look-up takes no connection of the pool. Returns at once for an engine whose
/// look-ups always do.
pub(crate) async fn look_up_beside_pool<C: SqlBackend>(store: &DieselStore<C>, id: &Uuid) {
    if std::any::TypeId::of::<C>() == std::any::TypeId::of::<auth_diesel::MysqlConnection>() {
        return;
    }
    for _ in 0..10_000 {
        let before = checkouts(store);
        store.look_up(of_user(id)).await.unwrap();
        if checkouts(store) == before {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("each look-up takes a connection of the pool");
}

fn checkouts<C: SqlBackend>(store: &DieselStore<C>) -> u64 {
    let statistics = store.pool().state().statistics;
    statistics.get_direct + statistics.get_waited
}

/// A logout, a revocation and a deactivation end access at once, beside concurrent writers and on any
/// connection.
async fn change_that_returned_is_seen_by_the_next_look_up<H: Home>(home: H) {
    let store = home.open_wide::<User>().await;
    let mut callers = JoinSet::new();
    for caller in 0..8 {
        let store = store.clone();
        callers.spawn(async move {
            let address = format!("user{caller}@example.com");
            let user = inserted(&store, new_user(&address)).await;
            for round in 0..20 {
                let row = begun(&store, session(&format!("users:{}", user.id))).await;
                let token = ExpiringKey::new("jti", &format!("{caller}.{round}"));
                let query = || AccessQuery {
                    revocation: Some(&token),
                    session: Some(&row.id),
                    user: UserQuery::OwnerInRealm("users"),
                    now: now(),
                };
                let record = store.look_up(query()).await.unwrap();
                assert!(!record.is_revoked && record.session.is_some());
                assert!(record.user.unwrap().account.is_active);

                set_active(&store, &user.id, false).await;
                let record = store.look_up(query()).await.unwrap();
                assert!(!record.user.unwrap().account.is_active);
                set_active(&store, &user.id, true).await;

                assert!(store.delete_session(&row.id).await.unwrap());
                let record = store.look_up(query()).await.unwrap();
                assert!(record.session.is_none() && record.user.is_none());

                let end = now() + Duration::HOUR;
                store.insert_once(&token, end, now()).await.unwrap();
                assert!(store.look_up(query()).await.unwrap().is_revoked);
            }
        });
    }
    callers.join_all().await;
}

async fn set_active<C: SqlBackend>(store: &DieselStore<C>, id: &Uuid, is_active: bool) {
    let change = UserChange::<User> {
        is_active: Some(is_active),
        ..UserChange::default()
    };
    let changed = store.update(id, change, Precondition::anything()).await;
    changed.unwrap();
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Look-ups are dropped in every stage while others run on the same connections.
async fn dropped_look_up_gives_its_answer_to_no_other<H: Home>(home: H) {
    let store = home.open().await;
    let mut users = Vec::new();
    for number in 0..8 {
        users.push(inserted(&store, new_user(&format!("user{number}@example.com"))).await);
    }
    look_up_beside_pool(&store, &users[0].id).await;
    let mut callers = JoinSet::new();
    for (number, user) in users.iter().cycle().take(32).cloned().enumerate() {
        let (store, other) = (store.clone(), users[(number + 1) % 8].id);
        callers.spawn(async move {
            for polls in 0..40 {
                let mut dropped = Box::pin(store.look_up(of_user(&other)));
                for _ in 0..polls {
                    if poll(dropped.as_mut()).is_ready() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
                let mut kept = pin!(store.look_up(of_user(&user.id)));
                let begun = poll(kept.as_mut());
                drop(dropped);
                let record = match begun {
                    Poll::Ready(record) => record.unwrap(),
                    Poll::Pending => kept.await.unwrap(),
                };
                assert_eq!(columns(&record.user.unwrap()), columns(&user));
            }
        });
    }
    callers.join_all().await;
    assert_eq!(store.pool().state().statistics.connections_closed_broken, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn look_ups_run_over_the_pool_if_the_application_wants() {
    let home = File::new().await.unwrap();
    let options = StoreOptions::default().lookup_connections(0);
    let store = DieselStore::<<File as Home>::Connection>::open_with(home.url(), options);
    let store = store.await.unwrap();
    let ada = inserted(&store, new_user("ada@example.com")).await;
    let before = checkouts(&store);
    for _ in 0..10 {
        store.look_up(of_user(&ada.id)).await.unwrap();
    }
    assert_eq!(checkouts(&store), before + 10);
}

/// An idle connection holds no lock, and reads the tables as they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn look_up_in_sqlite_blocks_neither_a_checkpoint_nor_a_migration() {
    let home = File::new().await.unwrap();
    let store = home.open().await;
    let ada = inserted(&store, new_user("ada@example.com")).await;
    look_up_beside_pool(&store, &ada.id).await;

    // A checkpoint that a reader blocks leaves the log as it is.
    home.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let log = std::fs::metadata(format!("{}-wal", home.path())).unwrap();
    assert_eq!(log.len(), 0, "a reader blocks the checkpoint");

    home.sql("ALTER TABLE auth_users ADD COLUMN nick TEXT")
        .await;
    home.sql("ALTER TABLE auth_users RENAME COLUMN nick TO nickname; VACUUM")
        .await;
    let record = store.look_up(of_user(&ada.id)).await.unwrap();
    assert_eq!(columns(&record.user.unwrap()), columns(&ada));
}

/// A look-up whose connection the server closed runs once more over the pool.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn closed_shared_connection_fails_no_look_up() {
    let Some(home) = Postgres::new().await else {
        return;
    };
    let store = home.open().await;
    let ada = inserted(&store, new_user("ada@example.com")).await;
    look_up_beside_pool(&store, &ada.id).await;
    for _ in 0..3 {
        home.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
        let mut callers = JoinSet::new();
        for _ in 0..32 {
            let (store, id) = (store.clone(), ada.id);
            callers.spawn(async move { store.look_up(of_user(&id)).await.unwrap().user.unwrap() });
        }
        for found in callers.join_all().await {
            assert_eq!(columns(&found), columns(&ada));
        }
    }
}
