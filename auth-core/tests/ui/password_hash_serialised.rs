// What is secret is not serialised.
use auth_core::PasswordHash;
use serde::Serialize;

fn sent<T: Serialize>() {}

fn main() {
    sent::<PasswordHash>();
}
