//! The text files of the workspace that the tidy rules check.

use std::fs;
use std::path::Path;

use crate::check::Failure;

/// The endings of hand-written files. Generated and binary files are not checked.
const ENDINGS: &[&str] = &["rs", "toml", "md", "sql", "sh", "yml", "yaml", "html", "js"];

/// One text file.
#[derive(Debug)]
pub(crate) struct File {
    /// Relative to the root, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Returns whether this is Rust in the `src` folder of a crate.
    pub(crate) fn is_source(&self) -> bool {
        self.is_rust() && self.path.contains("/src/")
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.ending() == Some("rs")
    }

    /// Returns the part of the name after the last dot.
    pub(crate) fn ending(&self) -> Option<&str> {
        ending(&self.path)
    }

    /// Returns the last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Returns the number of lines of a release: without blank lines, comments and tests.
    /// Tests come last in a file, so the first `#[cfg(test)]` over a module with a body ends it.
    pub(crate) fn lines_of_code(&self) -> usize {
        if self.name() == "tests.rs" || self.path.contains("/tests/") {
            return 0;
        }
        let lines: Vec<&str> = self.text.lines().map(str::trim).collect();
        let tests = lines.windows(2).position(|pair| match pair {
            [first, second] => {
                *first == "#[cfg(test)]" && second.starts_with("mod ") && second.ends_with('{')
            }
            _ => false,
        });
        let counts = |line: &&str| !line.is_empty() && !line.starts_with("//");
        lines
            .into_iter()
            .take(tests.unwrap_or(usize::MAX))
            .filter(counts)
            .count()
    }
}

/// Returns every text file below a folder, sorted by path. Build folders and hidden
/// folders are left out, apart from `.ci`.
pub(crate) fn files(root: &Path) -> Result<Vec<File>, Failure> {
    let mut found = Vec::new();
    collect(root, "", &mut found).map_err(|error| {
        Failure::new(
            format!("cannot read the sources: {error}"),
            "cargo xtask tidy",
        )
    })?;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<File>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let hidden = name.starts_with('.') && name != ".ci";
            if !hidden && name != "target" && name != "node_modules" {
                collect(&entry.path(), &format!("{path}/"), found)?;
            }
        } else if kind.is_file() && is_text(&path) {
            let text = String::from_utf8_lossy(&fs::read(entry.path())?).into_owned();
            found.push(File { path, text });
        }
    }
    Ok(())
}

fn is_text(path: &str) -> bool {
    path.starts_with(".ci/") || ending(path).is_some_and(|ending| ENDINGS.contains(&ending))
}

fn ending(path: &str) -> Option<&str> {
    Path::new(path).extension()?.to_str()
}

#[cfg(test)]
mod tests {
    use super::{File, files};
    use crate::process::root;

    #[test]
    fn files_of_the_workspace_are_found_without_its_builds() {
        let paths: Vec<String> = files(root())
            .unwrap()
            .into_iter()
            .map(|file| file.path)
            .collect();

        assert!(paths.contains(&"xtask/src/tidy/source.rs".to_owned()));
        assert!(paths.contains(&"Cargo.toml".to_owned()));
        assert!(!paths.iter().any(|path| path.starts_with("target/")));
    }

    #[test]
    fn blank_lines_comments_and_tests_are_not_counted() {
        let text = "//! One job.\n\nuse std::fmt;\n/// Docs.\nfn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn t() {}\n}\n";
        let file = |path: &str, text: &str| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };

        assert_eq!(file("a/src/x.rs", text).lines_of_code(), 2);
        assert_eq!(file("a/src/x/tests.rs", text).lines_of_code(), 0);
        // A test module in a separate file does not end the code.
        assert_eq!(
            file("a/src/x.rs", "#[cfg(test)]\nmod tests;\nfn f() {}\n").lines_of_code(),
            3
        );
    }
}
