//! A storage of your own: users and expiring entries in [redb](https://docs.rs/redb), an embedded
//! key-value store.
//!
//! | file | what is there |
//! | --- | --- |
//! | `users.rs` | users, which is all that a storage must have: an adapter in fewer than a hundred lines of code |
//! | `entries.rs` | [`ExpiringStore`](auth_core::ExpiringStore), so that revocations survive a restart, too |
//! | `tests/it/contract.rs` | the suite that proves it |

mod entries;
mod users;

pub use users::RedbStore;
