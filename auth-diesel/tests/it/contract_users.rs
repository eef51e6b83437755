//! What `UserDatabase` promises.

mod races;

pub(crate) use races::*;

use auth_core::store::{
    DeleteOutcome, Expect, InsertOutcome, NewUser, PageRequest, PageStart, UniqueField,
    UpdateOutcome, UserChange, UserDatabase,
};
use auth_core::{Epoch, Roles, User};
use uuid::Uuid;

use crate::support::{admin, columns, email, hash, inserted, new_user, username};

type Change = UserChange<User>;

fn full_user() -> NewUser<User> {
    NewUser {
        username: Some(username("ada")),
        is_verified: true,
        is_superuser: true,
        roles: Roles::parse(["billing", "a \"quoted\" role", "ops,[x]"]).unwrap(),
        ..new_user("ada@example.com")
    }
}

pub(crate) async fn what_is_inserted_is_found(store: impl UserDatabase<User = User>) {
    for new in [
        full_user(),
        new_user("plain@example.com"),
        NewUser {
            password_hash: None,
            is_active: false,
            ..new_user("none@example.com")
        },
    ] {
        let user = inserted(&store, new.clone()).await;
        assert_eq!(user.epoch, Epoch::FIRST);
        assert_eq!((&user.email, &user.username), (&new.email, &new.username));
        assert_eq!(
            (user.is_active, user.is_verified),
            (new.is_active, new.is_verified)
        );
        assert_eq!(user.created_at, new.created_at);

        let by_id = store.get(&user.id).await.unwrap().unwrap();
        assert_eq!(columns(&by_id), columns(&user));
        let by_email = store
            .find(&user.email.clone().into())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(columns(&by_email), columns(&user));
        if let Some(name) = user.username.clone() {
            let by_name = store.find(&name.into()).await.unwrap().unwrap();
            assert_eq!(columns(&by_name), columns(&user));
        }
    }
}

/// A6.3.2: no default accounts.
pub(crate) async fn absence_is_not_an_error(store: impl UserDatabase<User = User>) {
    let nobody = Uuid::nil();
    assert_eq!(store.list(PageRequest::first()).await.unwrap().total, 0);
    assert!(store.get(&nobody).await.unwrap().is_none());
    assert!(store.find(&email("a@b.c").into()).await.unwrap().is_none());
    assert!(store.find(&username("ada").into()).await.unwrap().is_none());
    let updated = store
        .update(&nobody, Change::default(), Expect::anything())
        .await
        .unwrap();
    assert!(matches!(updated, UpdateOutcome::Missing));
    let deleted = store
        .delete(&nobody, Expect::epoch(Epoch::FIRST))
        .await
        .unwrap();
    assert_eq!(deleted, DeleteOutcome::Missing);
}

pub(crate) async fn taken_values_name_their_column(store: impl UserDatabase<User = User>) {
    inserted(&store, full_user()).await;
    let check = async |new: NewUser<User>, field: UniqueField| {
        let outcome = store.insert(new).await.unwrap();
        assert!(
            matches!(outcome, InsertOutcome::Taken(taken) if taken == field),
            "{outcome:?}"
        );
    };
    check(new_user("ada@example.com"), UniqueField::Email).await;
    let same_name = NewUser {
        username: Some(username("ada")),
        ..new_user("b@example.com")
    };
    check(same_name, UniqueField::Username).await;
    assert_eq!(store.list(PageRequest::first()).await.unwrap().total, 1);

    // Having no name is not a name.
    inserted(&store, new_user("c@example.com")).await;
    inserted(&store, new_user("d@example.com")).await;
}

/// For each column a change of it alone, and what it shows afterwards.
fn one_change_a_column() -> [(&'static str, &'static str, Change); 7] {
    [
        (
            "email",
            "new@example.com",
            Change {
                email: Some(email("new@example.com")),
                ..Change::default()
            },
        ),
        (
            "password_hash",
            "Some(\"$2b$two\")",
            Change {
                password_hash: Some(hash("$2b$two")),
                ..Change::default()
            },
        ),
        (
            "is_active",
            "false",
            Change {
                is_active: Some(false),
                ..Change::default()
            },
        ),
        (
            "is_verified",
            "false",
            Change {
                is_verified: Some(false),
                ..Change::default()
            },
        ),
        (
            "is_superuser",
            "false",
            Change {
                is_superuser: Some(false),
                ..Change::default()
            },
        ),
        (
            "roles",
            "{\"ops\"}",
            Change {
                roles: Some(Roles::parse(["ops"]).unwrap()),
                ..Change::default()
            },
        ),
        (
            "epoch",
            "1",
            Change {
                bump_epoch: true,
                ..Change::default()
            },
        ),
    ]
}

pub(crate) async fn changes_touch_their_column_only(store: impl UserDatabase<User = User>) {
    let mut before = inserted(&store, full_user()).await;
    let bystander = inserted(&store, new_user("bystander@example.com")).await;
    for (column, value, change) in one_change_a_column() {
        let outcome = store
            .update(&before.id, change, Expect::anything())
            .await
            .unwrap();
        let UpdateOutcome::Updated(after) = outcome else {
            panic!("{column}: {outcome:?}")
        };
        for (old, new) in columns(&before).iter().zip(&columns(&after)) {
            if new.0 == column {
                assert_eq!(new.1, value, "{column}");
            } else {
                assert_eq!(new, old, "a change of {column}");
            }
        }
        let stored = store.get(&before.id).await.unwrap().unwrap();
        assert_eq!(columns(&stored), columns(&after), "{column}");
        before = after;
    }
    let untouched = store.get(&bystander.id).await.unwrap().unwrap();
    assert_eq!(columns(&untouched), columns(&bystander));
}

pub(crate) async fn an_empty_change_changes_nothing(store: impl UserDatabase<User = User>) {
    let user = inserted(&store, full_user()).await;
    let outcome = store
        .update(&user.id, Change::default(), Expect::anything())
        .await
        .unwrap();
    let UpdateOutcome::Updated(after) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(columns(&after), columns(&user));
}

pub(crate) async fn expectations_decide(store: impl UserDatabase<User = User>) {
    let user = inserted(&store, new_user("a@example.com")).await;
    let verify = || Change {
        is_verified: Some(true),
        ..Change::default()
    };
    let stale = Expect::epoch(Epoch::FIRST.next());
    let outcome = store.update(&user.id, verify(), stale).await.unwrap();
    assert!(matches!(outcome, UpdateOutcome::Stale), "{outcome:?}");
    let stored = store.get(&user.id).await.unwrap().unwrap();
    assert_eq!(columns(&stored), columns(&user));
    assert_eq!(
        store.delete(&user.id, stale).await.unwrap(),
        DeleteOutcome::Stale
    );
    assert!(store.get(&user.id).await.unwrap().is_some());

    let outcome = store
        .update(&user.id, verify(), Expect::epoch(user.epoch))
        .await
        .unwrap();
    assert!(matches!(outcome, UpdateOutcome::Updated(_)), "{outcome:?}");
    let deleted = store
        .delete(&user.id, Expect::epoch(user.epoch))
        .await
        .unwrap();
    assert_eq!(deleted, DeleteOutcome::Deleted);
    assert!(store.get(&user.id).await.unwrap().is_none());
}

pub(crate) async fn a_taken_address_is_not_written(store: impl UserDatabase<User = User>) {
    inserted(&store, new_user("a@example.com")).await;
    let user = inserted(&store, new_user("b@example.com")).await;
    let change = Change {
        email: Some(email("a@example.com")),
        is_verified: Some(true),
        bump_epoch: true,
        ..Change::default()
    };
    let outcome = store
        .update(&user.id, change, Expect::anything())
        .await
        .unwrap();
    assert!(
        matches!(outcome, UpdateOutcome::Taken(UniqueField::Email)),
        "{outcome:?}"
    );
    let stored = store.get(&user.id).await.unwrap().unwrap();
    assert_eq!(columns(&stored), columns(&user));
}

pub(crate) async fn the_last_superuser_stays(store: impl UserDatabase<User = User>) {
    let remains = Expect::anything().and_superuser_remains();
    let demote = || Change {
        is_superuser: Some(false),
        ..Change::default()
    };
    let deactivate = || Change {
        is_active: Some(false),
        ..Change::default()
    };
    let ada = inserted(&store, admin("ada@example.com")).await;
    inserted(
        &store,
        NewUser {
            is_active: false,
            ..admin("asleep@example.com")
        },
    )
    .await;

    for change in [demote(), deactivate()] {
        let outcome = store.update(&ada.id, change, remains).await.unwrap();
        assert!(
            matches!(outcome, UpdateOutcome::LastSuperuser),
            "{outcome:?}"
        );
    }
    assert_eq!(
        store.delete(&ada.id, remains).await.unwrap(),
        DeleteOutcome::LastSuperuser
    );
    let stored = store.get(&ada.id).await.unwrap().unwrap();
    assert_eq!(columns(&stored), columns(&ada));
}

/// Who leads nobody may go, what demotes nobody may happen, and an older expectation comes first.
pub(crate) async fn only_demotion_is_refused(store: impl UserDatabase<User = User>) {
    let remains = Expect::anything().and_superuser_remains();
    let demote = || Change {
        is_superuser: Some(false),
        ..Change::default()
    };
    let deactivate = || Change {
        is_active: Some(false),
        ..Change::default()
    };
    let nobody = inserted(&store, new_user("nobody@example.com")).await;
    let ada = inserted(&store, admin("ada@example.com")).await;

    let stale = Expect::epoch(Epoch::FIRST.next()).and_superuser_remains();
    let outcome = store.update(&ada.id, demote(), stale).await.unwrap();
    assert!(matches!(outcome, UpdateOutcome::Stale), "{outcome:?}");
    let outcome = store
        .update(&nobody.id, deactivate(), remains)
        .await
        .unwrap();
    assert!(matches!(outcome, UpdateOutcome::Updated(_)), "{outcome:?}");
    let outcome = store
        .update(
            &ada.id,
            Change {
                is_verified: Some(true),
                ..Change::default()
            },
            remains,
        )
        .await
        .unwrap();
    assert!(matches!(outcome, UpdateOutcome::Updated(_)), "{outcome:?}");
    assert_eq!(
        store.delete(&nobody.id, remains).await.unwrap(),
        DeleteOutcome::Deleted
    );

    let eve = inserted(&store, admin("eve@example.com")).await;
    let outcome = store.update(&ada.id, demote(), remains).await.unwrap();
    assert!(matches!(outcome, UpdateOutcome::Updated(_)), "{outcome:?}");
    assert_eq!(
        store.delete(&eve.id, remains).await.unwrap(),
        DeleteOutcome::LastSuperuser
    );
    assert_eq!(
        store.delete(&eve.id, Expect::anything()).await.unwrap(),
        DeleteOutcome::Deleted
    );
}

pub(crate) async fn pages_are_in_order_of_keys(store: impl UserDatabase<User = User>) {
    let mut ids = Vec::new();
    for number in 0..7 {
        ids.push(
            inserted(&store, new_user(&format!("u{number}@example.com")))
                .await
                .id,
        );
    }
    ids.sort_unstable();
    let check = async |limit, start, expected: &[Uuid]| {
        let page = store.list(PageRequest { limit, start }).await.unwrap();
        let listed: Vec<_> = page.items.iter().map(|user| user.id).collect();
        assert_eq!(listed, expected, "{limit} from {start:?}");
        assert_eq!(page.total, 7);
    };
    check(3, PageStart::Offset(0), &ids[..3]).await;
    check(3, PageStart::Offset(5), &ids[5..]).await;
    check(3, PageStart::Offset(7), &[]).await;
    check(3, PageStart::Offset(u64::MAX), &[]).await;
    check(100, PageStart::After(None), &ids).await;
    check(2, PageStart::After(Some(ids[2])), &ids[3..5]).await;
    check(2, PageStart::After(Some(ids[6])), &[]).await;
    check(2, PageStart::After(Some(Uuid::nil())), &ids[..2]).await;
}

pub(crate) async fn hostile_text_is_only_text(store: impl UserDatabase<User = User>) {
    let texts = [
        "'--",
        "';drop/**/table/**/auth_users;--",
        "x'||(select/**/1)||'",
        "%_$1?1:a{}",
    ];
    for (number, text) in texts.into_iter().enumerate() {
        let name = username(&format!("{text}{number}"));
        let new = NewUser {
            username: Some(name.clone()),
            password_hash: Some(hash(text)),
            roles: Roles::parse([text]).unwrap(),
            ..new_user(&format!("o'hara{number}@example.com"))
        };
        let user = inserted(&store, new).await;
        let found = store.find(&name.into()).await.unwrap().unwrap();
        assert_eq!(columns(&found), columns(&user));
        let change = Change {
            password_hash: Some(hash(&format!("{text}{text}"))),
            ..Change::default()
        };
        store
            .update(&user.id, change, Expect::anything())
            .await
            .unwrap();
        let stored = store.get(&user.id).await.unwrap().unwrap();
        assert_eq!(
            stored.password_hash.unwrap().as_stored_str(),
            format!("{text}{text}")
        );
    }
    assert_eq!(
        store.list(PageRequest::first()).await.unwrap().total,
        texts.len() as u64
    );
}
