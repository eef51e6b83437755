//! What a client calls itself, made fit to be stored and shown.

use crate::http::RequestHead;

/// The longest description, in characters.
const MAX: usize = 255;

/// The `User-Agent` of a request: without what cannot be seen or turns the direction of text, with
/// single blanks, and cut. It is a hint for the owner of the session and is never trusted.
pub(crate) fn clean(head: &dyn RequestHead) -> Option<String> {
    let value = head.header("user-agent", 0)?;
    let text = String::from_utf8_lossy(value);
    let mut cleaned = String::new();
    for word in text.split_whitespace() {
        let word: String = word.chars().filter(|c| is_visible(*c)).collect();
        if !word.is_empty() {
            if !cleaned.is_empty() {
                cleaned.push(' ');
            }
            cleaned.push_str(&word);
        }
    }
    let cut: String = cleaned.chars().take(MAX).collect();
    (!cut.is_empty()).then_some(cut)
}

fn is_visible(c: char) -> bool {
    let hides = matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    !c.is_control() && !hides
}

#[cfg(test)]
mod tests {
    use super::clean;
    use crate::http::BufferedRequest;

    fn check(value: impl Into<Vec<u8>>, expected: Option<&str>) {
        let request = BufferedRequest::new("POST", Vec::new()).header("user-agent", value);
        assert_eq!(clean(&request.head).as_deref(), expected);
    }

    #[test]
    fn only_what_can_be_shown_is_kept() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        check(firefox, Some(firefox));
        check("  a \t\u{7}b\u{202e}c   \u{200b} d ", Some("a bc d"));
        check(b"caf\xc3\xa9 \xff\xfe".to_vec(), Some("café"));
        check("", None);
        check(" \u{feff} ", None);
        check("x".repeat(10_000), Some(&"x".repeat(255)));
        check("é".repeat(300), Some(&"é".repeat(255)));
    }

    #[test]
    fn there_may_be_none() {
        let request = BufferedRequest::new("POST", Vec::new());
        assert_eq!(clean(&request.head), None);
    }
}
