//! What must not compile does not: secrets that are shown, accounts without a secret, tokens without
//! a checked password.

#[test]
fn mistakes_are_compile_errors() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
