//! Keys that SQLite makes: whether it gives the key of a deleted row to a new one.

/// Returns whether the statement that created a table has the word `AUTOINCREMENT` outside of names, texts and
/// comments. SQLite accepts the word only for the key, and shows it nowhere else.
pub(super) fn is_autoincrement(create_table: &str) -> bool {
    let mut rest = create_table;
    let mut plain = String::new();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\'' | '"' | '`' => Some(first.to_string()),
            '[' => Some("]".to_owned()),
            '-' if rest.starts_with("--") => Some("\n".to_owned()),
            '/' if rest.starts_with("/*") => Some("*/".to_owned()),
            _ => None,
        };
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        if let Some(end) = end {
            plain.push(' ');
            rest = after.split_once(&end).map_or("", |(_, after)| after);
        } else {
            plain.push(first);
            rest = after;
        }
    }
    plain
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word.eq_ignore_ascii_case("autoincrement"))
}

#[cfg(test)]
mod tests {
    use super::is_autoincrement;

    #[test]
    fn word_counts_outside_of_names_texts_and_comments() {
        for (table, expected) in [
            ("CREATE TABLE t (n INTEGER PRIMARY KEY AUTOINCREMENT)", true),
            (
                "create table t(n integer primary key autoincrement,a)",
                true,
            ),
            (
                "CREATE TABLE \"it's\" (n INTEGER PRIMARY KEY AUTOINCREMENT, a DEFAULT 'x')",
                true,
            ),
            ("CREATE TABLE t (n INTEGER PRIMARY KEY)", false),
            (
                "CREATE TABLE t (n INTEGER PRIMARY KEY, autoincrement_ TEXT)",
                false,
            ),
            (
                "CREATE TABLE t (n INTEGER PRIMARY KEY, \"AUTOINCREMENT\" TEXT)",
                false,
            ),
            (
                "CREATE TABLE t (n INTEGER PRIMARY KEY, [autoincrement] TEXT)",
                false,
            ),
            (
                "CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT DEFAULT 'it''s AUTOINCREMENT')",
                false,
            ),
            (
                "CREATE TABLE t (n INTEGER PRIMARY KEY -- AUTOINCREMENT\n, a)",
                false,
            ),
            (
                "CREATE TABLE t (n INTEGER PRIMARY KEY /* 'AUTOINCREMENT */)",
                false,
            ),
            ("", false),
        ] {
            assert_eq!(is_autoincrement(table), expected, "{table}");
        }
    }
}
