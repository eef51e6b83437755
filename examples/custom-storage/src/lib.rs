//! A storage of your own: users and expiring entries in [redb](https://docs.rs/redb), an embedded
//! key-value store.
//!
//! | file | what is there |
//! | --- | --- |
//! | `store.rs` | the database file, and blocking work off the executor |
//! | `users.rs` | [`UserDatabase`](auth_core::UserDatabase), the one trait that a storage must implement |
//! | `rows.rs` | how users lie in the file |
//! | `entries.rs` | [`ExpiringStore`](auth_core::ExpiringStore), so that revocations survive a restart, too |
//! | `tests/it/contract.rs` | the suite that proves it |

mod entries;
mod rows;
mod store;
mod users;

pub use store::RedbStore;
