//! Storage: the traits that an engine implements, and an implementation of each in memory.

mod blocking;
mod change;
mod expiring;
pub mod memory;
mod page;
mod rows;
mod stored;
mod users;

pub use blocking::{BlockingUserDatabase, blocking};
pub use change::{Expect, NewUser, UserChange};
pub use expiring::{ExpiringKey, ExpiringStore, Inserted, Window};
pub use page::{Page, PageRequest, PageStart};
pub use rows::{UserIter, UserRecord, UserRows, UserRowsMut};
pub use stored::{InvalidStoredUser, StoredUser};
pub use users::{
    DeleteOutcome, InsertOutcome, LoginIdentifier, UniqueField, UpdateOutcome, UserDatabase,
};
