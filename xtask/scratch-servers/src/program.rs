//! The search for the engines' programs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Returns the folders of the search: those of `PATH`, then those of the system's daemons.
pub(crate) fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let daemons = ["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(daemons).collect()
}

/// Returns the first of the names that exists; an earlier name has priority over an earlier folder.
pub(crate) fn find(folders: &[PathBuf], names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| {
        let candidates = folders.iter().map(|folder| folder.join(name));
        candidates.into_iter().find(|path| runs(path))
    })
}

/// Returns Debian's folders of PostgreSQL's programs, one for each version, newest first.
pub(crate) fn postgres_folders(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|&(version, _)| std::cmp::Reverse(version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

fn runs(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{find, postgres_folders};
    use crate::folder::Folder;

    #[test]
    fn only_executable_files_are_found_and_the_first_name_has_priority() {
        let sh = find(&[PathBuf::from("/nowhere"), PathBuf::from("/bin")], &["sh"]);
        assert_eq!(sh, Some(PathBuf::from("/bin/sh")));

        let folder = Folder::create("programs", None).unwrap();
        fs::write(folder.path().join("mariadbd"), "text").unwrap();
        let places = [folder.path().to_owned(), PathBuf::from("/bin")];
        assert_eq!(find(&places, &["mariadbd"]), None);
        let cat = Some(PathBuf::from("/bin/cat"));
        assert_eq!(find(&places, &["mariadbd", "cat", "sh"]), cat);
    }

    #[test]
    fn versions_are_sorted_as_numbers() {
        let folder = Folder::create("versions", None).unwrap();
        for version in ["9", "15", "8.4", "common"] {
            fs::create_dir(folder.path().join(version)).unwrap();
        }
        let expected = ["15/bin", "9/bin"].map(|name| folder.path().join(name));
        assert_eq!(postgres_folders(folder.path()), expected);
    }
}
