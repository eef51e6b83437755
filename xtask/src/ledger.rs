//! `cargo xtask ledger`: which security requirement is shown by which test.
//!
//! A test names the rows of the standards that it shows in its doc comment (`/// J-13: …`). The list of all rows
//! is `ledger/rows.txt`; a row without a test has its reason there. The page is written from both, and
//! `cargo xtask tidy` fails when it is out of date, so that a row cannot lose its test unseen.

mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use self::rows::{Group, Row};
use crate::check::{Check, Failure, all, say};
use crate::process::root;
use crate::tidy::{File, files};

const PAGE: &str = "auth-core/docs/ledger.md";
const LIST: &str = "xtask/src/ledger/rows.txt";
const REPEAT: &str = "cargo xtask ledger";

const HEAD: &str = "# Security ledger

Each row is a requirement of a standard or a failure of others; the tests beside it show that it is kept. Rows without a
test follow each table, with the reason. The page is written by `cargo xtask ledger` from the comments of the tests and
from the list of all rows.

`A` OWASP ASVS 5.0 · `B` failures of others · `C` OWASP cheat sheets (`PS` password storage, `FP` forgotten passwords,
`SM` session management, `MF` second factors, `CS` cross-site request forgery) · `D` DPoP · `J` RFC 8725 and the OWASP
sheet on JWT · `K` RFC 6265bis on cookies · `N` NIST SP 800-63B-4 · `O` OAuth · `T` and `V` vectors · `W` WebAuthn
";

/// The tests that show each row.
type Shown = BTreeMap<String, BTreeSet<String>>;

/// Writes the page, and prints the rows without a test.
pub(crate) fn run() -> Check {
    let files = files(root()).map_err(|failure| vec![failure])?;
    let (shown, groups) = (shown(&files), rows::all());
    let page = page(&shown, &groups);
    fs::write(root().join(PAGE), &page).map_err(|error| {
        vec![Failure::new(
            format!("cannot write {PAGE}: {error}"),
            REPEAT,
        )]
    })?;
    for group in &groups {
        let without: Vec<&Row> = without_test(group, &shown).collect();
        let with = group.rows.len() - without.len();
        say(&format!(
            "{}: {with} of {} rows",
            group.title,
            group.rows.len()
        ));
        for Row { id, title, reason } in without {
            say(&format!(
                "  {id}: {title} ({})",
                reason.unwrap_or("no reason")
            ));
        }
    }
    say(&format!(
        "ledger: {} rows with tests in {PAGE}",
        shown.len()
    ));
    contradictions(&shown, &groups)
}

/// Fails when the page does not match the doc comments of the tests, and when a row has neither a test nor a
/// reason, or has both, or is not in the list.
pub(crate) fn is_current(files: &[File], root: &Path) -> Check {
    let (shown, groups) = (shown(files), rows::all());
    let written = fs::read_to_string(root.join(PAGE)).unwrap_or_default();
    let page = if written == page(&shown, &groups) {
        Ok(())
    } else {
        let what = format!("{PAGE} does not match the tests: write it again");
        Failure::alone(what, REPEAT)
    };
    all([page, contradictions(&shown, &groups)])
}

fn contradictions(shown: &Shown, groups: &[Group]) -> Check {
    let listed: BTreeMap<&str, &Row> = rows_of(groups).map(|row| (row.id, row)).collect();
    let unlisted = shown
        .iter()
        .filter(|(id, _)| !listed.contains_key(id.as_str()));
    let unlisted = unlisted.map(|(id, tests)| {
        let tests: Vec<&str> = tests.iter().map(String::as_str).collect();
        format!(
            "{id} is not in {LIST}, and is named by {}",
            tests.join(", ")
        )
    });
    let wrong = listed.values().filter_map(|row| {
        let id = row.id;
        match (shown.contains_key(id), row.reason) {
            (false, None) => Some(format!(
                "{id} has no test: name it in a test, or add a reason in {LIST}"
            )),
            (true, Some(_)) => Some(format!("{id} has a test: remove the reason in {LIST}")),
            _ => None,
        }
    });
    all(unlisted
        .chain(wrong)
        .map(|what| Failure::alone(what, REPEAT)))
}

fn rows_of(groups: &[Group]) -> impl Iterator<Item = &Row> {
    groups.iter().flat_map(|group| &group.rows)
}

fn without_test<'g>(group: &'g Group, shown: &'g Shown) -> impl Iterator<Item = &'g Row> {
    group.rows.iter().filter(|row| !shown.contains_key(row.id))
}

fn shown(files: &[File]) -> Shown {
    let mut rows = Shown::new();
    for file in files
        .iter()
        .filter(|file| file.is_rust() && !file.path.starts_with("xtask/"))
    {
        let suites = ["/testing/conformance/", "/testing/contract/"];
        let all_are_cases = suites.iter().any(|suite| file.path.contains(suite));
        for (row, test) in shown_in(&file.text, all_are_cases) {
            rows.entry(row)
                .or_default()
                .insert(format!("`{test}` ({})", file.path));
        }
    }
    rows
}

fn page(shown: &Shown, groups: &[Group]) -> String {
    let mut page = HEAD.to_owned();
    // Writing to a `String` cannot fail.
    for group in groups {
        let _ = write!(page, "\n## {}\n", group.title);
        let with: Vec<_> = group
            .rows
            .iter()
            .filter_map(|row| Some((row, shown.get(row.id)?)))
            .collect();
        if !with.is_empty() {
            page.push_str("\n| row | | shown by |\n| --- | --- | --- |\n");
        }
        for (Row { id, title, .. }, tests) in with {
            let tests: Vec<&str> = tests.iter().map(String::as_str).collect();
            let _ = writeln!(page, "| {id} | {title} | {} |", tests.join("<br>"));
        }
        let without: Vec<&Row> = without_test(group, shown).collect();
        if !without.is_empty() {
            page.push_str("\n| row without a test | | reason |\n| --- | --- | --- |\n");
        }
        for Row { id, title, reason } in without {
            let _ = writeln!(page, "| {id} | {title} | {} |", reason.unwrap_or("none"));
        }
    }
    page
}

/// The rows that doc comments of tests name, each with the function below the comment. A function
/// is a test when an attribute says so, when a macro makes tests of it, or when it is a case of a suite.
fn shown_in(text: &str, all_are_cases: bool) -> Vec<(String, String)> {
    let made = made_by_macro(text);
    let (mut found, mut pending, mut is_test) = (Vec::new(), Vec::new(), all_are_cases);
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("///") {
            pending.extend(rows_in(comment));
        } else if line.starts_with('#') {
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        } else {
            let rows = pending.drain(..);
            let is_one = |name: &&str| is_test || made.contains(name);
            if let Some(name) = function_name(line).filter(is_one) {
                found.extend(rows.map(|row| (row, name.to_owned())));
            }
            is_test = all_are_cases;
        }
    }
    found
}

/// Returns the functions from which a macro makes a test for each framework, for each engine, or for both.
fn made_by_macro(text: &str) -> Vec<&str> {
    const MACROS: [(&str, char); 3] = [
        ("in_each_framework! {", '}'),
        ("in_each_framework_and_engine! {", '}'),
        ("on_each_engine!(", ')'),
    ];
    let lists = MACROS.iter().flat_map(|&(start, end)| {
        let rests = text.split(start).skip(1);
        rests.filter_map(move |rest| rest.split_once(end))
    });
    lists
        .flat_map(|(names, _)| names.split(','))
        .map(str::trim)
        .collect()
}

fn function_name(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("fn ")?;
    rest.split(['(', '<'])
        .next()
        .filter(|name| !line.starts_with("//") && !name.contains(' '))
}

fn rows_in(comment: &str) -> Vec<String> {
    let words = comment.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'));
    words
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| rows::is_id(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Group, Row, Shown, contradictions, page, shown_in};

    #[test]
    fn row_belongs_to_the_function_below_it() {
        let text = "use app::in_each_framework;\nin_each_framework! { a, b }\nin_each_framework_and_engine! { c }\non_each_engine!(d, e);\n/// B-04: of each.\nfn b(home: &Home) {}\n/// B-05: of each.\nfn c(home: &Home) {}\n/// B-06: of each.\nasync fn e<H: Home>(home: H) {}\n/// J-13, A9.1.3: refused.\n#[test]\nfn no_crit() {}\n\n/// B-02: a note.\nstruct S;\nfn other() {}\n/// B-03: no test.\nfn helper() {}";
        let expected = [
            ("B-04", "b"),
            ("B-05", "c"),
            ("B-06", "e"),
            ("J-13", "no_crit"),
            ("A9.1.3", "no_crit"),
        ];
        assert_eq!(
            shown_in(text, false),
            expected.map(|(row, test)| (row.to_owned(), test.to_owned()))
        );
    }

    fn group(reason: Option<&'static str>) -> [Group; 1] {
        let (id, title) = ("B-01", "title of the row");
        let rows = vec![Row { id, title, reason }];
        [Group {
            title: "Group",
            rows,
        }]
    }

    fn shown(ids: &[&str]) -> Shown {
        let tests = || ["`a_test` (file.rs)".to_owned()].into();
        ids.iter().map(|&id| (id.to_owned(), tests())).collect()
    }

    #[test]
    fn each_row_has_either_a_test_or_a_reason() {
        let later = Some("later");
        for (ids, reason, failure) in [
            (&["B-01"][..], None, None),
            (&[], later, None),
            (&[], None, Some("B-01 has no test")),
            (&["B-01"], later, Some("B-01 has a test")),
            (&["B-01", "B-99"], None, Some("B-99 is not in")),
        ] {
            let failures = contradictions(&shown(ids), &group(reason)).err();
            let failures = failures.unwrap_or_default();
            assert_eq!(
                failures.len(),
                usize::from(failure.is_some()),
                "{failures:?}"
            );
            if let (Some(start), [found]) = (failure, failures.as_slice()) {
                assert!(found.what.starts_with(start), "{found:?}");
            }
        }
    }

    #[test]
    fn page_shows_rows_with_and_without_tests() {
        let with = page(&shown(&["B-01"]), &group(None));
        assert!(
            with.contains("| B-01 | title of the row | `a_test` (file.rs) |"),
            "{with}"
        );
        let without = page(&shown(&[]), &group(Some("later: passkeys")));
        assert!(
            without.contains("| B-01 | title of the row | later: passkeys |"),
            "{without}"
        );
    }
}
