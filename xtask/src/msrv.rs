//! `cargo xtask msrv`: the oldest promised toolchain builds the workspace, if it is installed.

use crate::check::{Check, say};
use crate::process::Process;

/// The `rust-version` of the workspace, which this crate inherits.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

pub(crate) fn run() -> Check {
    let installed = Process::new("rustup", "toolchain list")
        .read()
        .unwrap_or_default();
    let Some(toolchain) = oldest_of(&installed) else {
        say(&format!(
            "notice: Rust {OLDEST} is not installed, so the promise to build with it is NOT checked; \
             rustup toolchain install {OLDEST} --profile minimal"
        ));
        return Ok(());
    };
    // Its own folder, so that two compilers do not throw away each other's work.
    Process::new(
        "rustup",
        &format!("run {toolchain} cargo check --workspace --all-features"),
    )
    .arguments(&["--target-dir".to_owned(), "target/msrv".to_owned()])
    .run()
}

/// The name of the installed toolchain that has the oldest promised version.
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
    fn only_that_version_will_do() {
        let named = format!("stable-x86_64 (active)\n{OLDEST}.1-x86_64-unknown-linux-gnu\n");
        assert_eq!(
            oldest_of(&named),
            Some(format!("{OLDEST}.1-x86_64-unknown-linux-gnu").as_str())
        );

        let others = format!("stable-x86_64 (active)\n{OLDEST}0-x86_64\nnightly-{OLDEST}\n");
        assert_eq!(oldest_of(&others), None);
    }
}
