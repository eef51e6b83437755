//! `cargo xtask doc`: the documentation with warnings denied, and that the README is compiled.

use std::fs;

use crate::check::{Check, Failure, all};
use crate::process::{Process, root};
use crate::tidy;

pub(crate) fn run() -> Check {
    let rustdoc = Process::cargo("doc --workspace --all-features --no-deps")
        .environment("RUSTDOCFLAGS", "-D warnings");
    all([rustdoc.run(), readme()])
}

/// The README's Rust is compiled as documentation of some crate, so `cargo xtask test` keeps it
/// true; here we only see to it that it is such a crate's documentation.
fn readme() -> Check {
    let text = fs::read_to_string(root().join("README.md")).unwrap_or_default();
    if !has_rust(&text) {
        return Ok(());
    }
    let sources = tidy::files(root()).map_err(|failure| vec![failure])?;
    let mut rust = sources.iter().filter(|file| file.is_rust());
    if rust.any(|file| includes_readme(&file.text)) {
        return Ok(());
    }
    Failure::alone(
        "README.md has Rust code that nothing compiles; \
         let a crate have it as documentation, with #[doc = include_str!(…)]",
        "cargo xtask doc",
    )
}

fn has_rust(markdown: &str) -> bool {
    markdown
        .lines()
        .any(|line| line.trim_start().starts_with("```rust"))
}

fn includes_readme(source: &str) -> bool {
    let attribute = |line: &str| {
        let line = line.trim_start();
        (line.starts_with("#[") || line.starts_with("#!["))
            && line.contains("include_str!(")
            && line.contains("README.md\"")
    };
    source.lines().any(attribute)
}

#[cfg(test)]
mod tests {
    use super::{has_rust, includes_readme};

    #[test]
    fn rust_in_markdown_is_seen() {
        assert!(has_rust("# Title\n```rust,no_run\nfn main() {}\n```\n"));
        assert!(!has_rust("```console\n$ cargo add\n```\n"));
    }

    #[test]
    fn only_an_attribute_makes_it_documentation() {
        assert!(includes_readme(
            "    #[doc = include_str!(\"../../README.md\")]\n"
        ));
        assert!(includes_readme(
            "#[cfg_attr(doctest, doc = include_str!(\"../README.md\"))]\n"
        ));
        assert!(!includes_readme("// include_str!(\"../README.md\")\n"));
    }
}
