//! The guide that lists every setting, section by section.

/// One section: a type, and the methods that it names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section<'a> {
    pub(super) of: &'a str,
    /// The methods in the first column of its tables, each with its line.
    pub(super) methods: Vec<(&'a str, usize)>,
}

/// Returns the sections with a type in their heading: ``## `AuthBuilder` ``. A type may have several.
pub(super) fn sections(page: &str) -> Vec<Section<'_>> {
    let mut found: Vec<Section<'_>> = Vec::new();
    let mut open = false;
    for (number, line) in (1..).zip(page.lines()) {
        if line.starts_with('#') {
            let of = code(line).map(name);
            open = of.is_some();
            found.extend(of.map(|of| Section {
                of,
                methods: Vec::new(),
            }));
        } else if let (true, Some(section), Some(cell)) = (open, found.last_mut(), first_cell(line))
        {
            section
                .methods
                .extend(code(cell).map(|code| (name(code), number)));
        }
    }
    found
}

/// Returns the first cell of a row of a table.
fn first_cell(line: &str) -> Option<&str> {
    line.strip_prefix('|')?.split('|').next()
}

/// Returns the first text in backticks.
fn code(text: &str) -> Option<&str> {
    text.split('`').nth(1)
}

/// Returns the name at the end of a path, without its arguments: `new` in `MasterSecret::new(…)`.
fn name(code: &str) -> &str {
    let path = code.split(['(', '<']).next().unwrap_or(code);
    path.rsplit([':', '.']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::{Section, sections};

    #[test]
    fn sections_name_types_and_rows_name_methods() {
        let page = "# Guide\n| `x` |\n## `auth::A<U>`\ntext `y`\n| method | default |\n| --- | --- |\n\
                    | `.b(c)` | `d` |\n| `A::e` | |\n## Other\n| `f` | |\n### `G` and `H`\n";
        let section = |of, methods: &[(&'static str, usize)]| Section {
            of,
            methods: methods.to_vec(),
        };
        assert_eq!(
            sections(page),
            [section("A", &[("b", 7), ("e", 8)]), section("G", &[])]
        );
    }
}
