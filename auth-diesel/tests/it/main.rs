//! The guarantees of the storage traits and of this crate, on every engine.
//!
//! Tests with a server read its URL from the environment; `cargo xtask test` starts the servers.
#![cfg(test)]

mod app_migrations;
mod cached_lookups;
mod cancel;
mod contract;
mod credentials;
mod cut_off;
mod declared_routes;
mod declared_user;
mod driver_log;
mod ended_sessions;
mod homes;
mod kept_session;
mod language;
mod limits;
mod lookup;
mod lookup_connections;
mod migrate;
mod one_connection;
mod open;
mod outage;
mod own_columns;
mod own_user;
mod pgbouncer;
mod prefix;
mod replaced;
mod rows;
mod session_flow;
mod sessions;
mod settings;
mod support;
mod tls;
mod transaction;
mod url;

/// Defines a test of a generic function for each engine: `on_each_engine!(mod::name)`. The function takes a
/// [`Home`](homes::Home), which is where an empty database is.
macro_rules! on_each_engine {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::homes::{File, Home, Mysql, Postgres};

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                if let Some(home) = File::new().await {
                    super::$name(home).await;
                }
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                if let Some(home) = Postgres::new().await {
                    super::$name(home).await;
                }
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn mysql() {
                if let Some(home) = Mysql::new().await {
                    super::$name(home).await;
                }
            }
        }
    )+};
}
pub(crate) use on_each_engine;
