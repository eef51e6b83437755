// What is secret is not serialised.
use auth_core::secret::MasterSecret;
use serde::Serialize;

fn sent<T: Serialize>() {}

fn main() {
    sent::<MasterSecret>();
}
