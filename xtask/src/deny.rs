//! `cargo xtask deny`: licences, bans and sources with cargo-deny, if it is installed.

use crate::check::{Check, say};
use crate::process::Process;

/// Advisories are checked by `cargo deny check advisories`: they need the network, and their result
/// changes from day to day while the code stays the same.
pub(crate) fn run() -> Check {
    if !Process::cargo("deny --version").succeeds() {
        say(
            "notice: cargo-deny is not installed, so licences and sources are NOT checked; \
             cargo install cargo-deny --locked",
        );
        return Ok(());
    }
    // A wrapper that does not depend on the banned crate is allowed.
    Process::cargo("deny check -A unused-wrapper bans licenses sources").run()
}
