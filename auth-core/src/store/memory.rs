//! The storage traits in the memory of one process: for tests, demonstrations and small tools.
//!
//! They keep every guarantee of the traits and lose all data when the process ends. `build()` reports
//! that as a warning, or as a problem if several processes are declared.

mod credentials;
mod expiring;
mod sessions;
mod users;

pub use credentials::MemoryCredentialStore;
pub use expiring::MemoryExpiringStore;
pub use sessions::MemorySessionStore;
pub use users::MemoryUserDatabase;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also after a panic of another holder of the lock: the data is consistent after each
/// statement of these stores.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
