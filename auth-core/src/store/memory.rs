//! The storage traits in the memory of one process: for tests, demonstrations and small tools.
//!
//! They keep every guarantee of the traits and lose everything when the process ends, which
//! `build()` says in a warning (or a problem, where several processes are declared).

mod credentials;
mod expiring;
mod sessions;
mod users;

pub use credentials::MemoryCredentialStore;
pub use expiring::MemoryExpiringStore;
pub use sessions::MemorySessionStore;
pub use users::MemoryUserDatabase;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also after another thread panicked while it held the lock: every step below leaves the
/// data consistent at each of its points.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
