//! Storage: the traits that an engine implements, and an implementation of each in memory.

mod change;
mod expiring;
pub mod memory;
mod page;
mod users;

pub use change::{Expect, NewUser, UserChange};
pub use expiring::{ExpiringKey, ExpiringStore, Inserted, Window};
pub use page::{Page, PageRequest, PageStart};
pub use users::{
    DeleteOutcome, InsertOutcome, LoginIdentifier, UniqueField, UpdateOutcome, UserDatabase,
};
