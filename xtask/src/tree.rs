//! `cargo tree` as data: the dependencies of a crate with their versions.

use std::collections::BTreeSet;

use crate::check::Failure;
use crate::process::Process;

/// One crate of the dependency graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
}

/// The crates below one crate or below the whole workspace, each once.
#[derive(Debug)]
pub(crate) struct Tree {
    packages: BTreeSet<Package>,
}

impl Tree {
    /// Runs `cargo tree` with arguments that select the crate, its features and the kinds of edges.
    pub(crate) fn of(arguments: &str) -> Result<Self, Failure> {
        let tree = Process::cargo("tree --prefix none --format {p}").arguments(
            &arguments
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        );
        Ok(Self::parse(&tree.read()?))
    }

    /// Parses lines like `axum v0.8.9 (*)` or `auth-core v0.1.0 (/folder)`; other lines are ignored.
    pub(crate) fn parse(printed: &str) -> Self {
        let package = |line: &str| {
            let (name, rest) = line.trim().split_once(" v")?;
            let version = rest.split_whitespace().next()?;
            Some(Package {
                name: name.to_owned(),
                version: version.to_owned(),
            })
        };
        Self {
            packages: printed.lines().filter_map(package).collect(),
        }
    }

    /// Returns the crates whose names match one of the patterns; a pattern may end in `*`.
    pub(crate) fn matching<'a>(
        &'a self,
        patterns: &'a [&'a str],
    ) -> impl Iterator<Item = &'a Package> {
        self.packages.iter().filter(|package| {
            patterns
                .iter()
                .any(|pattern| matches(pattern, &package.name))
        })
    }

    /// Returns the number of crates from outside of the workspace.
    pub(crate) fn foreign(&self) -> usize {
        self.packages
            .iter()
            .filter(|package| !package.name.starts_with("auth-"))
            .count()
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == name, |prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::Tree;

    const SAMPLE: &str = "auth-core v0.1.0 (/folder/auth-core)\n\
                          async-trait v0.1.92 (proc-macro)\n\
                          http v1.5.0\n\
                          \n\
                          http-body v1.0.1\n\
                          syn v2.0.119\n\
                          syn v3.0.10\n\
                          syn v3.0.10 (*)\n";

    fn names(patterns: &[&str]) -> Vec<String> {
        let tree = Tree::parse(SAMPLE);
        tree.matching(patterns)
            .map(|package| package.name.clone())
            .collect()
    }

    #[test]
    fn each_version_counts_once_and_workspace_crates_do_not() {
        assert_eq!(Tree::parse(SAMPLE).foreign(), 5);
    }

    #[test]
    fn star_matches_the_rest_of_a_name() {
        assert_eq!(names(&["http"]), ["http"]);
        assert_eq!(names(&["http*"]), ["http", "http-body"]);
        assert_eq!(names(&["sy"]), [""; 0]);
        assert_eq!(names(&["syn"]), ["syn", "syn"]);
    }
}
