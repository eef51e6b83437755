//! The database: where it is, and which migrations of the application it needs.

use auth_diesel::{AnyStore, OpenError, SqlEngine, StoreOptions};

use crate::Customer;

/// Opens the database of a URL, and creates the tables that it does not have.
///
/// An application knows its engine and has one migration here; the example runs on all.
///
/// # Errors
///
/// [`OpenError`] if the database cannot be opened, or has a table that does not fit.
pub async fn open(url: &str) -> Result<AnyStore<Customer>, OpenError> {
    let customers = match SqlEngine::of_url(url) {
        Some(SqlEngine::Postgres) => include_str!("../migrations/0001_customers.postgres.sql"),
        Some(SqlEngine::Mysql) => include_str!("../migrations/0001_customers.mysql.sql"),
        Some(SqlEngine::Sqlite) | None => include_str!("../migrations/0001_customers.sqlite.sql"),
    };
    let options = StoreOptions::default().migration("0001_customers", customers);
    AnyStore::open_with(url, options).await
}
