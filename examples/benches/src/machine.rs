//! The machine, and the versions of the compiler, the crates and the client.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client;
use crate::options::Options;
use crate::report::Machine;

/// The crates whose versions belong to the figures.
const CRATES: &[&str] = &[
    "argon2",
    "axum",
    "diesel",
    "diesel-async",
    "hyper",
    "jsonwebtoken",
    "libsqlite3-sys",
    "mysql_async",
    "poem",
    "tokio",
    "tokio-postgres",
];

/// Returns the folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package).to_owned()
}

/// Describes this machine.
pub(crate) fn describe(options: &Options) -> Machine {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap_or_default();
    Machine {
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        cpu: cpu(&cpus).unwrap_or("unknown").to_owned(),
        rustc: first_line("rustc", &["--version"]).unwrap_or_default(),
        client: client::name(),
        rounds: format!("{} x {} s", options.rounds(), options.seconds()),
        crates: versions(&lock),
        engines: BTreeMap::new(),
    }
}

/// Returns the first line that a program prints.
pub(crate) fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(str::to_owned)
}

fn cpu(cpus: &str) -> Option<&str> {
    let line = cpus.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(": ").map(|(_, name)| name.trim())
}

fn versions(lock: &str) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    for package in lock.split("[[package]]") {
        let value = |key: &str| {
            let line = package.lines().find(|line| line.starts_with(key))?;
            line.split('"').nth(1)
        };
        if let (Some(name), Some(version)) = (value("name ="), value("version ="))
            && CRATES.contains(&name)
        {
            versions.insert(name.to_owned(), version.to_owned());
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::{CRATES, cpu, root, versions};

    #[test]
    fn every_named_crate_is_in_the_lock_file() {
        let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
        let found: Vec<_> = versions(&lock).into_keys().collect();
        assert_eq!(found, CRATES);
    }

    #[test]
    fn name_of_the_processor_is_read() {
        let text = "processor\t: 0\nmodel name\t: AMD EPYC\nmodel name\t: AMD EPYC\n";
        assert_eq!(cpu(text), Some("AMD EPYC"));
        assert_eq!(cpu(""), None);
    }
}
