// What is secret is not printed.
use std::fmt::Display;

use auth_core::PasswordHash;

fn shown<T: Display>() {}

fn main() {
    shown::<PasswordHash>();
}
