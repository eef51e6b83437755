//! The folder of one server, removed together with it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::random;

/// The number of log lines in an error. MariaDB ends its log with 30 lines of general advice.
const TAIL: usize = 60;

/// A folder that only its account can enter, removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    account: Option<Account>,
}

impl Folder {
    /// Creates the folder among the temporary files, owned by the account.
    pub(crate) fn create(name: &str, account: Option<Account>) -> io::Result<Self> {
        let mut home = std::env::temp_dir();
        // Other accounts may be unable to read root's temporary files.
        if account.is_some() && !all_accounts_may_enter(&home) {
            home = PathBuf::from("/tmp");
        }
        let path = home.join(format!("scratch-{name}-{}", random::hex(8)?));
        DirBuilder::new().mode(0o700).create(&path)?;
        let folder = Self { path, account };
        folder.give(folder.path())?;
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path of the server's data.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// Writes a file that only the account can read.
    pub(crate) fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(text.as_bytes())?;
        self.give(&path)?;
        Ok(path)
    }

    /// Opens the log for appending.
    pub(crate) fn log(&self) -> io::Result<File> {
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(self.path.join("log"))
    }

    /// Returns the last lines of the log.
    pub(crate) fn tail(&self) -> String {
        let log = fs::read(self.path.join("log")).unwrap_or_default();
        last_lines(&String::from_utf8_lossy(&log), TAIL)
    }

    fn give(&self, path: &Path) -> io::Result<()> {
        self.account.map_or(Ok(()), |account| {
            chown(path, Some(account.user), Some(account.group))
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The second attempt removes files that a process wrote while it ended.
        if fs::remove_dir_all(&self.path).is_err() {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Returns whether this process creates files as root.
pub(crate) fn is_root() -> io::Result<bool> {
    let folder = Folder::create("owner", None)?;
    Ok(fs::metadata(folder.path())?.uid() == 0)
}

/// Returns whether every account may enter the folder and all its parents.
fn all_accounts_may_enter(folder: &Path) -> bool {
    folder.ancestors().all(|above| {
        fs::metadata(above).is_ok_and(|folder| folder.permissions().mode() & 0o001 != 0)
    })
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.len().saturating_sub(count);
    lines.into_iter().skip(first).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::{Folder, all_accounts_may_enter, last_lines};

    #[test]
    fn folder_is_private_and_is_removed_when_dropped() {
        let folder = Folder::create("test", None).unwrap();
        let path = folder.path().to_owned();
        let file = folder.write("password", "secret").unwrap();

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&file)), (0o700, 0o600));
        assert!(!all_accounts_may_enter(&path));
        assert!(all_accounts_may_enter(Path::new("/")));

        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn tail_has_the_last_lines_of_the_log() {
        assert_eq!(last_lines("a\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("a\n", 2), "a");
        assert_eq!(last_lines("", 2), "");
    }
}
