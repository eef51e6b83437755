// What is secret is not printed.
use std::fmt::Display;

use auth_core::secret::Secret;

fn shown<T: Display>() {}

fn main() {
    shown::<Secret>();
}
