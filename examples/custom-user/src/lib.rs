//! A shop whose customers log in: accounts with a user of the application's own, in a table of its own.
//!
//! | file | contents |
//! | --- | --- |
//! | `src/customer.rs` | the declaration of a customer: the struct, the routes' bodies, what clients see, and the table follow from it |
//! | `migrations/*.sql` | the statement that creates the table, as `cargo run -p custom-user --example create_table` prints it |
//! | `src/database.rs` | opens a database, and runs the migrations |
//! | `src/main.rs` | the program |
//! | `tests/it` | the contract of storage, and the routes, on every engine |

mod customer;
mod database;

pub use customer::{Customer, CustomerChange, NewCustomer};
pub use database::open;
