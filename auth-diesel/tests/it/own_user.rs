//! The application's user type: a key from the database, other column names, additional columns,
//! and a table without names, roles or superusers.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use auth_core::store::{
    InsertOutcome, NewUser, Precondition, UniqueField, UserChange, UserDatabase,
};
use auth_core::testing::contract::{self, Fresh, UserFixture};
use auth_core::{Account, AccountFields, AuthUser, BoxError, Fields, Roles, UserColumns};
use auth_diesel::{
    AccountColumns, DieselStore, OpenError, OwnChanges, OwnValues, SqlUser, UserTable,
};

use crate::homes::Home;
use crate::on_each_engine;
use crate::support::{begun, email, hash, now, session, stored};

on_each_engine!(
    store_keeps_the_contract,
    own_column_can_be_unique,
    value_without_a_column_is_an_error,
    error_names_the_missing_table,
    session_of_a_user_with_a_number_as_key_is_kept,
    address_without_a_unique_index_is_rejected,
);

auth_diesel::diesel::table! {
    members (number) {
        number -> BigInt,
        mail -> Text,
        password_digest -> Nullable<Text>,
        enabled -> Bool,
        confirmed -> Bool,
        epoch -> BigInt,
        nick -> Text,
        height -> Nullable<Double>,
        badge -> Nullable<Integer>,
        photo -> Nullable<Binary>,
    }
}

#[derive(Debug, Clone)]
struct Member {
    number: i64,
    account: Account,
    own: Own,
}

#[derive(Debug, Clone, PartialEq)]
struct Own {
    nick: String,
    height: Option<f64>,
    badge: Option<i32>,
    photo: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Default)]
struct OwnChange {
    nick: Option<String>,
    height: Option<f64>,
    drops_photo: bool,
}

struct MemberColumns;

impl UserColumns for MemberColumns {
    type New = Own;
    type Change = OwnChange;

    fn read_new(fields: &mut Fields) -> Option<Own> {
        Some(Own {
            nick: fields.required_text("nick", 1..=20)?,
            height: None,
            badge: None,
            photo: None,
        })
    }
    fn read_change(fields: &mut Fields) -> OwnChange {
        OwnChange {
            nick: fields.optional_text("nick", 1..=20),
            ..OwnChange::default()
        }
    }
    fn is_unchanged(change: &OwnChange) -> bool {
        change.nick.is_none() && change.height.is_none() && !change.drops_photo
    }
}

impl AuthUser for Member {
    type Id = i64;
    type Columns = MemberColumns;

    const FIELDS: AccountFields = AccountFields::all()
        .without_usernames()
        .without_roles()
        .without_superusers()
        .without_pending_emails()
        .without_created_at();

    fn id(&self) -> &i64 {
        &self.number
    }
    fn account(&self) -> &Account {
        &self.account
    }
}

impl SqlUser for Member {
    type Own = (
        members::nick,
        members::height,
        members::badge,
        members::photo,
    );

    fn table() -> UserTable<Self> {
        let columns = AccountColumns {
            key: members::number,
            email: members::mail,
            password_hash: members::password_digest,
            is_active: members::enabled,
            is_verified: members::confirmed,
            epoch: members::epoch,
        };
        UserTable::new("members", columns)
    }
    fn from_row(number: i64, account: Account, own: OwnValues<Self>) -> Result<Self, BoxError> {
        let (nick, height, badge, photo) = own;
        let own = Own {
            nick,
            height,
            badge,
            photo,
        };
        Ok(Self {
            number,
            account,
            own,
        })
    }
    fn new_columns(new: Own) -> OwnValues<Self> {
        (new.nick, new.height, new.badge, new.photo)
    }
    fn changed_columns(change: OwnChange) -> OwnChanges<Self> {
        let height = change.height.map(Some);
        let photo = change.drops_photo.then_some(None);
        (change.nick, height, None, photo)
    }
}

type Store<H> = DieselStore<<H as Home>::Connection, Member>;

async fn open<H: Home>(home: &H) -> Store<H> {
    let (number, text, bytes) = match home.url().split(':').next().unwrap() {
        "sqlite" => ("INTEGER PRIMARY KEY AUTOINCREMENT", "TEXT", "BLOB"),
        "postgres" => (
            "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            "TEXT",
            "BYTEA",
        ),
        _ => (
            "BIGINT AUTO_INCREMENT PRIMARY KEY",
            "VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            "BLOB",
        ),
    };
    home.sql(&format!(
        "CREATE TABLE members (
             number {number}, mail {text} NOT NULL UNIQUE, password_digest {text},
             enabled BOOLEAN NOT NULL, confirmed BOOLEAN NOT NULL,
             epoch BIGINT NOT NULL DEFAULT 0, nick {text} NOT NULL UNIQUE,
             height DOUBLE PRECISION, badge INTEGER, photo {bytes})"
    ))
    .await;
    home.open_wide().await
}

fn member(address: &str, nick: &str) -> NewUser<Member> {
    NewUser {
        email: email(address),
        username: None,
        password_hash: Some(hash("$argon2id$one")),
        is_active: true,
        is_verified: false,
        is_superuser: false,
        roles: Roles::none(),
        created_at: now(),
        columns: Own {
            nick: nick.to_owned(),
            height: None,
            badge: None,
            photo: None,
        },
    }
}

async fn store_keeps_the_contract<H: Home>(home: H) {
    drop(home);
    contract::user_database(Fixture::<H>(PhantomData))
        .await
        .assert_kept();
}

struct Fixture<H>(PhantomData<fn() -> H>);

#[async_trait]
impl<H: Home> UserFixture for Fixture<H> {
    type Store = Store<H>;

    async fn fresh(&self) -> Fresh<Store<H>> {
        let home = Arc::new(H::new().await.unwrap());
        let store = open(&*home).await;
        Fresh::new(store).keeping(home)
    }
    fn columns(&self, number: u32) -> Own {
        Own {
            nick: format!("nick {number}"),
            height: Some(f64::from(number) / 8.0),
            badge: i32::try_from(number).ok(),
            photo: Some(number.to_be_bytes().to_vec()),
        }
    }
    fn change(&self, number: u32) -> Option<(OwnChange, Own)> {
        let change = OwnChange {
            nick: Some(format!("Nick {number}, called '; DROP TABLE members")),
            height: Some(-1.5),
            drops_photo: true,
        };
        let after = Own {
            nick: change.nick.clone()?,
            height: Some(-1.5),
            photo: None,
            ..self.columns(number)
        };
        Some((change, after))
    }
    fn has_columns(&self, user: &Member, columns: &Own) -> bool {
        user.own == *columns
    }
}

async fn own_column_can_be_unique<H: Home>(home: H) {
    let store = open(&home).await;
    store
        .insert(member("ada@example.com", "ada"))
        .await
        .unwrap();
    let outcome = store
        .insert(member("eve@example.com", "ada"))
        .await
        .unwrap();
    assert!(
        matches!(outcome, InsertOutcome::Taken(UniqueField::Column("nick"))),
        "{outcome:?}"
    );
    let outcome = store
        .insert(member("ada@example.com", "eve"))
        .await
        .unwrap();
    assert!(
        matches!(outcome, InsertOutcome::Taken(UniqueField::Email)),
        "{outcome:?}"
    );
}

async fn value_without_a_column_is_an_error<H: Home>(home: H) {
    let store = open(&home).await;
    let superuser = NewUser {
        is_superuser: true,
        ..member("ada@example.com", "ada")
    };
    let role = NewUser {
        roles: Roles::parse(["billing"]).unwrap(),
        ..member("ada@example.com", "ada")
    };
    for (new, missing) in [(superuser, "superusers"), (role, "roles")] {
        let error = store.insert(new).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("members"), "{source}");
        assert!(source.contains(missing), "{source}");
    }
}

/// Keeps the session of a user whose key is a number, and not of users whose keys have the same end.
async fn session_of_a_user_with_a_number_as_key_is_kept<H: Home>(home: H) {
    let store = open(&home).await;
    let outcome = store.insert(member("ada@example.com", "ada")).await;
    let InsertOutcome::Inserted(ada) = outcome.unwrap() else {
        panic!("the address is taken");
    };
    let key = ada.number;
    for (of, moves) in [
        (format!("staff:1{key}"), false),
        (format!("staff:{key}1"), false),
        (format!("staff:{key}"), true),
    ] {
        home.sql("UPDATE members SET epoch = 0").await;
        let row = begun(&store, session(&of)).await;
        let change = UserChange::<Member> {
            bump_epoch: true,
            keep_session: Some(row.id),
            ..UserChange::default()
        };
        store
            .update(&key, change, Precondition::anything())
            .await
            .unwrap();
        let moved = stored(&store, &row).await.epoch != row.epoch;
        assert_eq!(moved, moves, "{of}");
    }
}

/// The unique index decides registrations, so opening without it fails.
async fn address_without_a_unique_index_is_rejected<H: Home>(home: H) {
    open(&home).await;
    let drop = match home.url().split(':').next().unwrap() {
        "sqlite" => {
            "ALTER TABLE members RENAME TO old; CREATE TABLE members AS SELECT * FROM old;
             CREATE UNIQUE INDEX pairs ON members (mail, nick);
             CREATE UNIQUE INDEX active_ones ON members (mail) WHERE enabled"
        }
        "postgres" => {
            "ALTER TABLE members DROP CONSTRAINT members_mail_key;
             CREATE UNIQUE INDEX pairs ON members (mail, nick);
             CREATE UNIQUE INDEX active_ones ON members (mail) WHERE enabled"
        }
        _ => "ALTER TABLE members DROP INDEX mail, ADD UNIQUE INDEX pairs (mail(50), nick(50))",
    };
    home.sql(drop).await;
    let error = DieselStore::<H::Connection, Member>::open(home.url())
        .await
        .unwrap_err();
    let words = error.to_string();
    assert!(matches!(error, OpenError::Table { .. }), "{words}");
    assert!(words.contains("`mail` has no unique index"), "{words}");
}

async fn error_names_the_missing_table<H: Home>(home: H) {
    let error = DieselStore::<H::Connection, Member>::open(home.url())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, OpenError::Table { table, .. } if table.contains("members")),
        "{error:?}"
    );
}
