// What is secret is not serialised.
use auth_core::secret::Secret;
use serde::Serialize;

fn sent<T: Serialize>() {}

fn main() {
    sent::<Secret>();
}
