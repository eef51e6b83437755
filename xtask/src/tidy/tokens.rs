//! Rust source as tokens with their lines, so that rules distinguish code, comments and text.

use std::iter;

/// One token and the line on which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) line: usize,
}

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// An identifier or a keyword, without `r#`.
    Word(&'a str),
    /// One character of punctuation.
    Mark(char),
    /// The inside of a string literal, with its escapes.
    Text(&'a str),
    /// A comment with its slashes.
    Comment(&'a str),
    /// A number, a character or a lifetime.
    Other,
}

impl<'a> Token<'a> {
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word(word)
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub(super) fn word(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// Returns all tokens of a source file. The tokens of a file that does not compile are unspecified.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut scanner = Scanner {
        rest: text,
        line: 1,
    };
    iter::from_fn(|| scanner.next_token()).collect()
}

/// Returns the tokens without comments.
pub(super) fn code(text: &str) -> Vec<Token<'_>> {
    let mut tokens = tokens(text);
    tokens.retain(|token| !matches!(token.kind, Kind::Comment(_)));
    tokens
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Scanner<'a> {
    fn next_token(&mut self) -> Option<Token<'a>> {
        let blanks = self.rest.len() - self.rest.trim_start().len();
        self.take(blanks);
        let line = self.line;
        let first = self.rest.chars().next()?;
        let kind = if self.rest.starts_with("//") {
            Kind::Comment(self.take_until(|c| c == '\n'))
        } else if self.rest.starts_with("/*") {
            Kind::Comment(self.take(nested_comment(self.rest)))
        } else if first == '"' {
            self.string()
        } else if first == '\'' {
            self.quote()
        } else if is_word(first) && !first.is_ascii_digit() {
            self.word()
        } else if first.is_ascii_digit() {
            self.take_until(|c| !is_word(c));
            Kind::Other
        } else {
            self.take(first.len_utf8());
            Kind::Mark(first)
        };
        Some(Token { kind, line })
    }

    /// Reads a word, or the prefix of a literal: `b"…"`, `c"…"`, `b'…'`, `r"…"`, `r#"…"#`, `r#word`.
    fn word(&mut self) -> Kind<'a> {
        let word = self.take_until(|c| !is_word(c));
        let hashes = self.rest.len() - self.rest.trim_start_matches('#').len();
        let after = self.rest.get(hashes..).unwrap_or_default();
        match word {
            "b" | "c" if self.rest.starts_with('"') => self.string(),
            "b" if self.rest.starts_with('\'') => self.quote(),
            "r" | "br" | "cr" if after.starts_with('"') => {
                self.take(hashes);
                self.raw_string(hashes)
            }
            "r" if hashes == 1 && after.starts_with(is_word) => {
                self.take(1);
                Kind::Word(self.take_until(|c| !is_word(c)))
            }
            word => Kind::Word(word),
        }
    }

    /// Reads a string with escapes, from its opening quote.
    fn string(&mut self) -> Kind<'a> {
        self.take(1);
        let mut escaped = false;
        let end = self.rest.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let text = self.take(end.unwrap_or(self.rest.len()));
        self.take(1);
        Kind::Text(text)
    }

    /// Reads a raw string with that many hashes, from its opening quote.
    fn raw_string(&mut self, hashes: usize) -> Kind<'a> {
        self.take(1);
        let closing = format!("\"{}", "#".repeat(hashes));
        let text = self.take(self.rest.find(&closing).unwrap_or(self.rest.len()));
        self.take(closing.len());
        Kind::Text(text)
    }

    /// Reads a character or a lifetime, from its quote.
    fn quote(&mut self) -> Kind<'a> {
        self.take(1);
        let mut characters = self.rest.chars();
        match (characters.next(), characters.next()) {
            (Some('\\'), Some(escaped)) => {
                self.take(1 + escaped.len_utf8());
                self.take_until(|c| c == '\'');
                self.take(1);
            }
            (Some(one), Some('\'')) => {
                self.take(one.len_utf8() + 1);
            }
            _ => {
                self.take_until(|c| !is_word(c));
            }
        }
        Kind::Other
    }

    fn take_until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        self.take(self.rest.find(ends).unwrap_or(self.rest.len()))
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the length of a block comment in bytes, with nested comments.
fn nested_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut from = 0;
    while let Some(rest) = text.get(from..) {
        let Some(at) = rest.find("/*").into_iter().chain(rest.find("*/")).min() else {
            break;
        };
        let opens = rest.get(at..).is_some_and(|mark| mark.starts_with("/*"));
        depth = if opens {
            depth + 1
        } else {
            depth.saturating_sub(1)
        };
        from += at + 2;
        if depth == 0 {
            return from;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Token, code, tokens};

    fn kinds(text: &str) -> Vec<Kind<'_>> {
        tokens(text).into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn code_text_and_comments_are_distinguished() {
        use Kind::{Comment, Mark, Other, Text, Word};
        let cases: &[(&str, &[Kind<'_>])] = &[
            (
                "use a;// b",
                &[Word("use"), Word("a"), Mark(';'), Comment("// b")],
            ),
            (
                "/* a /* b */ */ c",
                &[Comment("/* a /* b */ */"), Word("c")],
            ),
            (
                r#"f("a \" // b")"#,
                &[Word("f"), Mark('('), Text(r#"a \" // b"#), Mark(')')],
            ),
            (r##"r#"a "b" "#"##, &[Text(r#"a "b" "#)]),
            (r#"r"\" x"""#, &[Text(r"\"), Word("x"), Text("")]),
            ("r#type", &[Word("type")]),
            (
                r#"b'"' '"' '\'' 'a x"#,
                &[Other, Other, Other, Other, Word("x")],
            ),
            (r"'\u{1F600}' x", &[Other, Word("x")]),
            (
                "1.5e3..2",
                &[Other, Mark('.'), Other, Mark('.'), Mark('.'), Other],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(kinds(text), *expected, "{text}");
        }
    }

    #[test]
    fn each_token_has_the_line_on_which_it_begins() {
        let text = "//! Job.\n\"a\nb\" x\n/*\n*/ y";
        let lines: Vec<usize> = tokens(text).iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn code_has_no_comments() {
        let words: Vec<&str> = code("/// a\nb // c")
            .iter()
            .filter_map(Token::word)
            .collect();
        assert_eq!(words, ["b"]);
    }

    #[test]
    fn unterminated_literals_and_comments_end_with_the_file() {
        for text in ["\"a", "/* a", "'", "r#\"a", "'\\"] {
            assert!(tokens(text).len() <= 2, "{text}");
        }
    }
}
