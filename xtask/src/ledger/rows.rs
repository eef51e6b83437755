//! The list of all rows, each with its title, and the reason if no test shows it.

const LIST: &str = include_str!("rows.txt");

/// A standard with its rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) rows: Vec<Row>,
}

/// A requirement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// Why no test shows the row.
    pub(super) reason: Option<&'static str>,
}

/// Returns the list of this repository.
pub(super) fn all() -> Vec<Group> {
    read(LIST)
}

/// Reads a list: `## title` begins a group, `id | title` or `id | title | reason` is a row.
pub(super) fn read(list: &'static str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for line in list.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            let rows = Vec::new();
            groups.push(Group { title, rows });
        } else if let (Some(row), Some(group)) = (row(line), groups.last_mut()) {
            group.rows.push(row);
        }
    }
    groups
}

fn row(line: &'static str) -> Option<Row> {
    let mut parts = line.split('|').map(str::trim);
    let (id, title, reason) = (parts.next()?, parts.next()?, parts.next());
    Some(Row { id, title, reason })
}

/// Returns whether a word has the form of a row's id, like `A6.2.1`, `C-FP-07` or `J-13`.
pub(super) fn is_id(word: &str) -> bool {
    let is_number =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if let Some(numbers) = word.strip_prefix('A').filter(|rest| rest.contains('.')) {
        let parts: Vec<_> = numbers.split('.').collect();
        return parts.len() == 3 && parts.into_iter().all(is_number);
    }
    match word.split('-').collect::<Vec<_>>().as_slice() {
        ["B" | "D" | "J" | "K" | "O" | "T" | "V" | "W", number] => {
            number.len() == 2 && is_number(number)
        }
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
    use std::collections::BTreeSet;

    use super::{Row, all, is_id, read};

    #[test]
    fn ids_are_recognized_by_their_form() {
        for row in [
            "A6.2.1", "A16.5.3", "C-FP-07", "J-13", "B-02", "K-06", "N-PW-08", "O-09",
        ] {
            assert!(is_id(row), "{row}");
        }
        for word in [
            "ASVS", "A6.2", "RFC-7519", "B-2", "C-fp-01", "UTF-8", "SHA-256", "a6.2.1",
        ] {
            assert!(!is_id(word), "{word}");
        }
    }

    #[test]
    fn each_listed_row_has_a_valid_and_unique_id() {
        let groups = all();
        let rows: Vec<&Row> = groups.iter().flat_map(|group| &group.rows).collect();
        let ids: BTreeSet<&str> = rows.iter().map(|row| row.id).collect();
        assert_eq!(ids.len(), rows.len());
        for row in rows {
            assert!(is_id(row.id), "{row:?}");
            assert!(!row.title.is_empty() && row.reason != Some(""), "{row:?}");
        }
    }

    #[test]
    fn rows_belong_to_the_group_above_them() {
        let groups = read("# A note: `id | title`.\n## One\nB-01 | a\nB-02 | b | later\n\n## Two");
        let titles: Vec<_> = groups.iter().map(|group| group.title).collect();
        assert_eq!(titles, ["One", "Two"]);
        let [first, second] = groups[0].rows.as_slice() else {
            panic!("two rows");
        };
        assert_eq!((first.id, first.title, first.reason), ("B-01", "a", None));
        assert_eq!((second.id, second.reason), ("B-02", Some("later")));
        assert_eq!(groups[1].rows, []);
    }
}
