//! Account changes in a transaction of the application: all or none.

use std::sync::Arc;

use auth_core::store::{
    DeleteOutcome, InsertOutcome, PageRequest, Precondition, UniqueField, UpdateOutcome,
    UserChange, UserDatabase,
};
use auth_core::{StoreError, User};
use auth_diesel::diesel_async::SimpleAsyncConnection;
use auth_diesel::{DieselStore, UsersIn};
use tokio::sync::Barrier;
use uuid::Uuid;

use crate::homes::{Home, Mysql, Postgres};
use crate::on_each_engine;
use crate::support::{admin, email, inserted, new_user};

on_each_engine!(
    committed_transaction_keeps_all_changes,
    rolled_back_transaction_keeps_no_changes,
    panic_rolls_the_transaction_back,
    transaction_of_a_dropped_caller_continues,
    taken_address_does_not_end_the_transaction,
    accounts_change_in_a_transaction_of_the_application,
    last_superuser_stays_in_a_transaction,
);

const COMPANIES: &str = "CREATE TABLE companies (name VARCHAR(50) NOT NULL PRIMARY KEY)";
const COMPANY: &str = "INSERT INTO companies (name) VALUES ('Engines and Sons')";

async fn with_companies<H: Home>(home: &H) -> DieselStore<H::Connection> {
    let store = home.open().await;
    home.sql(COMPANIES).await;
    store
}

/// Returns whether the company exists; a second one of the same name is rejected.
async fn has_company<H: Home>(home: &H) -> bool {
    use auth_diesel::diesel_async::AsyncConnection;

    let mut connection = H::Connection::establish(home.file_or_url()).await.unwrap();
    connection.batch_execute(COMPANY).await.is_err()
}

async fn committed_transaction_keeps_all_changes(home: impl Home) {
    let store = with_companies(&home).await;
    let user = store
        .transaction(|transaction| {
            Box::pin(async move {
                let outcome = transaction
                    .users()
                    .insert(new_user("ada@example.com"))
                    .await?;
                let InsertOutcome::Inserted(user) = outcome else {
                    return Err(StoreError::new("taken"));
                };
                let company = transaction.connection().batch_execute(COMPANY);
                company.await.map_err(StoreError::new)?;
                // The transaction sees what it wrote.
                assert!(transaction.users().get(&user.id).await?.is_some());
                Ok(user)
            })
        })
        .await
        .unwrap();
    assert!(store.get(&user.id).await.unwrap().is_some());
    assert!(has_company(&home).await);
}

async fn rolled_back_transaction_keeps_no_changes(home: impl Home) {
    let store = with_companies(&home).await;
    let error = store
        .transaction(|transaction| {
            Box::pin(async move {
                transaction
                    .users()
                    .insert(new_user("ada@example.com"))
                    .await?;
                let company = transaction.connection().batch_execute(COMPANY);
                company.await.map_err(StoreError::new)?;
                Err::<(), _>(StoreError::new("the tenant has no place left"))
            })
        })
        .await
        .unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "the tenant has no place left");
    nothing_is_there(&home, &store).await;
}

async fn panic_rolls_the_transaction_back(home: impl Home) {
    let store = with_companies(&home).await;
    store
        .transaction(|transaction| {
            Box::pin(async move {
                transaction
                    .users()
                    .insert(new_user("ada@example.com"))
                    .await?;
                let company = transaction.connection().batch_execute(COMPANY);
                company.await.map_err(StoreError::new)?;
                panic!("a mistake of the application's");
                #[expect(unreachable_code, reason = "it determines the type")]
                Ok::<(), StoreError>(())
            })
        })
        .await
        .unwrap_err();
    nothing_is_there(&home, &store).await;
}

async fn nothing_is_there<H: Home>(home: &H, store: &DieselStore<H::Connection>) {
    assert_eq!(store.list(PageRequest::first()).await.unwrap().total, 0);
    assert!(!has_company(home).await);
    inserted(store, new_user("ada@example.com")).await;
}

async fn transaction_of_a_dropped_caller_continues(home: impl Home) {
    let store = with_companies(&home).await;
    let (begun, wait) = tokio::sync::oneshot::channel();
    let (end, ended) = tokio::sync::oneshot::channel();
    let caller = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .transaction(|transaction| {
                    Box::pin(async move {
                        transaction
                            .users()
                            .insert(new_user("ada@example.com"))
                            .await?;
                        begun.send(()).unwrap();
                        ended.await.unwrap();
                        let company = transaction.connection().batch_execute(COMPANY);
                        company.await.map_err(StoreError::new)
                    })
                })
                .await
        }
    });
    wait.await.unwrap();
    caller.abort();
    caller.await.unwrap_err();
    end.send(()).unwrap();
    // The next insertion waits for the end of the first: for the write permit, or at the unique index.
    let again = UserDatabase::insert(&store, new_user("ada@example.com"))
        .await
        .unwrap();
    assert!(
        matches!(again, InsertOutcome::Taken(UniqueField::Email)),
        "{again:?}"
    );
    assert!(has_company(&home).await);
}

async fn taken_address_does_not_end_the_transaction(home: impl Home) {
    let store = with_companies(&home).await;
    inserted(&store, new_user("ada@example.com")).await;
    let other = inserted(&store, new_user("eve@example.com")).await;
    store
        .transaction(move |transaction| {
            Box::pin(async move {
                let mut users = transaction.users();
                let again = users.insert(new_user("ada@example.com")).await?;
                assert!(
                    matches!(again, InsertOutcome::Taken(UniqueField::Email)),
                    "{again:?}"
                );
                let change = UserChange {
                    email: Some(email("ada@example.com")),
                    ..UserChange::default()
                };
                let moved = users
                    .update(&other.id, change, Precondition::anything())
                    .await?;
                assert!(
                    matches!(moved, UpdateOutcome::Taken(UniqueField::Email)),
                    "{moved:?}"
                );
                users.insert(new_user("bob@example.com")).await?;
                let company = transaction.connection().batch_execute(COMPANY);
                company.await.map_err(StoreError::new)
            })
        })
        .await
        .unwrap();
    assert_eq!(store.list(PageRequest::first()).await.unwrap().total, 3);
    assert!(has_company(&home).await);
}

/// Uses a transaction that the application began on a connection of its pool.
async fn accounts_change_in_a_transaction_of_the_application<H: Home>(home: H) {
    let store = with_companies(&home).await;
    let user = inserted(&store, new_user("ada@example.com")).await;
    let mut lease = store.pool().get().await.unwrap();
    let connection: &mut H::Connection = &mut lease;
    sql_begin(connection).await;
    let mut users = UsersIn::<_, User>::new(connection);
    let found = users.find(&email("ada@example.com").into()).await.unwrap();
    let found = found.unwrap();
    let change = UserChange {
        is_verified: Some(true),
        bump_epoch: true,
        ..UserChange::default()
    };
    let changed = users
        .update(&found.id, change, Precondition::epoch(found.account.epoch))
        .await
        .unwrap();
    assert!(matches!(changed, UpdateOutcome::Updated(user) if user.account.is_verified));
    let gone = users
        .delete(&found.id, Precondition::epoch(found.account.epoch), None)
        .await
        .unwrap();
    assert_eq!(gone, DeleteOutcome::Stale);
    drop(lease);
    // The transaction was not committed: the pool dropped the connection, and the database rolled back.
    let stored = store.get(&user.id).await.unwrap().unwrap();
    assert!(!stored.account.is_verified);
    assert_eq!(stored.account.epoch, user.account.epoch);
}

async fn sql_begin<C: auth_diesel::SqlBackend>(connection: &mut C) {
    use auth_diesel::diesel_async::TransactionManager;

    C::TransactionManager::begin_transaction(connection)
        .await
        .unwrap();
}

async fn last_superuser_stays_in_a_transaction(home: impl Home) {
    let store = home.open().await;
    let root = inserted(&store, admin("root@example.com")).await;
    let outcome = store
        .transaction(move |transaction| {
            Box::pin(async move {
                let keep = Precondition::anything().and_keep_last_superuser();
                let outcome = transaction.users().delete(&root.id, keep, None).await?;
                Ok::<_, StoreError>(outcome)
            })
        })
        .await
        .unwrap();
    assert_eq!(outcome, DeleteOutcome::LastSuperuser);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ignored_deadlock_commits_nothing_on_postgres() {
    if let Some(home) = Postgres::new().await {
        deadlock(home).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ignored_deadlock_commits_nothing_on_mysql() {
    if let Some(home) = Mysql::new().await {
        deadlock(home).await;
    }
}

/// Two transactions lock each other's row. The one that the engine ends ignores the error,
/// continues, and reports success: its changes are not committed.
async fn deadlock(home: impl Home) {
    let store = with_companies(&home).await;
    let one = inserted(&store, new_user("one@example.com")).await;
    let two = inserted(&store, new_user("two@example.com")).await;
    let both_hold_one = Arc::new(Barrier::new(2));
    let careless = |name: &'static str, first: Uuid, second: Uuid| {
        let (store, barrier) = (store.clone(), Arc::clone(&both_hold_one));
        tokio::spawn(async move {
            let work = store.transaction(move |transaction| {
                Box::pin(async move {
                    let bump = || UserChange {
                        bump_epoch: true,
                        ..UserChange::default()
                    };
                    let mut users = transaction.users();
                    users
                        .update(&first, bump(), Precondition::anything())
                        .await?;
                    barrier.wait().await;
                    let lost = users
                        .update(&second, bump(), Precondition::anything())
                        .await
                        .is_err();
                    let company = format!("INSERT INTO companies (name) VALUES ('{name}')");
                    let wrote = transaction.connection().batch_execute(&company).await;
                    Ok::<_, StoreError>((lost, wrote.is_ok()))
                })
            });
            work.await
        })
    };
    let (left, right) = tokio::join!(
        careless("left", one.id, two.id),
        careless("right", two.id, one.id)
    );
    let outcomes = [left.unwrap(), right.unwrap()];
    let kept = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(kept, 1, "{outcomes:?}");
    for id in [one.id, two.id] {
        let user = store.get(&id).await.unwrap().unwrap();
        assert_eq!(
            user.account.epoch.as_i64(),
            1,
            "the change of the other transaction was committed: {outcomes:?}"
        );
    }
    // Only the committed transactions wrote their companies.
    assert_eq!(store.list(PageRequest::first()).await.unwrap().total, 2);
    let mut connection = store.pool().get().await.unwrap();
    let script = "INSERT INTO companies (name) VALUES ('left')";
    let left_was_free = connection.batch_execute(script).await.is_ok();
    assert_eq!(left_was_free, outcomes[0].is_err(), "{outcomes:?}");
}
