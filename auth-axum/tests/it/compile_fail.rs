//! Mistakes that must be compile errors: a state without the handle, a user made without a guard.

#[test]
fn mistakes_are_compile_errors() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
