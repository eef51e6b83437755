//! The most common passwords, embedded in the library; see `data/README.md` for their source.

/// One password a line: lower-case ASCII, at least 8 characters, sorted by bytes, each once.
const LIST: &str = include_str!("../../data/common-passwords.txt");

/// The letters of the most common passwords, one word a line: lower-case ASCII, sorted by bytes, each once.
const WORDS: &str = include_str!("../../data/common-words.txt");

/// Returns whether these letters are those of a common password.
pub(super) fn is_word(letters: &str) -> bool {
    contains_line(WORDS.as_bytes(), letters.as_bytes())
}

/// Returns whether the list holds exactly this text. `folded` is lower-case and in NFC.
///
/// Binary search over the embedded text: exact, and without a set in memory.
pub(super) fn is_common(folded: &str) -> bool {
    contains_line(LIST.as_bytes(), folded.as_bytes())
}

/// Returns whether a text of sorted lines, each ended by a line feed, has this line.
fn contains_line(mut lines: &[u8], wanted: &[u8]) -> bool {
    while !lines.is_empty() {
        // The line around the middle: all lines before it are smaller, all lines after it are greater.
        let (left, right) = lines.split_at(lines.len() / 2);
        let start = left
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |at| at + 1);
        let Some(end) = right.iter().position(|&b| b == b'\n') else {
            return false;
        };
        let (smaller, from_start) = left.split_at(start);
        let (rest_of_line, from_feed) = right.split_at(end);
        let line = from_start.iter().chain(rest_of_line);
        match line.cmp(wanted) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Greater => lines = smaller,
            std::cmp::Ordering::Less => {
                lines = from_feed.split_first().map_or(&[], |(_, rest)| rest);
            }
        }
    }
    false
}

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    LIST.lines()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A6.2.4: at least 3,000 passwords for the default policy, and as many for the one of 15 characters.
    #[test]
    fn list_is_sorted_and_long_enough() {
        assert!(LIST.is_ascii() && LIST.ends_with('\n'));
        assert!(LIST.len() <= 250 * 1024);
        let lines: Vec<&str> = all().collect();
        for pair in lines.windows(2) {
            assert!(pair[0].as_bytes() < pair[1].as_bytes(), "{pair:?}");
        }
        for line in &lines {
            assert!(line.len() >= 8, "{line}");
            assert_eq!(line.to_lowercase(), *line);
            assert_eq!(line.trim(), *line);
        }
        for (min, count) in [(8, 12_000), (12, 3_000), (15, 3_000)] {
            let fitting = lines.iter().filter(|line| line.len() >= min).count();
            assert!(fitting >= count, "{fitting} of at least {min}");
        }
    }

    #[test]
    fn words_are_sorted_letters() {
        let lines: Vec<&str> = WORDS.lines().collect();
        assert!(lines.len() > 9_000 && WORDS.ends_with('\n'));
        for pair in lines.windows(2) {
            assert!(pair[0].as_bytes() < pair[1].as_bytes(), "{pair:?}");
        }
        for word in lines {
            assert!(
                word.len() >= 4 && word.bytes().all(|b| b.is_ascii_lowercase()),
                "{word}"
            );
            assert!(is_word(word), "{word}");
        }
    }

    #[test]
    fn each_entry_is_found_and_near_misses_are_not() {
        let lines: std::collections::HashSet<&str> = all().collect();
        for line in &lines {
            assert!(is_common(line), "{line}");
            for near in [format!("{line}~"), format!("{line}\n"), format!("!{line}")] {
                assert_eq!(is_common(&near), lines.contains(near.as_str()), "{near:?}");
            }
            let shorter: String = line.chars().skip(1).collect();
            assert_eq!(
                is_common(&shorter),
                lines.contains(shorter.as_str()),
                "{shorter}"
            );
        }
    }

    #[test]
    fn first_and_last_lines_are_found() {
        for absent in [
            "",
            "\n",
            "a",
            "\0",
            "\u{10ffff}",
            "zzzzzzzzzzzzzzzzzzzzz",
            "password\npassword1",
        ] {
            assert!(!is_common(absent), "{absent:?}");
        }
        for (lines, wanted, found) in [
            ("", "a", false),
            ("a\n", "a", true),
            ("a\n", "", false),
            ("a\n", "b", false),
            ("a\nb\n", "b", true),
            ("a\nbb\nc\n", "bb", true),
            ("a\nbb\nc\n", "b", false),
            ("a\nbb\nc\n", "c", true),
        ] {
            let result = contains_line(lines.as_bytes(), wanted.as_bytes());
            assert_eq!(result, found, "{lines:?} {wanted:?}");
        }
    }
}
