//! The README's journey against the built program, with this storage.

#[test]
fn the_readme_is_true() {
    setup::journey::check(env!("CARGO_BIN_EXE_custom-storage"));
}
