//! `cargo xtask deps`: the forbidden dependencies of each crate, and its number of dependencies.

use crate::check::{Check, Failure, all, say};
use crate::members::{self, Member};
use crate::tree::{Package, Tree};

const REPEAT: &str = "cargo xtask deps";

/// Web frameworks and the crates they consist of.
const WEB: &[&str] = &[
    "axum*", "poem*", "actix*", "salvo*", "rocket*", "warp", "tide", "tonic*", "hyper*", "tower*",
    "http", "http-*", "h2", "h3", "reqwest*", "ureq*",
];

/// Database clients and connection pools.
const DATABASES: &[&str] = &[
    "diesel*",
    "bb8*",
    "deadpool*",
    "r2d2*",
    "sqlx*",
    "sea-orm*",
    "rusqlite",
    "libsqlite3-sys",
    "tokio-postgres*",
    "postgres*",
    "mysql*",
    "redis*",
    "mongodb*",
];

/// Crates that no crate of the workspace may depend on, each with the reason.
const NOWHERE: &[(&str, &str)] = &[
    ("openssl-sys", "needs a system library; TLS is rustls"),
    (
        "pq-sys",
        "needs a system library; PostgreSQL is tokio-postgres",
    ),
    (
        "mysqlclient-sys",
        "needs a system library; MySQL is mysql_async",
    ),
    (
        "rsa",
        "private keys leak by timing, RUSTSEC-2023-0071; RSA is aws-lc-rs",
    ),
];

/// Crates that compile or link C. A build of the core with opaque tokens only needs no C compiler.
const C: &[&str] = &[
    "cc", "cmake", "bindgen", "nasm-rs", "aws-lc*", "ring", "openssl*",
];

/// Crates whose types differ between versions: a program must have one version.
const ONE_VERSION: &[&str] = &["axum", "axum-core", "poem", "diesel", "diesel-async"];

/// The limits on the dependencies of one crate.
struct Rule {
    name: &'static str,
    never: &'static [&'static [&'static str]],
    crates: Option<Count>,
}

/// The number of foreign crates that a library depends on, with its default features, on this system.
#[derive(Clone, Copy)]
struct Count {
    /// The aim. Above it, the check prints a remark.
    aim: usize,
    /// Above it, the check fails. It is 20 % above the aim, more than an update of dependencies adds.
    limit: usize,
}

/// The limits of each crate: the "never" column of the crates' table, and the documented sizes.
const RULES: &[Rule] = &[
    Rule {
        name: "auth-core",
        never: &[WEB, DATABASES, &["auth-*"]],
        crates: Some(Count {
            aim: 90,
            limit: 108,
        }),
    },
    Rule {
        name: "auth-axum",
        never: &[DATABASES, &["poem*", "actix*", "auth-poem", "auth-diesel"]],
        crates: Some(Count {
            aim: 110,
            limit: 132,
        }),
    },
    Rule {
        name: "auth-poem",
        never: &[DATABASES, &["axum*", "actix*", "auth-axum", "auth-diesel"]],
        crates: Some(Count {
            aim: 150,
            limit: 180,
        }),
    },
    Rule {
        name: "auth-diesel",
        never: &[WEB, &["auth-axum", "auth-poem"]],
        crates: Some(Count {
            aim: 130,
            limit: 156,
        }),
    },
    Rule {
        // Only the standard library: `cargo xtask` is built with it.
        name: "scratch-servers",
        never: &[&["*"]],
        crates: None,
    },
    Rule {
        name: "xtask",
        never: &[&["auth-*"]],
        crates: None,
    },
];

pub(crate) fn run() -> Check {
    let members = members::all().map_err(|failure| vec![failure])?;
    all(members
        .iter()
        .map(member)
        .chain([workspace(), core_without_c()]))
}

/// Checks that the core without its default features has no C.
fn core_without_c() -> Check {
    const BELOW: &str = "-p auth-core --no-default-features -e normal,build --target all";
    without_c(&read(BELOW)?, BELOW)
}

fn without_c(tree: &Tree, below: &str) -> Check {
    let failures = tree.matching(C).map(|package| {
        let what = format!(
            "auth-core without its default features brings C: {} {}\n{}",
            package.name,
            package.version,
            who_brings(package, below)
        );
        Failure::alone(what, REPEAT)
    });
    let answer = all(failures);
    if answer.is_ok() {
        say("deps: auth-core without its default features: no C");
    }
    answer
}

fn member(member: &Member) -> Check {
    let Some(rule) = RULES.iter().find(|rule| rule.name == member.name) else {
        if member.is_library() {
            return Failure::alone(
                format!(
                    "{} is a library without a rule in xtask/src/deps.rs",
                    member.name
                ),
                REPEAT,
            );
        }
        return Ok(());
    };
    let boundary = read(&everything_below(&format!("-p {}", rule.name)))
        .and_then(|tree| forbidden(rule, &tree));
    let size = rule.crates.map_or(Ok(()), |count| {
        let tree = read(&format!("-p {} -e normal", rule.name))?;
        size(rule.name, count, tree.foreign())
    });
    all([boundary, size])
}

fn workspace() -> Check {
    let tree = read(&everything_below("--workspace"))?;
    let answer = all([nowhere(&tree), one_version(&tree)]);
    if answer.is_ok() {
        let names: Vec<&str> = NOWHERE.iter().map(|&(name, _)| name).collect();
        say(&format!("deps: the workspace: none of {}", names.join(" ")));
        say(&format!(
            "deps: the workspace: at most one version of {}",
            ONE_VERSION.join(" ")
        ));
    }
    answer
}

/// Returns the arguments that list every crate of any build, for all systems and features.
fn everything_below(which: &str) -> String {
    format!("{which} -e normal,build --all-features --target all")
}

fn read(arguments: &str) -> Result<Tree, Vec<Failure>> {
    Tree::of(arguments).map_err(|failure| vec![failure])
}

fn forbidden(rule: &Rule, tree: &Tree) -> Check {
    let patterns: Vec<&str> = rule.never.concat();
    let found = tree
        .matching(&patterns)
        .filter(|package| package.name != rule.name);
    let failures = found.map(|package| {
        let below = everything_below(&format!("-p {}", rule.name));
        let what = format!(
            "{} must never depend on {} {}",
            rule.name, package.name, package.version
        );
        Failure::alone(format!("{what}\n{}", who_brings(package, &below)), REPEAT)
    });
    let answer = all(failures);
    if answer.is_ok() {
        say(&format!(
            "deps: {}: none of {}",
            rule.name,
            patterns.join(" ")
        ));
    }
    answer
}

fn nowhere(tree: &Tree) -> Check {
    let found = NOWHERE.iter().flat_map(|(name, reason)| {
        tree.matching(std::slice::from_ref(name))
            .map(move |package| (package, reason))
    });
    all(found.map(|(package, reason)| {
        let what = format!("no crate may depend on {}: {reason}", package.name);
        let who = who_brings(package, &everything_below("--workspace"));
        Failure::alone(format!("{what}\n{who}"), REPEAT)
    }))
}

/// Returns the command that shows the path to a forbidden crate.
fn who_brings(package: &Package, below: &str) -> String {
    format!(
        "dependency path: cargo tree {below} -i {}@{}",
        package.name, package.version
    )
}

fn one_version(tree: &Tree) -> Check {
    all(ONE_VERSION.iter().map(|&name| {
        let names = [name];
        let versions: Vec<&str> = tree
            .matching(&names)
            .map(|package| package.version.as_str())
            .collect();
        if versions.len() < 2 {
            return Ok(());
        }
        Failure::alone(
            format!(
                "{name} has the versions {}; one is allowed",
                versions.join(" and ")
            ),
            REPEAT,
        )
    }))
}

fn size(name: &str, count: Count, crates: usize) -> Check {
    let Count { aim, limit } = count;
    let remark = if crates > aim {
        ": MORE THAN WE AIM AT"
    } else {
        ""
    };
    say(&format!(
        "deps: {name}: {crates} crates by default (aim {aim}, limit {limit}){remark}"
    ));
    if crates <= limit {
        return Ok(());
    }
    Failure::alone(
        format!("{name} brings {crates} crates, more than {limit}"),
        REPEAT,
    )
}

#[cfg(test)]
mod tests {
    use super::{Count, RULES, Tree, forbidden, nowhere, one_version, size, without_c};
    use crate::check::Check;

    fn rule_of(name: &str, printed: &str) -> Check {
        let rule = RULES.iter().find(|rule| rule.name == name).unwrap();
        forbidden(rule, &Tree::parse(printed))
    }

    fn failures(check: Check) -> Vec<String> {
        check
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|failure| failure.what)
            .collect()
    }

    #[test]
    fn web_crate_below_the_core_fails_with_the_command_that_finds_it() {
        let printed =
            "auth-core v0.1.0 (/folder)\nserde v1.0.229\nhttp v1.5.0 (*)\ntower-layer v0.3.3\n";

        let failures = rule_of("auth-core", printed).unwrap_err();

        assert_eq!(failures.len(), 2);
        assert_eq!(
            failures[0].what,
            "auth-core must never depend on http 1.5.0\ndependency path: cargo tree -p auth-core \
             -e normal,build --all-features --target all -i http@1.5.0"
        );
        let second = "auth-core must never depend on tower-layer 0.3.3\n";
        assert!(failures[1].what.starts_with(second));
    }

    #[test]
    fn limits_differ_per_crate() {
        let cases = [
            ("auth-core", "diesel v2.3.14", 1),
            ("auth-core", "auth-diesel v0.1.0 (/folder)", 1),
            ("auth-core", "argon2 v0.6.0", 0),
            (
                "auth-axum",
                "axum v0.8.9\nhttp v1.5.0\nauth-core v0.1.0 (/folder)",
                0,
            ),
            ("auth-axum", "poem v3.1.12", 1),
            ("auth-axum", "auth-diesel v0.1.0 (/folder)", 1),
            ("auth-poem", "poem v3.1.12", 0),
            ("auth-poem", "axum-core v0.5.5", 1),
            ("auth-diesel", "diesel v2.3.14\nbb8 v0.9.1", 0),
            ("auth-diesel", "hyper v1.9.0", 1),
            ("xtask", "auth-core v0.1.0 (/folder)", 1),
            ("xtask", "scratch-servers v0.1.0 (/folder)", 0),
            ("scratch-servers", "scratch-servers v0.1.0 (/folder)", 0),
            ("scratch-servers", "rand v0.10.0", 1),
        ];
        for (name, printed, expected) in cases {
            assert_eq!(
                failures(rule_of(name, printed)).len(),
                expected,
                "{name} with {printed}"
            );
        }
    }

    #[test]
    fn system_libraries_and_crates_with_advisories_fail() {
        let printed = "openssl-sys v0.9.110\nrsa v0.9.8\nopenssl-probe v0.2.0\n";

        let found = failures(nowhere(&Tree::parse(printed)));

        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("RUSTSEC-2023-0071"));
    }

    #[test]
    fn crate_that_compiles_c_below_the_core_fails() {
        let with = Tree::parse("aws-lc-rs v1.17.3\naws-lc-sys v0.42.1\ncc v1.2.44\nccm v0.5.0\n");
        let without = Tree::parse("sha2 v0.11.0\nccm v0.5.0\n");

        assert_eq!(failures(without_c(&with, "-p auth-core")).len(), 3);
        assert_eq!(failures(without_c(&without, "-p auth-core")), [""; 0]);
    }

    #[test]
    fn second_version_of_a_framework_fails() {
        let twice =
            Tree::parse("axum v0.7.9\naxum v0.8.9\naxum v0.8.9 (*)\nsyn v2.0.1\nsyn v3.0.1\n");
        let once = Tree::parse("axum v0.8.9\naxum v0.8.9 (*)\n");

        let expected = ["axum has the versions 0.7.9 and 0.8.9; one is allowed"];
        assert_eq!(failures(one_version(&twice)), expected);
        assert_eq!(failures(one_version(&once)), [""; 0]);
    }

    #[test]
    fn size_fails_only_above_its_limit() {
        let count = Count {
            aim: 90,
            limit: 108,
        };

        assert!(size("auth-axum", count, 108).is_ok());
        assert_eq!(failures(size("auth-axum", count, 109)).len(), 1);
    }
}
