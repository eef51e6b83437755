//! `cargo xtask features`: each library builds with no feature, with each of its features alone, and with all.

use crate::check::{Check, all};
use crate::members::{self, Member};
use crate::process::Process;

/// Clippy rather than a bare check: code that only another feature uses is a defect as well.
pub(crate) fn run() -> Check {
    let members = members::all().map_err(|failure| vec![failure])?;
    let libraries = members.iter().filter(|member| member.is_library());
    all(libraries
        .flat_map(builds)
        .map(|build| Process::cargo(&build).run()))
}

fn builds(member: &Member) -> Vec<String> {
    let name = &member.name;
    let chosen = std::iter::once(String::new()).chain(
        member
            .features
            .iter()
            .map(|feature| format!(" --features {feature}")),
    );
    let chosen = chosen.map(|features| format!("--no-default-features{features}"));
    // With fewer than two features, all of them are built already.
    let all = (member.features.len() > 1).then(|| "--all-features".to_owned());
    chosen
        .chain(all)
        .map(|features| format!("clippy -p {name} {features} -- -D warnings"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::builds;
    use crate::members::Member;

    #[test]
    fn library_is_built_without_features_with_each_and_with_all() {
        let features = vec!["mysql".to_owned(), "sqlite".to_owned()];
        let member = Member {
            name: "auth-diesel".to_owned(),
            features,
        };

        let expected = [
            "clippy -p auth-diesel --no-default-features -- -D warnings",
            "clippy -p auth-diesel --no-default-features --features mysql -- -D warnings",
            "clippy -p auth-diesel --no-default-features --features sqlite -- -D warnings",
            "clippy -p auth-diesel --all-features -- -D warnings",
        ];
        assert_eq!(builds(&member), expected);
    }
}
