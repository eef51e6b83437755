//! A storage of your own: users, expiring entries and sessions in [redb](https://docs.rs/redb), an embedded
//! key-value store.
//!
//! | file | what is there |
//! | --- | --- |
//! | `users.rs` | users, which is all that a storage must have: an adapter in fewer than a hundred lines of code |
//! | `entries.rs` | [`ExpiringStore`](auth_core::ExpiringStore), so that revocations survive a restart, too |
//! | `sessions.rs` | [`SessionStore`](auth_core::SessionStore), for refresh tokens and a list of logins |
//! | `tests/it/contract.rs` | the suites that test all three |

mod entries;
mod sessions;
mod users;

pub use users::RedbStore;
