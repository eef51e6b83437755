// There are no accounts without a secret, and no default for it.
use auth_core::store::memory::MemoryUserDatabase;
use auth_core::{Accounts, User};

fn main() {
    let _ = Accounts::<User>::builder(MemoryUserDatabase::new());
}
