//! `cargo xtask deny`: licences, bans and sources with cargo-deny.

use crate::check::{Check, Failure};
use crate::process::Process;

const REPEAT: &str = "cargo xtask deny";

/// Advisories are checked by `cargo deny check advisories`: they need the network, and their result
/// changes from day to day while the code stays the same.
pub(crate) fn run() -> Check {
    with(Process::cargo("deny --version").succeeds())
}

fn with(is_installed: bool) -> Check {
    if !is_installed {
        let what = "cargo-deny is not installed, so licences, bans and sources were not read; \
                    cargo install cargo-deny --locked";
        return Failure::unchecked(what, REPEAT);
    }
    // A wrapper that does not depend on the banned crate is allowed.
    Process::cargo("deny check -A unused-wrapper bans licenses sources").run()
}

#[cfg(test)]
mod tests {
    use super::with;

    #[test]
    fn missing_tool_is_no_success() {
        let failures = with(false).unwrap_err();
        assert_eq!(failures.len(), 1);
        assert!(failures[0].is_unchecked);
        assert!(failures[0].what.contains("cargo install cargo-deny"));
    }
}
