//! A user that `user!` declares with its table: keys of three types, and columns of every kind, in a
//! table that the printed statement creates.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use auth_core::store::{
    InsertOutcome, NewUser, Precondition, UniqueField, UpdateOutcome, UserChange, UserDatabase,
};
use auth_core::testing::contract::{self, Fresh, UserFixture};
use auth_core::{Account, Roles};
use auth_diesel::{DeclaredTable, DieselStore, OpenError, SqlEngine, SqlUser, StoreOptions};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::homes::Home;
use crate::on_each_engine;
use crate::support::{email, hash, now};

on_each_engine!(
    users_with_a_number_as_key_keep_the_contract,
    users_with_a_uuid_as_key_keep_the_contract,
    users_with_a_text_as_key_keep_the_contract,
    unique_violation_names_the_column,
    text_key_that_no_row_can_have_is_absent,
    missing_unique_index_of_an_own_column_is_refused,
);

/// Declares a user type with this type of key.
macro_rules! customer {
    ($module:ident, $table:literal, $Id:ty) => {
        mod $module {
            use super::*;

            auth_diesel::user! {
                pub(super) struct Customer (table: $table, new: NewCustomer, change: CustomerChange) {
                    pub(super) number: $Id [column = "customer number"],
                    pub(super) account: Account [email = "mail", password_hash = "digest"],
                    pub(super) nick: String [register, owner, unique, length = 1..=40, json = "nickname"],
                    pub(super) about: String [register, owner, length = 0..=20000],
                    pub(super) order: Option<i32> [admin, range = 0..=9],
                    pub(super) points: i64 [],
                    pub(super) height: Option<f64> [owner],
                    pub(super) newsletter: bool [register, owner, default = false],
                    pub(super) card: Option<Uuid> [unique],
                    pub(super) since: Option<OffsetDateTime> [hidden],
                }
            }

            pub(super) struct Fixture<H>(pub(super) PhantomData<fn() -> H>);

            #[async_trait]
            impl<H: Home> UserFixture for Fixture<H> {
                type Store = DieselStore<H::Connection, Customer>;

                async fn fresh(&self) -> Fresh<Self::Store> {
                    let home = Arc::new(H::new().await.unwrap());
                    Fresh::new(open(&*home).await).keeping(home)
                }
                fn columns(&self, number: u32) -> NewCustomer {
                    NewCustomer {
                        nick: format!("Nick {number} '\"`\\ 🐘"),
                        about: "é".repeat(if number == 1 { 20_000 } else { 3 }),
                        order: (number % 2 == 0).then_some(7),
                        points: i64::MIN + i64::from(number),
                        height: Some(f64::from(number) / 8.0),
                        newsletter: number % 2 == 0,
                        card: Some(Uuid::from_u128(number.into())),
                        since: Some(now()),
                    }
                }
                fn change(&self, number: u32) -> Option<(CustomerChange, NewCustomer)> {
                    let mut after = self.columns(number);
                    after.nick = format!("New {number}");
                    after.order = None;
                    after.points = i64::MAX;
                    after.newsletter = !after.newsletter;
                    after.card = None;
                    after.since = None;
                    let change = CustomerChange {
                        nick: Some(after.nick.clone()),
                        order: Some(None),
                        points: Some(after.points),
                        newsletter: Some(after.newsletter),
                        card: Some(None),
                        since: Some(None),
                        ..CustomerChange::default()
                    };
                    Some((change, after))
                }
                fn has_columns(&self, customer: &Customer, columns: &NewCustomer) -> bool {
                    let NewCustomer { nick, about, order, points, height, newsletter, card, since } =
                        columns;
                    (&customer.nick, &customer.about, &customer.order) == (nick, about, order)
                        && (&customer.points, &customer.height) == (points, height)
                        && (&customer.newsletter, &customer.card) == (newsletter, card)
                        && customer.since == *since
                }
            }
        }
    };
}

customer!(numbered, "customers", i64);
customer!(by_uuid, "customers of uuids", Uuid);
customer!(by_text, "customers_of_texts", String);

/// Opens a database whose table of users is created by the printed statement, as a migration.
async fn open<H: Home, U: DeclaredTable>(home: &H) -> DieselStore<H::Connection, U> {
    let engine = SqlEngine::of_url(home.url()).unwrap();
    let options = StoreOptions::default()
        .migration("0001_customers", U::create_table_sql(engine))
        .pool_size(64)
        .checkout_timeout(std::time::Duration::from_mins(1));
    DieselStore::open_with(home.url(), options).await.unwrap()
}

async fn users_with_a_number_as_key_keep_the_contract<H: Home>(home: H) {
    drop(home);
    let report = contract::user_database(numbered::Fixture::<H>(PhantomData)).await;
    report.assert_kept();
}

async fn users_with_a_uuid_as_key_keep_the_contract<H: Home>(home: H) {
    drop(home);
    let report = contract::user_database(by_uuid::Fixture::<H>(PhantomData)).await;
    report.assert_kept();
}

async fn users_with_a_text_as_key_keep_the_contract<H: Home>(home: H) {
    drop(home);
    let report = contract::user_database(by_text::Fixture::<H>(PhantomData)).await;
    report.assert_kept();
}

fn new<U: SqlUser>(address: &str, columns: auth_core::user::NewColumns<U>) -> NewUser<U> {
    NewUser {
        email: email(address),
        username: None,
        password_hash: Some(hash("$argon2id$one")),
        is_active: true,
        is_verified: false,
        is_superuser: false,
        roles: Roles::none(),
        created_at: now(),
        columns,
    }
}

fn inserted<U: Debug>(outcome: InsertOutcome<U>) -> U {
    match outcome {
        InsertOutcome::Inserted(user) => user,
        InsertOutcome::Taken(field) => panic!("{field} is taken"),
    }
}

async fn unique_violation_names_the_column<H: Home>(home: H) {
    let fixture = numbered::Fixture::<H>(PhantomData);
    let store = open::<H, numbered::Customer>(&home).await;
    let first = new::<numbered::Customer>("ada@example.com", fixture.columns(1));
    inserted(store.insert(first.clone()).await.unwrap());
    let second = new("eve@example.com", fixture.columns(2));
    let eve = inserted(store.insert(second).await.unwrap());

    for (field, differs) in [("card", "nick"), ("nickname", "card")] {
        let mut taken = new::<numbered::Customer>("bob@example.com", fixture.columns(1));
        let mut change = numbered::CustomerChange::default();
        if differs == "nick" {
            taken.columns.nick = "Bob".to_owned();
            change.card = Some(taken.columns.card);
        } else {
            taken.columns.card = None;
            change.nick = Some(taken.columns.nick.clone());
        }
        let outcome = store.insert(taken).await.unwrap();
        let expected = UniqueField::Column(field);
        assert!(
            matches!(outcome, InsertOutcome::Taken(f) if f == expected),
            "{outcome:?}"
        );

        let change = UserChange {
            columns: change,
            ..UserChange::default()
        };
        let outcome = store
            .update(&eve.number, change, Precondition::anything())
            .await
            .unwrap();
        assert!(
            matches!(outcome, UpdateOutcome::Taken(f) if f == expected),
            "{outcome:?}"
        );
    }
    let mut same_address = new::<numbered::Customer>("ada@example.com", fixture.columns(3));
    same_address.columns.card = None;
    let outcome = store.insert(same_address).await.unwrap();
    assert!(
        matches!(outcome, InsertOutcome::Taken(UniqueField::Email)),
        "{outcome:?}"
    );
}

async fn text_key_that_no_row_can_have_is_absent<H: Home>(home: H) {
    let fixture = by_text::Fixture::<H>(PhantomData);
    let store = open::<H, by_text::Customer>(&home).await;
    let ada = inserted(
        store
            .insert(new("ada@example.com", fixture.columns(1)))
            .await
            .unwrap(),
    );
    let key = &ada.number;
    for other in [
        format!("{key} "),
        format!("{key}\0"),
        key.to_uppercase(),
        String::new(),
        "x".repeat(70_000),
    ] {
        assert!(store.get(&other).await.unwrap().is_none(), "{other:?}");
        let change = UserChange {
            is_active: Some(false),
            ..UserChange::default()
        };
        let updated = store
            .update(&other, change, Precondition::anything())
            .await
            .unwrap();
        assert!(matches!(updated, UpdateOutcome::Missing), "{other:?}");
        let deleted = store
            .delete(&other, Precondition::anything(), None)
            .await
            .unwrap();
        assert_eq!(
            deleted,
            auth_core::store::DeleteOutcome::Missing,
            "{other:?}"
        );
    }
    assert!(store.get(key).await.unwrap().unwrap().account.is_active);
}

async fn missing_unique_index_of_an_own_column_is_refused<H: Home>(home: H) {
    let engine = SqlEngine::of_url(home.url()).unwrap();
    let statement = numbered::Customer::create_table_sql(engine);
    let nick = statement
        .lines()
        .find(|line| line.contains("nick"))
        .unwrap();
    let without = statement.replace(nick, &nick.replace(" UNIQUE", ""));
    let options = StoreOptions::default().migration("0001_customers", without);
    let opened = DieselStore::<H::Connection, numbered::Customer>::open_with(home.url(), options);
    let error = opened.await.unwrap_err();
    assert!(matches!(error, OpenError::Table { .. }), "{error}");
    assert!(
        error.to_string().contains("`nick` has no unique index"),
        "{error}"
    );
}
