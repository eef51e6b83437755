//! The manifest of the new crate: the README's block, with path dependencies on the crates of this workspace.

use std::path::Path;

/// The crates that applications depend on.
const LIBRARIES: &[&str] = &["auth-core", "auth-axum", "auth-poem", "auth-diesel"];

/// The default name of the package, if the block has none.
pub(super) const NAME: &str = "readme-program";

/// Returns the README's block as a manifest. Each version of a library must match this workspace, and
/// becomes a path below `root`.
pub(super) fn manifest(block: &str, root: &Path, version: &str) -> Result<String, String> {
    let mut text = String::new();
    if !block.contains("[package]") {
        let package =
            format!("[package]\nname = \"{NAME}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n");
        text.push_str(&package);
    }
    for line in block.lines() {
        text.push_str(&by_path(line, root, version)?);
        text.push('\n');
    }
    // A separate workspace, also inside the folder of another workspace.
    text.push_str("\n[workspace]\n");
    Ok(text)
}

fn by_path(line: &str, root: &Path, version: &str) -> Result<String, String> {
    let Some((name, value)) = line.split_once('=') else {
        return Ok(line.to_owned());
    };
    let (name, value) = (name.trim(), value.trim());
    if !LIBRARIES.contains(&name) {
        return Ok(line.to_owned());
    }
    let required = if let Some(table) = value.strip_prefix('{') {
        table.split("version").nth(1)
    } else {
        Some(value)
    };
    let required = required.and_then(|rest| rest.split('"').nth(1));
    let fits = required.is_some_and(|required| {
        let rest = version.strip_prefix(required);
        !required.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    let Some(required) = required.filter(|_| fits) else {
        return Err(format!(
            "`{}` does not name the version of this workspace, {version}",
            line.trim()
        ));
    };
    let path = format!("path = \"{}\"", root.join(name).display());
    Ok(if value.starts_with('{') {
        line.replace(&format!("version = \"{required}\""), &path)
    } else {
        format!("{name} = {{ {path} }}")
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::manifest;

    fn check(block: &str, expected: Result<&str, &str>) {
        let found = manifest(block, Path::new("/w"), "0.1.0");
        let lines = found.as_deref().map_err(String::as_str);
        let body = lines.map(|text| {
            let text = text.split("edition = \"2024\"\n\n").nth(1).unwrap();
            text.strip_suffix("\n\n[workspace]\n").unwrap()
        });
        assert_eq!(body, expected, "{block}");
    }

    #[test]
    fn library_versions_become_paths() {
        check(
            "auth-core = \"0.1\"",
            Ok("auth-core = { path = \"/w/auth-core\" }"),
        );
        check(
            "auth-diesel = { version = \"0.1.0\", features = [\"postgres\"] }",
            Ok("auth-diesel = { path = \"/w/auth-diesel\", features = [\"postgres\"] }"),
        );
    }

    #[test]
    fn other_lines_are_kept() {
        let block = "[dependencies]\naxum = \"0.8\"\n\n[profile.dev.package.argon2]\nopt-level = 3";
        check(block, Ok(block));
    }

    #[test]
    fn version_of_another_release_is_an_error() {
        for line in [
            "auth-core = \"0.2\"",
            "auth-core = { features = [\"a\"] }",
            "auth-core = \"0.1.1\"",
        ] {
            let expected = format!("`{line}` does not name the version of this workspace, 0.1.0");
            check(line, Err(&expected));
        }
    }

    #[test]
    fn package_section_is_kept() {
        let block = "[package]\nname = \"shop\"\n[dependencies]\n";
        let text = manifest(block, Path::new("/w"), "0.1.0").unwrap();
        assert!(text.starts_with("[package]\nname = \"shop\"\n"), "{text}");
        assert_eq!(text.matches("[package]").count(), 1);
    }
}
