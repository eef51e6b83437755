//! `cargo xtask doc`: the documentation with warnings denied, and that the README is compiled.

use std::fs;

use crate::check::{Check, Failure, all};
use crate::process::{Process, root};

pub(crate) fn run() -> Check {
    let rustdoc = Process::cargo("doc --workspace --all-features --no-deps")
        .environment("RUSTDOCFLAGS", "-D warnings");
    all([rustdoc.run(), readme()])
}

/// The files whose text the README shows: they are compiled, run and tested like all others.
const SHOWN: [&str; 2] = [
    "examples/quickstart-axum/src/main.rs",
    "examples/quickstart-browser/src/auth.rs",
];

/// Every Rust block of the README stands word for word in one of them.
fn readme() -> Check {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap_or_default();
    let shown = SHOWN.map(read);
    let strays = rust_blocks(&read("README.md"))
        .into_iter()
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

fn rust_blocks(markdown: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in markdown.lines() {
        match &mut open {
            Some(_) if line.trim_start().starts_with("```") => blocks.extend(open.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
            None if line.trim_start().starts_with("```rust") => open = Some(String::new()),
            None => {}
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::rust_blocks;

    #[test]
    fn rust_in_markdown_is_seen() {
        let text = "# Title\n```rust\nfn main() {}\n```\n```sh\nls\n```\n";
        assert_eq!(rust_blocks(text), ["fn main() {}\n"]);
    }
}
