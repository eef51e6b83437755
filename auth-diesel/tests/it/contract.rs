//! The public contract suite, on every engine.

use std::marker::PhantomData;

use async_trait::async_trait;
use auth_core::NoColumns;
use auth_core::testing::contract::{self, Fresh, Outage, UserFixture};
use auth_diesel::DieselStore;

use crate::homes::Home;
use crate::on_each_engine;

on_each_engine!(
    users,
    expiring_entries,
    sessions,
    sessions_of_users,
    credentials,
    credentials_of_users,
    look_ups,
);

async fn users<H: Home>(home: H) {
    drop(home);
    contract::user_database(Fixture::<H>(PhantomData))
        .await
        .assert_kept();
}

async fn expiring_entries<H: Home>(home: H) {
    drop(home);
    contract::expiring_store(fresh::<H>).await.assert_kept();
}

async fn sessions<H: Home>(home: H) {
    drop(home);
    contract::session_store(fresh::<H>).await.assert_kept();
}

async fn sessions_of_users<H: Home>(home: H) {
    drop(home);
    contract::sessions_of_users(Fixture::<H>(PhantomData))
        .await
        .assert_kept();
}

async fn credentials<H: Home>(home: H) {
    drop(home);
    contract::credential_store(fresh::<H>).await.assert_kept();
}

async fn credentials_of_users<H: Home>(home: H) {
    drop(home);
    contract::credentials_of_users(Fixture::<H>(PhantomData))
        .await
        .assert_kept();
}

async fn look_ups<H: Home>(home: H) {
    drop(home);
    contract::access_lookup(Fixture::<H>(PhantomData))
        .await
        .assert_kept();
}

struct Fixture<H>(PhantomData<fn() -> H>);

#[async_trait]
impl<H: Home> UserFixture for Fixture<H> {
    type Store = DieselStore<H::Connection>;

    async fn fresh(&self) -> Fresh<Self::Store> {
        fresh::<H>().await
    }
    fn columns(&self, _: u32) -> NoColumns {
        NoColumns
    }
}

async fn fresh<H: Home>() -> Fresh<DieselStore<H::Connection>> {
    let home = std::sync::Arc::new(H::new().await.unwrap());
    let store = home.open_wide().await;
    Fresh::new(store)
        .keeping(std::sync::Arc::clone(&home))
        .with_outage(TablesAway(home))
}

/// An outage in which the tables have other names.
struct TablesAway<H>(std::sync::Arc<H>);

const TABLES: [&str; 4] = ["users", "expiring", "sessions", "credentials"];

#[async_trait]
impl<H: Home> Outage for TablesAway<H> {
    async fn begin(&self) {
        for table in TABLES {
            let rename = format!("ALTER TABLE auth_{table} RENAME TO away_{table}");
            self.0.sql(&rename).await;
        }
    }
    async fn end(&self) {
        for table in TABLES {
            let rename = format!("ALTER TABLE away_{table} RENAME TO auth_{table}");
            self.0.sql(&rename).await;
        }
    }
}
