//! `cargo xtask package`: each library packs as it would for publishing, and the packages build.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use crate::check::{Check, Failure};
use crate::members::{self, Member};
use crate::process::{self, Process};

pub(crate) fn run() -> Check {
    let members = members::all().map_err(|failure| vec![failure])?;
    let command = package(&members);
    let target = process::root().join("target");
    forget_earlier_packages(&members, &cargo_home(), &target)
        .map_err(|error| vec![Failure::new(error.to_string(), command.line())])?;
    command.run()
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

fn cargo_home() -> PathBuf {
    let user = || env::home_dir().unwrap_or_default().join(".cargo");
    env::var_os("CARGO_HOME").map_or_else(user, PathBuf::from)
}

/// Removes what an earlier run left of the libraries. Cargo takes a package of one version for immutable:
/// it would build the dependents with the sources of the earlier run.
fn forget_earlier_packages(members: &[Member], home: &Path, target: &Path) -> io::Result<()> {
    // `registry/src/-HASH/NAME-VERSION` has the sources out of the step's temporary registry.
    for registry in folders(&home.join("registry/src"))? {
        if name_of(&registry).starts_with('-') {
            remove_libraries(members, &registry)?;
        }
    }
    // `NAME-HASH` says that the library was built.
    remove_libraries(members, &target.join("debug/.fingerprint"))
}

fn remove_libraries(members: &[Member], folder: &Path) -> io::Result<()> {
    for path in folders(folder)? {
        let name = name_of(&path);
        let mut libraries = members.iter().filter(|member| member.is_library());
        if libraries.any(|member| name.starts_with(&format!("{}-", member.name))) {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

/// Returns the folders in a folder; none if it does not exist.
fn folders(parent: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(parent) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths = entries.map(|entry| Ok(entry?.path()));
    let paths = paths.collect::<io::Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.is_dir()).collect())
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{forget_earlier_packages, package};
    use crate::members::Member;
    use crate::scratch::Folder;

    fn members() -> Vec<Member> {
        let members = ["auth-axum", "auth-core", "xtask"].map(|name| Member {
            name: name.to_owned(),
            features: Vec::new(),
        });
        members.into()
    }

    #[test]
    fn all_libraries_are_packaged_by_one_command() {
        assert_eq!(
            package(&members()).line(),
            "CARGO_PROFILE_DEV_DEBUG=line-tables-only cargo package --offline --quiet --package=auth-axum --package=auth-core"
        );
    }

    #[test]
    fn sources_and_builds_of_earlier_packages_are_removed() {
        let folder = Folder::create("xtask-package").unwrap();
        let stale = [
            "home/registry/src/-12ab/auth-core-0.1.0/src/lib.rs",
            "target/debug/.fingerprint/auth-axum-12ab/lib",
        ];
        let kept = [
            "home/registry/src/-12ab/serde-1.0.0/src/lib.rs",
            "home/registry/src/index.crates.io-12ab/auth-core-0.1.0/src/lib.rs",
            "target/debug/.fingerprint/serde-12ab/lib",
        ];
        for path in stale.iter().chain(&kept) {
            folder.write(path, "").unwrap();
        }
        let path = |name: &str| folder.path().join(name);

        forget_earlier_packages(&members(), &path("home"), &path("target")).unwrap();

        assert!(stale.iter().all(|name| !path(name).exists()));
        assert!(kept.iter().all(|name| path(name).exists()));
    }

    #[test]
    fn first_run_has_nothing_to_remove() {
        let folder = Folder::create("xtask-package-first").unwrap();
        forget_earlier_packages(&members(), folder.path(), folder.path()).unwrap();
    }
}
