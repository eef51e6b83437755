//! Accounts in a table that the application had before: customers with a number, a digest, a name to
//! show, a language, and the company they belong to.
//!
//! | file | what it says |
//! | --- | --- |
//! | `customer.rs` | what a customer is, and what of it accounts need |
//! | `columns.rs` | what a registration and a `PATCH /users/me` may say of a customer |
//! | `mapping.rs` | in which columns it stands |
//! | `schema.rs` | the table, on every engine |

mod columns;
mod customer;
mod mapping;
mod schema;

pub use columns::{
    CustomerChange, CustomerColumns, InvalidLocale, Locale, NO_COMPANY, NewCustomer,
};
pub use customer::Customer;
pub use schema::open;
