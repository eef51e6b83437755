//! `cargo xtask tidy`: rules on the shape of files that no compiler checks.

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
        say(&format!(
            "tidy: {} files, nothing to say against them",
            files.len()
        ));
    }
    check
}

/// `cargo xtask tidy --words [path]`: the phrases where they are not enforced yet.
pub(crate) fn words(below: Option<&str>) -> Check {
    let files = files(root()).map_err(|failure| vec![failure])?;
    words::show(&files, below);
    Ok(())
}

/// Every rule over every file.
fn judge(files: &[File], root: &Path) -> Check {
    let each = files.iter().flat_map(|file| rules::of_one(file, root));
    let together = rules::of_all(files)
        .into_iter()
        .chain(floors::judge(files))
        .chain(words::judge(files))
        .chain(settings::judge(files));
    all(each
        .chain(together)
        .map(|what| Failure::alone(what, "cargo xtask tidy")))
}
