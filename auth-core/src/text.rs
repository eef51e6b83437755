//! Small rules about text, shared by several kinds of names.

use std::borrow::Cow;

/// Returns whether a character is invisible: control characters, and characters that show nothing
/// or change the direction of the text around them, so that two different names can look the same
/// to a reader.
///
/// It is the only table of this kind in the crate.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns the visible characters of `bytes` as one line of at most `max` characters: bytes that are
/// not UTF-8 and invisible characters are left out, and runs of white space become one space.
pub(crate) fn visible_line(bytes: &[u8], max: usize) -> Cow<'_, str> {
    if bytes.len() <= max
        && is_plain_line(bytes)
        && let Ok(line) = str::from_utf8(bytes)
    {
        return line.into();
    }
    let text = String::from_utf8_lossy(bytes);
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let separator = usize::from(length > 0);
        let room = max.saturating_sub(length + separator);
        let visible = word.chars().filter(|c| !is_invisible(*c));
        let word: String = visible.take(room).collect();
        if word.is_empty() {
            continue;
        }
        if separator == 1 {
            line.push(' ');
        }
        length += separator + word.chars().count();
        line.push_str(&word);
    }
    line.into()
}

/// Returns whether every byte is a visible ASCII character or a single inner space. Nearly every user
/// agent is such a line and stays unchanged.
fn is_plain_line(bytes: &[u8]) -> bool {
    let mut after_space = true;
    let is_plain = bytes.iter().all(|byte| {
        let is_space = *byte == b' ';
        let fits = byte.is_ascii_graphic() || (is_space && !after_space);
        after_space = is_space;
        fits
    });
    is_plain && !after_space
}

#[cfg(test)]
mod tests {
    use super::{is_invisible, visible_line};

    /// Characters that were missing in an earlier copy of the table.
    const DRIFTED: [char; 32] = [
        '\u{34f}', '\u{115f}', '\u{1160}', '\u{17b4}', '\u{17b5}', '\u{180b}', '\u{180c}',
        '\u{180d}', '\u{180f}', '\u{2800}', '\u{3164}', '\u{fe00}', '\u{fe01}', '\u{fe02}',
        '\u{fe03}', '\u{fe04}', '\u{fe05}', '\u{fe06}', '\u{fe07}', '\u{fe08}', '\u{fe09}',
        '\u{fe0a}', '\u{fe0b}', '\u{fe0c}', '\u{fe0d}', '\u{fe0e}', '\u{fe0f}', '\u{ffa0}',
        '\u{fffc}', '\u{fffd}', '\u{fffe}', '\u{ffff}',
    ];

    #[test]
    fn names_and_user_agents_share_one_table_of_invisible_characters() {
        for c in DRIFTED {
            assert!(is_invisible(c), "{:?}", c.escape_unicode());
            let name = format!("a{c}b");
            assert!(crate::Username::parse(&name).is_err(), "{c:?}");
            assert!(crate::Role::parse(&name).is_err(), "{c:?}");
            assert_eq!(visible_line(name.as_bytes(), 9), "ab", "{c:?}");
        }
    }

    #[test]
    fn letters_marks_and_emoji_are_visible() {
        for c in "aZ09 ~é߷漢字ก็🦀\u{301}".chars() {
            assert!(!is_invisible(c), "{:?}", c.escape_unicode());
        }
    }

    #[test]
    fn line_is_cut_at_characters_and_never_ends_with_a_space() {
        for (text, max, expected) in [
            ("ab cd", 5, "ab cd"),
            ("ab cd", 4, "ab c"),
            ("ab cd", 3, "ab"),
            ("ab cd", 0, ""),
            ("ab \u{200b} c", 9, "ab c"),
            (" ab", 9, "ab"),
            ("ab ", 9, "ab"),
            ("a  b", 9, "a b"),
            ("a\u{7f}b", 9, "ab"),
            ("", 9, ""),
            (" ", 9, ""),
        ] {
            assert_eq!(visible_line(text.as_bytes(), max), expected);
        }
    }
}
