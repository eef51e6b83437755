//! What must not compile does not: secrets that are shown, accounts without a secret, logins and
//! tokens without a proof.

#[test]
fn mistakes_are_compile_errors() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
