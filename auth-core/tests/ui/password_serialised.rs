// What is secret is not serialised.
use auth_core::Password;
use serde::Serialize;

fn sent<T: Serialize>() {}

fn main() {
    sent::<Password>();
}
