//! `cargo xtask ledger`: which security requirement is shown by which test.
//!
//! A test names the rows of the standards that it shows in its doc comment (`/// J-13: …`). The
//! page is written from those comments, and `cargo xtask tidy` fails when it is out of date, so that a row
//! cannot lose its test unseen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::check::{Check, Failure, say};
use crate::process::root;
use crate::tidy::{File, files};

const PAGE: &str = "auth-core/docs/ledger.md";
const HEAD: &str = "# Security ledger

Each row is a requirement of a standard or a failure of others; the tests beside it show that it is kept. The page is
written by `cargo xtask ledger` from the comments of the tests.

`A` OWASP ASVS 5.0 · `B` failures of others · `C` OWASP cheat sheets (`PS` password storage, `FP` forgotten passwords,
`SM` session management, `CS` cross-site request forgery) · `J` RFC 8725 and the OWASP sheet on JWT · `K` RFC 6265bis on
cookies · `N` NIST SP 800-63B-4

Rows with no test, because they are not the server's: A6.2.6 and A6.2.7 (masking and pasting are the form's), A7.4.4 (where
a page shows its logout). N-SE-02 and N-SE-08 speak of second factors and sign-on with others, which are
not there yet.

| row | shown by |
| --- | --- |
";

/// Writes the page.
pub(crate) fn run() -> Check {
    let files = files(root()).map_err(|failure| vec![failure])?;
    let page = page(&files);
    fs::write(root().join(PAGE), &page).map_err(|error| {
        vec![Failure::new(
            format!("cannot write {PAGE}: {error}"),
            "cargo xtask ledger",
        )]
    })?;
    say(&format!(
        "ledger: {} rows in {PAGE}",
        page.matches("\n| ").count() - 2
    ));
    Ok(())
}

/// Fails when the page does not match the doc comments of the tests.
pub(crate) fn is_current(files: &[File], root: &Path) -> Check {
    let written = fs::read_to_string(root.join(PAGE)).unwrap_or_default();
    if written == page(files) {
        return Ok(());
    }
    Failure::alone(
        format!("{PAGE} is not what the tests say: write it anew"),
        "cargo xtask ledger",
    )
}

fn page(files: &[File]) -> String {
    let mut rows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files
        .iter()
        .filter(|file| file.is_rust() && !file.path.starts_with("xtask/"))
    {
        let all_are_cases = file.path.contains("/conformance/");
        for (row, test) in shown_in(&file.text, all_are_cases) {
            rows.entry(row)
                .or_default()
                .insert(format!("`{test}` ({})", file.path));
        }
    }
    let mut page = HEAD.to_owned();
    for (row, tests) in rows {
        let tests: Vec<_> = tests.into_iter().collect();
        // Writing to a `String` cannot fail.
        let _ = writeln!(page, "| {row} | {} |", tests.join("<br>"));
    }
    page
}

/// The rows that doc comments of tests name, each with the function below the comment. A function
/// is a test when an attribute says so, when a macro makes tests of it, or when it is a case of the
/// conformance suite.
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

/// Returns the functions from which a macro makes a test for each framework, or for each framework and engine.
fn made_by_macro(text: &str) -> Vec<&str> {
    let calls = text.split("in_each_framework").skip(1);
    let lists = calls.filter_map(|rest| {
        let rest = rest.strip_prefix("_and_engine").unwrap_or(rest);
        rest.strip_prefix("! {")
    });
    let names = lists.filter_map(|rest| rest.split_once('}'));
    names
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
        .filter(|word| is_row(word))
        .map(str::to_owned)
        .collect()
}

/// Returns whether a word is a row, like `A6.2.1`, `C-FP-07` or `J-13`.
fn is_row(word: &str) -> bool {
    let is_number =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if let Some(numbers) = word.strip_prefix('A').filter(|rest| rest.contains('.')) {
        let parts: Vec<_> = numbers.split('.').collect();
        return parts.len() == 3 && parts.into_iter().all(is_number);
    }
    match word.split('-').collect::<Vec<_>>().as_slice() {
        ["B" | "J" | "K", number] => number.len() == 2 && is_number(number),
        ["C" | "N", group, number] => {
            group.len() == 2
                && group.bytes().all(|b| b.is_ascii_uppercase())
                && number.len() == 2
                && is_number(number)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_row, shown_in};

    #[test]
    fn rows_are_recognized_by_their_form() {
        for row in [
            "A6.2.1", "A16.5.3", "C-FP-07", "J-13", "B-02", "K-06", "N-PW-08",
        ] {
            assert!(is_row(row), "{row}");
        }
        for word in [
            "ASVS", "A6.2", "RFC-7519", "B-2", "C-fp-01", "UTF-8", "SHA-256", "a6.2.1",
        ] {
            assert!(!is_row(word), "{word}");
        }
    }

    #[test]
    fn row_belongs_to_the_function_below_it() {
        let text = "use app::in_each_framework;\nin_each_framework! { a, b }\nin_each_framework_and_engine! { c }\n/// B-04: of each.\nfn b(home: &Home) {}\n/// B-05: of each.\nfn c(home: &Home) {}\n/// J-13, A9.1.3: refused.\n#[test]\nfn no_crit() {}\n\n/// B-02: a note.\nstruct S;\nfn other() {}\n/// B-03: no test.\nfn helper() {}";
        let expected = [
            ("B-04", "b"),
            ("B-05", "c"),
            ("J-13", "no_crit"),
            ("A9.1.3", "no_crit"),
        ];
        assert_eq!(
            shown_in(text, false),
            expected.map(|(row, test)| (row.to_owned(), test.to_owned()))
        );
    }
}
