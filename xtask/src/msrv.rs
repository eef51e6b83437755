//! `cargo xtask msrv`: the oldest supported toolchain builds the workspace.

use crate::check::{Check, Failure};
use crate::process::Process;

/// The `rust-version` of the workspace, which this crate inherits.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

pub(crate) fn run() -> Check {
    let installed = Process::new("rustup", "toolchain list")
        .read()
        .unwrap_or_default();
    let Some(toolchain) = oldest_of(&installed) else {
        let what = format!(
            "Rust {OLDEST} is not installed, so nothing was built with it; \
             rustup toolchain install {OLDEST} --profile minimal"
        );
        return Failure::unchecked(what, "cargo xtask msrv");
    };
    // A separate folder, so that the two compilers do not invalidate each other's builds.
    Process::new(
        "rustup",
        &format!("run {toolchain} cargo check --workspace --all-features"),
    )
    .arguments(&["--target-dir".to_owned(), "target/msrv".to_owned()])
    .run()
}

/// Returns the name of the installed toolchain that has the oldest supported version.
fn oldest_of(installed: &str) -> Option<&str> {
    installed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .find(|name| {
            let rest = name.strip_prefix(OLDEST);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
        })
}

#[cfg(test)]
mod tests {
    use super::{OLDEST, oldest_of};

    #[test]
    fn only_the_oldest_supported_version_matches() {
        let named = format!("stable-x86_64 (active)\n{OLDEST}.1-x86_64-unknown-linux-gnu\n");
        assert_eq!(
            oldest_of(&named),
            Some(format!("{OLDEST}.1-x86_64-unknown-linux-gnu").as_str())
        );

        let others = format!("stable-x86_64 (active)\n{OLDEST}0-x86_64\nnightly-{OLDEST}\n");
        assert_eq!(oldest_of(&others), None);
    }
}
