//! The README's journey against the built program.
#![cfg(test)]

#[test]
fn readme_journey_works() {
    setup::journey::check(env!("CARGO_BIN_EXE_quickstart-axum"));
}
