//! The declared user keeps the contract of a user store.

use async_trait::async_trait;
use auth_core::testing::contract::{self, Fresh, UserFixture};
use auth_diesel::AnyStore;
use custom_user::{Customer, CustomerChange, NewCustomer, open};

use crate::databases::{Database, Kind};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_sqlite() {
    check(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_postgres() {
    check(Kind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_mysql() {
    check(Kind::Mysql).await;
}

async fn check(kind: Kind) {
    if Database::new(kind).await.is_some() {
        contract::user_database(Fixture(kind)).await.assert_kept();
    }
}

struct Fixture(Kind);

#[async_trait]
impl UserFixture for Fixture {
    type Store = AnyStore<Customer>;

    async fn fresh(&self) -> Fresh<AnyStore<Customer>> {
        let database = Database::new(self.0).await.unwrap();
        let store = open(&database.url).await.unwrap();
        Fresh::new(store).keeping(database)
    }
    fn columns(&self, number: u32) -> NewCustomer {
        NewCustomer {
            display_name: format!("Customer {number}"),
            locale: number.is_multiple_of(2).then(|| "pt-BR".to_owned()),
            company: Some(i64::from(number) << 32),
        }
    }
    fn change(&self, number: u32) -> Option<(CustomerChange, NewCustomer)> {
        let after = NewCustomer {
            display_name: format!("Customer {number}, the '\"`\\ one"),
            locale: Some("de".to_owned()),
            company: None,
        };
        let change = CustomerChange {
            display_name: Some(after.display_name.clone()),
            locale: Some(after.locale.clone()),
            company: Some(None),
        };
        Some((change, after))
    }
    fn has_columns(&self, customer: &Customer, columns: &NewCustomer) -> bool {
        customer.display_name == columns.display_name
            && customer.locale == columns.locale
            && customer.company == columns.company
    }
}
