//! Prints the statement that creates the table of customers on each engine.

use std::io::{self, Write};

use auth_diesel::{DeclaredTable, SqlEngine};
use custom_user::Customer;

fn main() -> io::Result<()> {
    for engine in SqlEngine::ALL {
        let statement = Customer::create_table_sql(engine);
        writeln!(io::stdout(), "-- {engine:?}\n{statement}")?;
    }
    Ok(())
}
