//! The public contract suite, on every engine.

use std::marker::PhantomData;

use async_trait::async_trait;
use auth_core::testing::contract::{self, Fresh, Outage, UserFixture};
use auth_core::{NoColumns, User};
use auth_diesel::DieselStore;
use time::OffsetDateTime;

use crate::homes::Home;
use crate::on_each_engine;

on_each_engine!(users, expiring_entries, sessions, sessions_of_users);

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
    fn created_at(&self, user: &User) -> Option<OffsetDateTime> {
        Some(user.created_at)
    }
}

async fn fresh<H: Home>() -> Fresh<DieselStore<H::Connection>> {
    let home = std::sync::Arc::new(H::new().await.unwrap());
    let store = home.open_wide().await;
    Fresh::new(store)
        .keeping(std::sync::Arc::clone(&home))
        .with_outage(TablesAway(home))
}

/// The tables are called something else for a while.
struct TablesAway<H>(std::sync::Arc<H>);

#[async_trait]
impl<H: Home> Outage for TablesAway<H> {
    async fn begin(&self) {
        self.0
            .sql("ALTER TABLE auth_users RENAME TO away_users")
            .await;
        self.0
            .sql("ALTER TABLE auth_expiring RENAME TO away_expiring")
            .await;
        self.0
            .sql("ALTER TABLE auth_sessions RENAME TO away_sessions")
            .await;
    }
    async fn end(&self) {
        self.0
            .sql("ALTER TABLE away_users RENAME TO auth_users")
            .await;
        self.0
            .sql("ALTER TABLE away_expiring RENAME TO auth_expiring")
            .await;
        self.0
            .sql("ALTER TABLE away_sessions RENAME TO auth_sessions")
            .await;
    }
}
