//! The rule of claims: each test and file that `ARCHITECTURE.md` names as the enforcement of an invariant exists.

use std::collections::BTreeSet;

use super::File;

const PAGE: &str = "ARCHITECTURE.md";
const HEADING: &str = "## Invariants";

pub(super) fn judge(files: &[File]) -> Vec<String> {
    let Some(page) = files.iter().find(|file| file.path == PAGE) else {
        return Vec::new();
    };
    let defined = defined(files);
    named(&page.text)
        .filter(|name| !exists(name, files, &defined))
        .map(|name| format!("{PAGE}: there is no test or file `{name}`: write its present name"))
        .collect()
}

/// Returns what the last column of the table has in backticks.
fn named(page: &str) -> impl Iterator<Item = &str> {
    let rows = page
        .lines()
        .skip_while(|line| !line.starts_with(HEADING))
        .skip(1)
        .take_while(|line| !line.starts_with("## "));
    rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
}

/// Returns the names of all functions, modules, types and variants.
fn defined(files: &[File]) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    files
        .iter()
        .filter(|file| file.is_rust())
        .flat_map(|file| file.text.split(|c| !is_part(c)))
        .collect()
}

/// Commands, patterns and code with blanks or brackets are not names.
fn exists(name: &str, files: &[File], defined: &BTreeSet<&str>) -> bool {
    if name
        .rsplit_once('.')
        .is_some_and(|(_, ending)| ending == "rs")
    {
        return name.contains('{') || files.iter().any(|file| file.path == name);
    }
    if name.contains(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
        return true;
    }
    name.split("::").all(|part| defined.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(page: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        judge(&[
            file(PAGE, page),
            file("a/tests/it.rs", "mod races { fn one_login_wins() {} }"),
        ])
    }

    #[test]
    fn missing_tests_and_files_are_found() {
        let page = "`gone_before`\n## Invariants\n| what | by |\n| --- | --- |\n| `is_no_test` | `one_login_wins`, `races::one_login_wins`, `a/tests/it.rs`, `cargo xtask tidy` |\n| x | `two_logins_win` in `it.rs` |\n## Next\n`gone_after`";
        let found = judged(page);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().any(|what| what.contains("`two_logins_win`")));
        assert!(found.iter().any(|what| what.contains("`it.rs`")));
    }
}
