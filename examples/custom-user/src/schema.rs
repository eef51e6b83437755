//! The application's own table, and how a database comes to have it.

use auth_core::BoxError;
use auth_diesel::diesel_async::AsyncConnection;
use auth_diesel::{AnyStore, MysqlConnection, PostgresConnection, SqliteConnection};

use crate::customer::Customer;

diesel::table! {
    customers (number) {
        number -> BigInt,
        email -> Text,
        password_digest -> Nullable<Text>,
        is_active -> Bool,
        is_verified -> Bool,
        is_clerk -> Bool,
        epoch -> BigInt,
        display_name -> Text,
        locale -> Nullable<Text>,
        company_id -> BigInt,
    }
}

/// Opens the database of a URL, and makes the table where it is not there. The toolkit makes its own
/// table, of what expires, beside it.
///
/// An application has its migrations for this, and knows its one engine; the example runs on all.
///
/// # Errors
///
/// Whatever the database has against it.
pub async fn open(url: &str) -> Result<AnyStore<Customer>, BoxError> {
    match url.split_once("://") {
        Some(("sqlite", path)) => {
            run::<SqliteConnection>(path, include_str!("../schema/sqlite.sql")).await?;
        }
        Some(("mysql", _)) => {
            run::<MysqlConnection>(url, include_str!("../schema/mysql.sql")).await?;
        }
        _ => run::<PostgresConnection>(url, include_str!("../schema/postgres.sql")).await?,
    }
    Ok(AnyStore::open(url).await?)
}

async fn run<C: AsyncConnection>(url: &str, script: &str) -> Result<(), BoxError> {
    let mut connection = C::establish(url).await?;
    Ok(connection.batch_execute(script).await?)
}
