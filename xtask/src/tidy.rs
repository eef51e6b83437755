//! `cargo xtask tidy`: rules on the shape of files that no compiler checks.

mod claims;
mod floors;
mod production;
mod rules;
mod settings;
mod source;
mod tokens;
mod words;

use std::path::Path;

pub(crate) use source::{File, files};

use crate::check::{Check, Failure, all, say};
use crate::ledger;
use crate::process::root;

pub(crate) fn run() -> Check {
    let files = files(root()).map_err(|failure| vec![failure])?;
    let check = all([judge(&files, root()), ledger::is_current(&files, root())]);
    if check.is_ok() {
        say(&format!("tidy: {} files, no violations", files.len()));
    }
    check
}

/// Runs `cargo xtask tidy --words [path]`: prints the phrases in files where the rule is not enforced.
pub(crate) fn words(below: Option<&str>) -> Check {
    let files = files(root()).map_err(|failure| vec![failure])?;
    words::show(&files, below);
    Ok(())
}

/// Applies every rule to every file.
fn judge(files: &[File], root: &Path) -> Check {
    let each = files.iter().flat_map(|file| rules::of_one(file, root));
    let together = rules::of_all(files)
        .into_iter()
        .chain(floors::judge(files))
        .chain(words::judge(files))
        .chain(settings::judge(files))
        .chain(claims::judge(files));
    all(each
        .chain(together)
        .map(|what| Failure::alone(what, "cargo xtask tidy")))
}
