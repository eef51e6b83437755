//! The paths in the code of one file: `use` declarations, and `crate::…` or `super::…` in expressions.

use crate::tidy::tokens::Token;

/// A path in the source, with the line on which it begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written<'a> {
    /// Its words. The last one may be `*` or `self`.
    pub(super) words: Vec<&'a str>,
    pub(super) line: usize,
    /// The name that a `pub use` gives to it.
    pub(super) exported: Option<&'a str>,
    /// The number of inline modules around it.
    pub(super) depth: usize,
}

/// Returns every path to an item outside of the file, including paths to foreign crates.
pub(super) fn paths<'a>(tokens: &[Token<'a>]) -> Vec<Written<'a>> {
    let mut reader = Reader {
        rest: tokens,
        found: Vec::new(),
        blocks: Vec::new(),
    };
    let mut public = false;
    while let Some(token) = reader.next() {
        match token.word() {
            Some("pub") => {
                reader.visibility();
                public = true;
                continue;
            }
            Some("use") => reader.tree(&mut Vec::new(), token.line, public),
            Some("mod") => reader.module(),
            Some("crate" | "super" | "self") if reader.at_separator() => reader.path(token),
            _ => reader.block(token),
        }
        public = false;
    }
    reader.found
}

struct Reader<'t, 'a> {
    rest: &'t [Token<'a>],
    found: Vec<Written<'a>>,
    /// The open braces; `true` for a brace that opens a module.
    blocks: Vec<bool>,
}

impl<'a> Reader<'_, 'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn next_is(&self, mark: char) -> bool {
        self.rest.first().is_some_and(|token| token.is_mark(mark))
    }

    /// Returns whether `::` follows.
    fn at_separator(&self) -> bool {
        matches!(self.rest, [one, two, ..] if one.is_mark(':') && two.is_mark(':'))
    }

    fn separator(&mut self) -> bool {
        let there = self.at_separator();
        if there {
            self.next();
            self.next();
        }
        there
    }

    /// Skips the brackets of `pub(…)`, which are not a use.
    fn visibility(&mut self) {
        if self.next_is('(') {
            while self.next().is_some_and(|token| !token.is_mark(')')) {}
        }
    }

    /// Reads a module after `mod`: a name, and braces if the module is inline.
    fn module(&mut self) {
        self.next();
        if self.next_is('{') {
            self.next();
            self.blocks.push(true);
        }
    }

    fn block(&mut self, token: Token<'a>) {
        if token.is_mark('{') {
            self.blocks.push(false);
        } else if token.is_mark('}') {
            self.blocks.pop();
        }
    }

    fn path(&mut self, first: Token<'a>) {
        let mut words: Vec<&str> = first.word().into_iter().collect();
        while self.at_separator() {
            let Some(word) = self.rest.get(2).and_then(Token::word) else {
                break;
            };
            self.separator();
            self.next();
            words.push(word);
        }
        self.push(words, first.line, None);
    }

    /// Reads one tree of a `use`; `before` is the path in front of its braces.
    fn tree(&mut self, before: &mut Vec<&'a str>, line: usize, public: bool) {
        let length = before.len();
        self.separator();
        while let Some(token) = self.next() {
            if token.is_mark('{') {
                self.branches(before, public);
                break;
            }
            before.push(token.word().unwrap_or("*"));
            if !self.separator() {
                let name = self.alias().or(before.last().copied());
                let exported = name.filter(|_| public);
                self.push(before.clone(), line, exported);
                break;
            }
        }
        before.truncate(length);
    }

    /// Reads the braces of a `use`, from the opening brace on.
    fn branches(&mut self, before: &mut Vec<&'a str>, public: bool) {
        while let Some(token) = self.rest.first() {
            if token.is_mark('}') || token.is_mark(',') {
                let ends = token.is_mark('}');
                self.next();
                if ends {
                    break;
                }
            } else {
                self.tree(before, token.line, public);
            }
        }
    }

    /// Reads the name after `as`.
    fn alias(&mut self) -> Option<&'a str> {
        if !self.rest.first()?.is_word("as") {
            return None;
        }
        self.next();
        self.next()?.word()
    }

    fn push(&mut self, words: Vec<&'a str>, line: usize, exported: Option<&'a str>) {
        let depth = self.blocks.iter().filter(|&&is_module| is_module).count();
        self.found.push(Written {
            words,
            line,
            exported,
            depth,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::paths;
    use crate::tidy::tokens::code;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = paths(&code(text))
            .into_iter()
            .map(|path| path.words.join("::"))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn use_trees_with_nested_braces_are_read() {
        check("use crate::a::B;", &["crate::a::B"]);
        check(
            "use crate::{a::{self, B as C, d::{E, F}}, g};",
            &[
                "crate::a::self",
                "crate::a::B",
                "crate::a::d::E",
                "crate::a::d::F",
                "crate::g",
            ],
        );
        check(
            "use super::{a, b::*}; use ::serde::Serialize;",
            &["super::a", "super::b::*", "serde::Serialize"],
        );
        check("fn f() { use crate::a; b }", &["crate::a"]);
    }

    #[test]
    fn paths_in_code_are_read() {
        check(
            "fn f(a: &crate::b::C<crate::d::E>) { crate::f::g(super::h::I::j()) }",
            &[
                "crate::b::C",
                "crate::d::E",
                "crate::f::g",
                "super::h::I::j",
            ],
        );
        check(
            "crate::a::b::<crate::c::D>()",
            &["crate::a::b", "crate::c::D"],
        );
    }

    #[test]
    fn visibility_and_self_are_not_uses() {
        check(
            "pub(crate) fn f(&self) {} pub(in crate::a) struct B; self.c()",
            &[],
        );
    }

    #[test]
    fn exported_names_keep_their_aliases() {
        let tokens = code("pub use a::{B, C as D}; pub(crate) use crate::e; use f;");
        let names: Vec<_> = paths(&tokens)
            .into_iter()
            .map(|path| path.exported)
            .collect();
        assert_eq!(names, [Some("B"), Some("D"), Some("e"), None]);
    }

    #[test]
    fn inline_modules_are_counted() {
        let tokens = code("mod a { fn b() { use super::c; } } use super::d; mod e;");
        let depths: Vec<_> = paths(&tokens).into_iter().map(|path| path.depth).collect();
        assert_eq!(depths, [1, 0]);
    }
}
