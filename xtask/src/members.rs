//! The crates of the workspace and their features, read from `cargo tree`.

use crate::check::Failure;
use crate::process::Process;

/// One crate of the workspace.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Every feature, `default` left out.
    pub(crate) features: Vec<String>,
}

impl Member {
    /// Returns whether applications depend on this crate.
    pub(crate) fn is_library(&self) -> bool {
        self.name.starts_with("auth-")
    }
}

/// Returns all crates of the workspace, sorted by name.
pub(crate) fn all() -> Result<Vec<Member>, Failure> {
    // With every feature switched on, the list of active features is the list of features.
    let tree = "tree --workspace --all-features --depth 0 --prefix none --format";
    let printed = Process::cargo(tree)
        .arguments(&["{p}|{f}".to_owned()])
        .read()?;
    Ok(parse(&printed))
}

fn parse(printed: &str) -> Vec<Member> {
    let mut members: Vec<Member> = printed
        .lines()
        .filter_map(|line| line.rsplit_once('|'))
        .filter_map(|(package, features)| {
            let name = package.split_whitespace().next()?.to_owned();
            let features = features
                .trim_end_matches("(*)")
                .split(',')
                .map(str::trim)
                .filter(|feature| !feature.is_empty() && *feature != "default")
                .map(str::to_owned)
                .collect();
            Some(Member { name, features })
        })
        .collect();
    members.sort_by(|one, other| one.name.cmp(&other.name));
    members.dedup_by(|later, earlier| later.name == earlier.name);
    members
}

#[cfg(test)]
mod tests {
    use super::{Member, parse};

    #[test]
    fn names_and_features_are_read() {
        let printed = "xtask v0.1.0 (/w/xtask)|\n\n\
                       auth-diesel v0.1.0 (/w/auth-diesel)|default,migrations,sqlite\n";

        let member = |name: &str, features: &[&str]| Member {
            name: name.to_owned(),
            features: features.iter().map(|&feature| feature.to_owned()).collect(),
        };
        let expected = [
            member("auth-diesel", &["migrations", "sqlite"]),
            member("xtask", &[]),
        ];
        assert_eq!(parse(printed), expected);
    }
}
