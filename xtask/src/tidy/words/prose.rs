//! The prose of a file, word by word: comments and string literals of Rust, and all text of other files.

use std::iter;

use crate::tidy::File;
use crate::tidy::tokens::{Kind, tokens};

/// One word in lower case.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) line: usize,
    /// Whether only blanks separate this word from the previous word.
    pub(super) follows: bool,
}

/// Languages of fenced blocks that are not Rust.
const OTHER_LANGUAGES: &[&str] = &[
    "text", "sh", "bash", "toml", "json", "http", "sql", "html", "js", "ts", "mermaid", "console",
];

/// Returns the words of a file, in their order.
pub(super) fn words(file: &File) -> Vec<Word> {
    let mut words = Vec::new();
    for block in blocks(file) {
        let first = words.len();
        for (line, text) in block {
            split(&text, line, &mut words);
        }
        if let Some(word) = words.get_mut(first) {
            word.follows = false;
        }
    }
    words
}

/// Lines of text that belong together, each with its number.
type Block = Vec<(usize, String)>;

fn blocks(file: &File) -> Vec<Block> {
    if file.is_rust() {
        return of_rust(&file.text, 1);
    }
    let lines: Block = (1..).zip(file.text.lines().map(str::to_owned)).collect();
    if file.ending() == Some("md") {
        of_markdown(lines, "text")
    } else {
        vec![lines]
    }
}

fn of_rust(text: &str, first_line: usize) -> Vec<Block> {
    let mut found = Vec::new();
    let mut comment = Block::new();
    for token in tokens(text) {
        let line = token.line + first_line - 1;
        let next = comment.last().is_some_and(|(last, _)| last + 1 == line);
        let is_comment = matches!(token.kind, Kind::Comment(_));
        if !(is_comment && next) {
            found.extend(of_markdown(std::mem::take(&mut comment), "rust"));
        }
        match token.kind {
            Kind::Comment(written) => {
                let lines = written.lines().map(|line| uncommented(line).to_owned());
                comment.extend((line..).zip(lines));
            }
            Kind::Text(text) => {
                let lines = text
                    .lines()
                    .map(|line| line.trim_end_matches('\\').to_owned());
                found.push((line..).zip(lines).collect());
            }
            _ => {}
        }
    }
    found.extend(of_markdown(comment, "rust"));
    found
}

fn uncommented(line: &str) -> &str {
    line.trim()
        .trim_start_matches(['/', '!', '*'])
        .trim_end_matches("*/")
}

/// Returns the paragraphs and the fenced blocks between them. `language` is that of a fence without one.
fn of_markdown(lines: Block, language: &str) -> Vec<Block> {
    let mut found = vec![];
    let mut open = Block::new();
    let mut fence: Option<bool> = None;
    for (line, text) in lines {
        let Some(info) = text.trim_start().strip_prefix("```") else {
            if text.trim().is_empty() && fence.is_none() {
                found.push(std::mem::take(&mut open));
            } else {
                open.push((line, text));
            }
            continue;
        };
        let block = std::mem::take(&mut open);
        match fence.take() {
            Some(true) => found.extend(of_code(&block)),
            Some(false) => found.push(block),
            None => {
                found.push(block);
                let named = info.split([',', ' ']).next().unwrap_or_default();
                let named = if named.is_empty() { language } else { named };
                fence = Some(!OTHER_LANGUAGES.contains(&named));
            }
        }
    }
    found.push(open);
    found
}

/// Returns the prose in a Rust example.
fn of_code(block: &Block) -> Vec<Block> {
    let first = block.first().map_or(1, |(line, _)| *line);
    let code: Vec<&str> = block.iter().map(|(_, text)| text.as_str()).collect();
    of_rust(&code.join("\n"), first)
}

/// Splits a line. Text in backticks counts as one word, `` ` ``.
fn split(text: &str, line: usize, words: &mut Vec<Word>) {
    let text = text.replace("**", "").replace('*', "");
    let mut rest = text.as_str();
    let mut follows = true;
    while let Some(first) = rest.chars().next() {
        let length = if first == '`' {
            let ends = rest.char_indices().skip(1).find(|(_, c)| *c == '`');
            ends.map_or(1, |(at, _)| at + 1)
        } else if first.is_alphanumeric() || first == '_' {
            word_length(rest)
        } else {
            follows &= first.is_whitespace();
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        };
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let text = match first {
            '`' => "`".to_owned(),
            _ => word.to_lowercase().replace('’', "'"),
        };
        let text = text.strip_suffix("'s").unwrap_or(&text).to_owned();
        words.push(Word {
            text,
            line,
            follows,
        });
        follows = true;
        rest = after;
    }
}

/// Returns the length of the first word in bytes. Addresses, paths and names are one word.
fn word_length(text: &str) -> usize {
    let is_inner = |c: char| c.is_alphanumeric() || c == '_';
    let next = text.chars().skip(1).map(Some).chain(iter::once(None));
    let mut length = 0;
    for (c, next) in text.chars().zip(next) {
        let joins = "'’-@./:".contains(c) && next.is_some_and(is_inner);
        if !is_inner(c) && !joins {
            break;
        }
        length += c.len_utf8();
    }
    length
}

#[cfg(test)]
mod tests {
    use super::words;
    use crate::tidy::File;

    /// Compares the words of a file with `expected`, where `|` marks the first word of a block.
    fn check(path: &str, text: &str, expected: &str) {
        let file = File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let found: Vec<String> = words(&file)
            .into_iter()
            .map(|word| {
                if word.follows {
                    word.text
                } else {
                    format!("|{}", word.text)
                }
            })
            .collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }

    #[test]
    fn rust_code_is_not_prose() {
        check(
            "a.rs",
            "//! One\n//! two.\nfn three() { f(\"four\"); } // five",
            "|one two |four |five",
        );
        check("a.rs", "\"a \\\n   b\"", "|a b");
        check("a.rs", "/// A.\n///\n/// B.", "|a |b");
    }

    #[test]
    fn example_comments_are_prose_and_example_code_is_not() {
        check(
            "a.rs",
            "/// A.\n/// ```\n/// let b = c; // d\n/// ```\n/// E.",
            "|a |d |e",
        );
        check(
            "a.md",
            "A.\n```rust\nlet b = c; // d\n```\n```sh\ne f\n```\n",
            "|a |d |e f",
        );
        check("a.rs", "/// ```text\n/// a b\n/// ```", "|a b");
    }

    #[test]
    fn names_and_inline_code_are_one_word() {
        check(
            "a.md",
            "A `b c` d. E, nobody@example.com and nobody's it's",
            "|a ` d |e |nobody@example.com and nobody it",
        );
        check("a.md", "**one** *two* `three", "|one two ` three");
    }

    #[test]
    fn lines_are_counted() {
        let file = File {
            path: "a.rs".to_owned(),
            text: "\n/// ```\n/// // a\n/// ```\n\"b\nc\"".to_owned(),
        };
        let lines: Vec<usize> = words(&file).iter().map(|word| word.line).collect();
        assert_eq!(lines, [3, 5, 6]);
    }
}
