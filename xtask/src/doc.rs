//! `cargo xtask doc`: the documentation with warnings denied, and that every Rust block of the README is
//! compiled.

use std::fs;

use crate::check::{Check, Failure, all};
use crate::markdown::blocks;
use crate::process::{Process, root};

pub(crate) fn run() -> Check {
    let rustdoc = Process::cargo("doc --workspace --all-features --no-deps")
        .environment("RUSTDOCFLAGS", "-D warnings");
    all([rustdoc.run(), readme()])
}

/// The files whose text the README shows: they are compiled, run and tested like all others.
const SHOWN: [&str; 3] = [
    "examples/custom-user/src/customer.rs",
    "examples/quickstart-axum/src/main.rs",
    "examples/quickstart-browser/src/auth.rs",
];

/// Every Rust block of the README stands word for word in one of them, except the whole program, which
/// `cargo xtask readme` builds and runs.
fn readme() -> Check {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap_or_default();
    let shown = SHOWN.map(read);
    let strays = blocks(&read("README.md"), "rust")
        .into_iter()
        .filter(|block| !block.contains("fn main"))
        .filter(|block| !shown.iter().any(|text| text.contains(block.as_str())));
    all(strays.map(|block| {
        let first = block.lines().next().unwrap_or_default();
        Failure::alone(
            format!(
                "the block of README.md that begins with `{first}` is not in {}",
                SHOWN.join(" or ")
            ),
            "cargo xtask doc",
        )
    }))
}
