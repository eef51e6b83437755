//! The declaration of a user with its table.

/// Declares the application's user type together with its table.
///
/// The declaration is that of [`auth_core::user!`], and names the table: `table: "customers"`. The
/// struct, the routes' bodies, what clients see, and [`SqlUser`](crate::SqlUser) follow from it, on every
/// engine. [`DeclaredTable::create_table_sql`](crate::DeclaredTable::create_table_sql) returns the statement
/// that creates the table.
///
/// # Examples
///
/// ```
/// use auth_core::Account;
/// use auth_diesel::{DeclaredTable, SqlEngine, SqliteStore, StoreOptions};
///
/// auth_diesel::user! {
///     /// A customer of the shop.
///     pub struct Customer (table: "customers", new: NewCustomer, change: CustomerChange) {
///         pub number: i64,
///         pub account: Account [without_usernames, password_hash = "password_digest"],
///         /// The public name.
///         pub display_name: String [register, owner, length = 1..=80],
///         pub company: Option<i64> [admin],
///     }
/// }
///
/// # #[cfg(feature = "sqlite")] {
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}", folder.path().join("shop.db").display());
/// // An application keeps the statement in a file of its migrations.
/// let table = Customer::create_table_sql(SqlEngine::Sqlite);
/// let options = StoreOptions::default().migration("0001_customers", table);
/// let store: SqliteStore<Customer> = SqliteStore::open_with(&url, options).await?;
/// # drop(store);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Compiler errors
///
/// A declaration without a table is an error with a sentence that says what is expected:
///
/// ```compile_fail
/// use auth_core::Account;
///
/// auth_diesel::user! {
///     struct Customer (new: NewCustomer, change: CustomerChange) { // error: expected `table: "…"`
///         number: i64,
///         account: Account,
///     }
/// }
/// ```
#[macro_export]
macro_rules! user {
    (
        $(#[$meta:meta])*
        $vis:vis struct $User:ident
            (table: $table:literal, new: $New:ident, change: $Change:ident)
        { $($members:tt)* }
    ) => {
        $crate::auth_core::user! {
            $(#[$meta])*
            $vis struct $User (new: $New, change: $Change) { $($members)* }
        }

        impl $crate::DeclaredTable for $User {
            const TABLE: &'static str = $table;
        }
    };
    ($($other:tt)*) => {
        compile_error!(
            "expected `struct Customer (table: \"customers\", new: NewCustomer, change: CustomerChange) \
             { … }`: the table, and the names of two more structs, for the own columns of a new user and \
             for a change of them"
        );
    };
}
