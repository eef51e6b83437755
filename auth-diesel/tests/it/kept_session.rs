//! The session to keep when the epoch of its user changes: moved in the same transaction, or not at all.

use auth_core::store::{
    InsertOutcome, Precondition, SessionStore, StoredSession, UniqueField, UpdateOutcome,
    UserChange, UserDatabase,
};
use auth_core::{Epoch, SessionId, StoreError, User};
use auth_diesel::{DieselStore, SqlBackend};
use tokio::task::JoinSet;

use crate::homes::Home;
use crate::on_each_engine;
use crate::support::{
    admin, after, begun, columns, email, hash, inserted, new_user, session, stored,
};

on_each_engine!(
    kept_session_moves_to_the_new_epoch,
    change_that_is_not_applied_moves_no_session,
    only_an_active_session_of_this_user_moves,
    user_and_session_are_both_written_or_neither,
    session_is_kept_in_a_transaction,
    simultaneous_rotations_and_password_changes_lose_no_write,
);

/// Returns a password change that keeps this session.
fn new_password(keep: &SessionId) -> UserChange<User> {
    UserChange {
        password_hash: Some(hash("$argon2id$two")),
        bump_epoch: true,
        keep_session: Some(*keep),
        ..UserChange::default()
    }
}

async fn begun_by<S: SessionStore>(store: &S, user: &User) -> StoredSession {
    begun(store, session(&format!("users:{}", user.id))).await
}

fn moved(session: &StoredSession) -> StoredSession {
    StoredSession {
        epoch: session.epoch.next(),
        version: session.version + 1,
        ..session.clone()
    }
}

async fn kept_session_moves_to_the_new_epoch(home: impl Home) {
    let store = home.open().await;
    let ada = inserted(&store, new_user("ada@example.com")).await;
    let (own, other) = (begun_by(&store, &ada).await, begun_by(&store, &ada).await);
    for expect in [
        Precondition::epoch(Epoch::FIRST),
        Precondition::anything().and_keep_last_superuser(),
    ] {
        let before = stored(&store, &own).await;
        let outcome = store.update(&ada.id, new_password(&own.id), expect).await;
        let UpdateOutcome::Updated(user) = outcome.unwrap() else {
            panic!("the user does not exist");
        };
        let after = stored(&store, &own).await;
        assert_eq!(after, moved(&before));
        assert_eq!(after.epoch, user.account.epoch);
        assert_eq!(stored(&store, &other).await, other);
    }
}

async fn change_that_is_not_applied_moves_no_session(home: impl Home) {
    let store = home.open().await;
    let root = inserted(&store, admin("root@example.com")).await;
    let ada = inserted(&store, new_user("ada@example.com")).await;
    let own = begun_by(&store, &root).await;

    let stale = Precondition::epoch(Epoch::from_i64(5));
    let outcome = store.update(&root.id, new_password(&own.id), stale).await;
    assert!(matches!(outcome, Ok(UpdateOutcome::Stale)), "{outcome:?}");

    let unknown = uuid::Uuid::now_v7();
    let change = new_password(&own.id);
    let outcome = store
        .update(&unknown, change, Precondition::anything())
        .await;
    assert!(matches!(outcome, Ok(UpdateOutcome::Missing)), "{outcome:?}");

    let taken = UserChange {
        email: Some(ada.account.email.clone()),
        ..new_password(&own.id)
    };
    let outcome = store
        .update(&root.id, taken, Precondition::anything())
        .await;
    let is_taken = matches!(outcome, Ok(UpdateOutcome::Taken(UniqueField::Email)));
    assert!(is_taken, "{outcome:?}");

    let last = UserChange {
        is_superuser: Some(false),
        ..new_password(&own.id)
    };
    let remains = Precondition::anything().and_keep_last_superuser();
    let outcome = store.update(&root.id, last, remains).await;
    let is_last = matches!(outcome, Ok(UpdateOutcome::LastSuperuser));
    assert!(is_last, "{outcome:?}");

    assert_eq!(stored(&store, &own).await, own);
    let stored = store.get(&root.id).await.unwrap().unwrap();
    assert_eq!(columns(&stored), columns(&root));
}

async fn only_an_active_session_of_this_user_moves(home: impl Home) {
    let store = home.open().await;
    let ada = inserted(&store, new_user("ada@example.com")).await;
    let eve = inserted(&store, new_user("eve@example.com")).await;
    let hers = begun_by(&store, &eve).await;
    let key = ada.id.to_string();
    let alike = [
        hers,
        begun(&store, session(&format!("users:{}", key.to_uppercase()))).await,
        begun(&store, session(&format!("users:{key} "))).await,
        begun(&store, session(&format!("users{key}"))).await,
        begun(&store, session(&format!("users:{key}é"))).await,
        begun(&store, session("short")).await,
        begun(&store, session("")).await,
    ];
    let old = StoredSession {
        epoch: Epoch::FIRST.previous(),
        ..session(&format!("users:{key}"))
    };
    let young = StoredSession {
        epoch: Epoch::FIRST.next(),
        ..session(&format!("users:{key}"))
    };
    let strangers = alike.iter().cloned();
    let dead = [begun(&store, old).await, begun(&store, young).await];
    for kept in strangers.chain(dead) {
        // Each from the first epoch on.
        home.sql("UPDATE auth_users SET epoch = 0").await;
        let change = new_password(&kept.id);
        let outcome = store
            .update(&ada.id, change, Precondition::anything())
            .await;
        let is_updated = matches!(outcome, Ok(UpdateOutcome::Updated(_)));
        assert!(is_updated, "{outcome:?}");
        assert_eq!(stored(&store, &kept).await, kept);
    }
    // Without a new epoch, a session of the previous epoch does not move.
    let own = begun_by(&store, &ada).await;
    let change = UserChange {
        bump_epoch: false,
        ..new_password(&own.id)
    };
    let outcome = store
        .update(&ada.id, change, Precondition::anything())
        .await;
    let is_updated = matches!(outcome, Ok(UpdateOutcome::Updated(_)));
    assert!(is_updated, "{outcome:?}");
    assert_eq!(stored(&store, &own).await, own);
    // A missing session is not an error.
    let unknown = SessionId::generate().unwrap();
    let change = new_password(&unknown);
    let outcome = store
        .update(&ada.id, change, Precondition::anything())
        .await;
    let is_updated = matches!(outcome, Ok(UpdateOutcome::Updated(_)));
    assert!(is_updated, "{outcome:?}");
}

async fn user_and_session_are_both_written_or_neither(home: impl Home) {
    let store = home.open().await;
    let ada = inserted(&store, new_user("ada@example.com")).await;
    let own = begun_by(&store, &ada).await;
    home.refuse_updates().await;
    let change = || new_password(&own.id);
    let outcome = store
        .update(&ada.id, change(), Precondition::anything())
        .await;
    assert!(outcome.is_err(), "{outcome:?}");
    let user = store.get(&ada.id).await.unwrap().unwrap();
    assert_eq!(columns(&user), columns(&ada));
    assert_eq!(stored(&store, &own).await, own);

    home.allow_updates().await;
    let outcome = store
        .update(&ada.id, change(), Precondition::epoch(ada.account.epoch))
        .await;
    let is_updated = matches!(outcome, Ok(UpdateOutcome::Updated(_)));
    assert!(is_updated, "{outcome:?}");
    assert_eq!(stored(&store, &own).await, moved(&own));
}

/// A failed move reverts the change of the account, and nothing else in the transaction.
async fn session_is_kept_in_a_transaction(home: impl Home) {
    let store = home.open().await;
    let ada = inserted(&store, new_user("ada@example.com")).await;
    let own = begun_by(&store, &ada).await;

    home.refuse_updates().await;
    let refused = within(&store, &ada, &own, "bob@example.com").await.unwrap();
    assert!(refused.is_err(), "{refused:?}");
    let user = store.get(&ada.id).await.unwrap().unwrap();
    assert_eq!(columns(&user), columns(&ada));
    assert_eq!(stored(&store, &own).await, own);
    let bob = store.find(&email("bob@example.com").into()).await.unwrap();
    assert!(bob.is_some());

    home.allow_updates().await;
    let updated = within(&store, &ada, &own, "eve@example.com").await.unwrap();
    let UpdateOutcome::Updated(user) = updated.unwrap() else {
        panic!("the user does not exist");
    };
    assert_eq!(stored(&store, &own).await, moved(&own));
    assert_eq!(user.account.epoch, own.epoch.next());
}

/// Changes a password and inserts a user in one transaction.
async fn within<C: SqlBackend>(
    store: &DieselStore<C>,
    user: &User,
    keep: &StoredSession,
    address: &str,
) -> Result<Result<UpdateOutcome<User>, StoreError>, StoreError> {
    let (id, change, new) = (user.id, new_password(&keep.id), new_user(address));
    store
        .transaction(move |transaction| {
            Box::pin(async move {
                let mut users = transaction.users();
                let outcome = users.update(&id, change, Precondition::anything()).await;
                let inserted = users.insert(new).await?;
                assert!(matches!(inserted, InsertOutcome::Inserted(_)));
                Ok(outcome)
            })
        })
        .await
}

/// A concurrent write of the session keeps the new epoch, and no write is lost.
async fn simultaneous_rotations_and_password_changes_lose_no_write(home: impl Home) {
    const CHANGES: i64 = 20;
    let store = home.open_wide::<User>().await;
    let ada = inserted(&store, new_user("ada@example.com")).await;
    let own = begun_by(&store, &ada).await;
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let (store, own) = (store.clone(), own.clone());
        tasks.spawn(async move {
            let mut wrote = 0;
            for number in 0..25 {
                let row = stored(&store, &own).await;
                let next = after(&row, &number.to_string());
                wrote += i64::from(store.swap_session(&next).await.unwrap());
            }
            wrote
        });
    }
    for _ in 0..2 {
        let (store, own) = (store.clone(), own.clone());
        tasks.spawn(async move {
            for _ in 0..CHANGES / 2 {
                let change = new_password(&own.id);
                let outcome = store
                    .update(&ada.id, change, Precondition::anything())
                    .await;
                assert!(
                    matches!(outcome, Ok(UpdateOutcome::Updated(_))),
                    "{outcome:?}"
                );
            }
            0
        });
    }
    let wrote: i64 = tasks.join_all().await.into_iter().sum();
    let row = stored(&store, &own).await;
    let user = store.get(&ada.id).await.unwrap().unwrap();
    assert_eq!(user.account.epoch.as_i64(), CHANGES);
    assert_eq!(row.epoch, user.account.epoch);
    assert_eq!(row.version, wrote + CHANGES);
}
