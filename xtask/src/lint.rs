//! `cargo xtask lint`: formatting, clippy with warnings denied, and the tidy rules.

use crate::check::{Check, all};
use crate::process::Process;
use crate::tidy;

pub(crate) fn run() -> Check {
    let format = Process::cargo("fmt --all --check").run();
    let clippy = "clippy --workspace --all-targets --all-features -- -D warnings";
    all([format, tidy::run(), Process::cargo(clippy).run()])
}
