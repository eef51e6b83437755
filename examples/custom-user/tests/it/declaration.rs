//! The migrations create the table of the declaration.

use auth_diesel::{DeclaredTable, SqlEngine};
use custom_user::Customer;

#[test]
fn migrations_are_the_printed_statements() {
    for engine in SqlEngine::ALL {
        let file = match engine {
            SqlEngine::Sqlite => include_str!("../../migrations/0001_customers.sqlite.sql"),
            SqlEngine::Postgres => include_str!("../../migrations/0001_customers.postgres.sql"),
            SqlEngine::Mysql => include_str!("../../migrations/0001_customers.mysql.sql"),
        };
        let printed = Customer::create_table_sql(engine);
        assert_eq!(
            file, printed,
            "print it with `cargo run -p custom-user --example create_table`"
        );
    }
}
