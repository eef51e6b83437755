//! The tidy rules, each a function from files to violations.

use std::path::Path;

use super::File;

/// The most lines of a file. A longer file has a second subject.
const LONGEST_FILE: usize = 450;

/// The most lines of a crate's root, which is a table of contents.
const LONGEST_LIB: usize = 150;

/// The most lines of code that an adapter may have.
const ADAPTER_LINES: usize = 650;

/// Code that is documented as small, and the most lines of code it may have.
const SMALL: &[Small] = &[
    Small::adapter("auth-axum/src/"),
    Small::adapter("auth-poem/src/"),
    // The storage of users: opening, transactions, encoding, index and the trait.
    // Not counted: the table of contents, the two optional traits, and the program.
    Small {
        path: "examples/custom-storage/src/",
        without: &["lib.rs", "entries.rs", "sessions.rs", "main.rs"],
        most: 99,
        why: "a custom storage takes fewer than 100 lines",
    },
    Small {
        path: "examples/custom-user/src/customer.rs",
        without: &[],
        most: 25,
        why: "an own user with its table is declared in at most 25 lines",
    },
];

/// A file, or all Rust files below a folder except files with these names.
struct Small {
    path: &'static str,
    without: &'static [&'static str],
    most: usize,
    why: &'static str,
}

impl Small {
    /// Returns the rule for an adapter, which translates and decides nothing.
    const fn adapter(path: &'static str) -> Self {
        Self {
            path,
            without: &[],
            most: ADAPTER_LINES,
            why: "rules belong in auth-core",
        }
    }

    fn has(&self, file: &File) -> bool {
        file.is_rust() && file.path.starts_with(self.path) && !self.without.contains(&file.name())
    }
}

/// Folders that contain home folders.
const HOMES: &[&str] = &["home", "Users", "root"];

/// Returns the violations of one file.
pub(super) fn of_one(file: &File, root: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    if file.is_rust() {
        wrong.extend(no_headline(file));
        wrong.extend(mod_file(file));
        wrong.extend(too_long(file));
        wrong.extend(each_line(file, unfinished));
    }
    wrong.extend(each_line(file, skipped_test));
    wrong.extend(each_line(file, |line| machine_path(line, root)));
    wrong
}

/// Returns the violations of all files together.
pub(super) fn of_all(files: &[File]) -> Vec<String> {
    SMALL
        .iter()
        .filter_map(|small| too_large(small, files))
        .collect()
}

fn no_headline(file: &File) -> Option<String> {
    let fixture = file.path.contains("/ui/") || file.path.contains("/trybuild/");
    if file.text.starts_with("//!") || file.name() == "build.rs" || fixture {
        return None;
    }
    Some(format!(
        "{}: the first line must be `//!` and say the file's one job",
        file.path
    ))
}

fn mod_file(file: &File) -> Option<String> {
    let wrong = file.name() == "mod.rs";
    wrong.then(|| {
        format!(
            "{}: name the module `foo.rs` beside its folder `foo/`",
            file.path
        )
    })
}

fn too_long(file: &File) -> Option<String> {
    let limit = if file.name() == "lib.rs" {
        LONGEST_LIB
    } else {
        LONGEST_FILE
    };
    let lines = file.text.lines().count();
    let wrong = file.is_source() && lines > limit;
    wrong.then(|| {
        format!(
            "{}: {lines} lines, more than {limit}; split it by subject",
            file.path
        )
    })
}

fn too_large(small: &Small, files: &[File]) -> Option<String> {
    let Small {
        path, most, why, ..
    } = small;
    let parts = files.iter().filter(|file| small.has(file));
    let lines: usize = parts.map(File::lines_of_code).sum();
    (lines > *most).then(|| format!("{path}: {lines} lines of code, more than {most}; {why}"))
}

/// Applies a rule to each line, and adds the place to each violation.
fn each_line(file: &File, rule: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let broken = |(number, line)| Some(format!("{}:{number}: {}", file.path, rule(line)?));
    (1..).zip(file.text.lines()).filter_map(broken).collect()
}

fn unfinished(line: &str) -> Option<String> {
    let code = line.split("//").next().unwrap_or_default();
    ["todo", "unimplemented"].into_iter().find_map(|name| {
        let called = code.contains(&format!("{name}!("));
        called.then(|| format!("`{name}!` is a panic in waiting; finish it or leave it out"))
    })
}

/// Finds attributes that disable a test, and fences of examples that are not compiled.
fn skipped_test(line: &str) -> Option<String> {
    let line = line.trim_start();
    let attribute = line.starts_with("#[ignore")
        || (line.starts_with("#[cfg_attr(") && line.contains(", ignore"));
    let text = line.trim_start_matches(['/', '!']).trim_start();
    let fence = text
        .strip_prefix("```")
        .is_some_and(|info| info.split([',', ' ']).any(|word| word == "ignore"));
    if attribute {
        Some("an ignored test proves nothing; make it run or delete it".to_owned())
    } else if fence {
        Some("an ignored example proves nothing; use `no_run`, `compile_fail` or `text`".to_owned())
    } else {
        None
    }
}

/// Finds folders that exist on one machine only: this checkout and home folders.
fn machine_path(line: &str, root: &Path) -> Option<String> {
    // The name of a root directly under `/` may be part of a URL.
    let own = root
        .to_str()
        .filter(|own| own.matches(['/', '\\']).count() > 1);
    let here = own.is_some_and(|own| line.contains(own));
    let home = HOMES.iter().any(|home| {
        let unix = format!("/{home}/");
        let windows = format!("C:\\{home}\\");
        let starts = |at: usize| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            before.is_none_or(|c| !c.is_alphanumeric() && !"._-/}".contains(c))
        };
        line.match_indices(&unix).any(|(at, _)| starts(at)) || line.contains(&windows)
    });
    (here || home).then(|| "an absolute path of one machine".to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{File, SMALL, of_all, of_one};
    use crate::process::root;
    use crate::tidy::files;

    fn wrong(path: &str, text: &str) -> Vec<String> {
        let file = File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        of_one(&file, Path::new("/builds/project"))
    }

    /// Checks that the one violation of a file contains these words; `""` means no violation.
    fn check(path: &str, text: &str, expected: &str) {
        let found = wrong(path, text);
        if expected.is_empty() {
            assert_eq!(found, [""; 0], "{path}: {text}");
        } else {
            assert_eq!(found.len(), 1, "{path}: {found:?}");
            assert!(found[0].contains(expected), "{found:?}");
        }
    }

    #[test]
    fn file_without_a_job_in_its_first_line_fails() {
        check("a/src/x.rs", "//! One job.\n", "");
        check("a/src/x.rs", "use std::fmt;\n", "first line");
        check("a/src/x.rs", "", "first line");
        check("a/build.rs", "fn main() {}\n", "");
        check("a/tests/ui/forged.rs", "fn main() {}\n", "");
    }

    #[test]
    fn mod_rs_file_fails() {
        check("a/tests/common/mod.rs", "//! Help.\n", "`foo.rs`");
    }

    #[test]
    fn long_file_fails() {
        let lines = |count: usize| "//! One job.\n".repeat(count);

        check("a/src/x.rs", &lines(450), "");
        check("a/src/x.rs", &lines(451), "451 lines, more than 450");
        check("a/tests/it/main.rs", &lines(451), "");
        check("a/src/lib.rs", &lines(150), "");
        check("a/src/lib.rs", &lines(151), "more than 150");
    }

    #[test]
    fn unfinished_code_fails() {
        for name in ["todo", "unimplemented"] {
            check(
                "a/src/x.rs",
                &format!("//! Job.\nfn f() {{ {name}!() }}\n"),
                "x.rs:2: ",
            );
            check(
                "a/src/x.rs",
                &format!("//! Job.\n// no {name}!() here\n"),
                "",
            );
        }
    }

    #[test]
    fn ignored_tests_and_examples_fail() {
        check(
            "a/src/x.rs",
            "//! Job.\n    #[ignore = \"slow\"]\n",
            "ignored test",
        );
        check(
            "a/src/x.rs",
            "//! Job.\n#[cfg_attr(miri, ignore)]\n",
            "ignored test",
        );
        check("a/src/x.rs", "//! Job.\n/// ```ignore\n", "ignored example");
        check("README.md", "```rust,ignore\n", "ignored example");
        check(
            "a/src/x.rs",
            "//! Job.\n/// ```no_run\n/// Ignore this.\n",
            "",
        );
    }

    #[test]
    fn absolute_paths_of_one_machine_fail() {
        let home = |name: &str| format!("see \"/{name}/me/x\"\n");

        check("README.md", &home("home"), "README.md:1: ");
        check("README.md", &home("Users"), "absolute path");
        check("README.md", "cd /builds/project/target\n", "absolute path");
        check("README.md", "GET https://example.com/home/page\n", "");
        check("README.md", "see docs/root/index.md\n", "");
    }

    /// Returns a file with lines of code, and lines that do not count.
    fn file(path: &str, lines: usize, tests: usize) -> File {
        File {
            path: path.to_owned(),
            text: format!(
                "//! Job.\n\n{}    // Why.\n#[cfg(test)]\nmod tests {{\n{}}}\n",
                "f();\n".repeat(lines),
                "t();\n".repeat(tests)
            ),
        }
    }

    #[test]
    fn adapter_above_its_limit_fails_and_tests_do_not_count() {
        let thin = [
            file("auth-axum/src/a.rs", 225, 900),
            file("auth-axum/src/b.rs", super::ADAPTER_LINES - 225, 0),
        ];
        assert_eq!(of_all(&thin), [""; 0]);

        let thick = [
            file("auth-axum/src/a.rs", 225, 0),
            file("auth-axum/src/b.rs", super::ADAPTER_LINES - 224, 0),
        ];
        let found = of_all(&thick);
        assert_eq!(found.len(), 1);
        let lines = format!("{} lines of code", super::ADAPTER_LINES + 1);
        assert!(found[0].contains(&lines), "{found:?}");
    }

    #[test]
    fn code_above_its_documented_size_fails() {
        let storage = "examples/custom-storage/src/";
        let customer = "examples/custom-user/src/customer.rs";
        for (path, part, limit) in [
            (storage, "examples/custom-storage/src/users.rs", 100),
            (storage, "examples/custom-storage/src/rows.rs", 100),
            (customer, customer, 26),
        ] {
            assert_eq!(of_all(&[file(part, limit - 1, 50)]), [""; 0]);
            let found = of_all(&[file(part, limit, 0)]);
            assert_eq!(found.len(), 1);
            let expected = format!("{path}: {limit} lines of code, more than {}", limit - 1);
            assert!(found[0].starts_with(&expected), "{found:?}");
        }

        let not_counted = file("examples/custom-storage/src/entries.rs", 200, 0);
        assert_eq!(of_all(&[not_counted]), [""; 0]);
    }

    /// A rule for moved files would never fail.
    #[test]
    fn files_with_a_documented_size_exist() {
        let files = files(root()).unwrap();
        for small in SMALL {
            assert!(files.iter().any(|file| small.has(file)), "{}", small.path);
        }
    }
}
