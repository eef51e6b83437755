// What is secret is not printed.
use std::fmt::Display;

use auth_core::secret::MasterSecret;

fn shown<T: Display>() {}

fn main() {
    shown::<MasterSecret>();
}
