//! `cargo xtask package`: each library packs as it would for publishing, and the packages build.

use crate::check::Check;
use crate::members::{self, Member};
use crate::process::Process;

pub(crate) fn run() -> Check {
    let members = members::all().map_err(|failure| vec![failure])?;
    package(&members).run()
}

/// One command packages all libraries: a package is built with packaged dependencies, not with folders.
fn package(members: &[Member]) -> Process {
    let libraries = members.iter().filter(|member| member.is_library());
    let names = libraries.map(|member| format!("--package={}", member.name));
    Process::cargo("package --offline --quiet")
        .arguments(&names.collect::<Vec<_>>())
        // The settings of this workspace, to reuse its builds of other crates.
        .environment("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
}

#[cfg(test)]
mod tests {
    use super::package;
    use crate::members::Member;

    #[test]
    fn all_libraries_are_packaged_by_one_command() {
        let members = ["auth-axum", "auth-core", "xtask"].map(|name| Member {
            name: name.to_owned(),
            features: Vec::new(),
        });
        assert_eq!(
            package(&members).line(),
            "CARGO_PROFILE_DEV_DEBUG=line-tables-only cargo package --offline --quiet --package=auth-axum --package=auth-core"
        );
    }
}
