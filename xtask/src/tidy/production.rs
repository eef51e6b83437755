//! The part of a source file that is compiled into a release: code without tests.

use super::tokens::{Token, code};

/// The features for tests of applications, adapters and storages.
const TEST_FEATURES: &[&str] = &["testing", "contract", "conformance"];

/// Words with which an item begins. Any other token after an attribute begins a field or an arm.
const ITEMS: &[&str] = &[
    "async",
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "macro_rules",
    "mod",
    "pub",
    "static",
    "struct",
    "trait",
    "type",
    "unsafe",
    "use",
];

/// A file without the items that only tests compile.
#[derive(Debug)]
pub(super) struct Production<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    /// Modules in separate files that only tests compile.
    pub(super) test_modules: Vec<&'a str>,
}

/// Leaves out each item with `#[cfg(test)]`, or with a `cfg` of one of the features for tests.
pub(super) fn production(text: &str) -> Production<'_> {
    let all = code(text);
    let mut found = Production {
        tokens: Vec::new(),
        test_modules: Vec::new(),
    };
    let mut rest = all.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let attribute = attribute(rest);
        if let Some((_, item)) = attribute.filter(|(attribute, _)| is_for_tests(attribute)) {
            let (item, after) = item.split_at(item_length(item));
            found.test_modules.extend(module_name(item));
            rest = after;
        } else {
            found.tokens.push(*first);
            rest = after;
        }
    }
    found
}

/// Returns the inside of the attribute at the beginning of the tokens, and the tokens after it.
fn attribute<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<(&'t [Token<'a>], &'t [Token<'a>])> {
    let [hash, bracket, ..] = tokens else {
        return None;
    };
    if !hash.is_mark('#') || !bracket.is_mark('[') {
        return None;
    }
    let (inside, after) = tokens.split_at_checked(1 + group_length(tokens.get(1..)?))?;
    Some((inside.get(2..inside.len() - 1)?, after))
}

fn is_for_tests(attribute: &[Token<'_>]) -> bool {
    use super::tokens::Kind::Text;
    let negated = attribute.iter().any(|token| token.is_word("not"));
    let names_tests = attribute.iter().any(|token| {
        token.is_word("test") || matches!(token.kind, Text(text) if TEST_FEATURES.contains(&text))
    });
    attribute.first().is_some_and(|token| token.is_word("cfg")) && names_tests && !negated
}

/// Returns the number of tokens of the item, field or statement that begins here.
fn item_length(tokens: &[Token<'_>]) -> usize {
    if let Some((inside, _)) = attribute(tokens) {
        let attribute = inside.len() + 3;
        return attribute + item_length(tokens.get(attribute..).unwrap_or_default());
    }
    let is_item = tokens
        .first()
        .and_then(Token::word)
        .is_some_and(|word| ITEMS.contains(&word));
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token.is_mark(';') || (token.is_mark(',') && !is_item) {
            return at + 1;
        }
        if token.is_mark('}') || token.is_mark(')') {
            return at;
        }
        let rest = tokens.get(at..).unwrap_or_default();
        at += group_length(rest).max(1);
        // The braces of `use a::{b};` do not end it.
        let is_use = tokens.iter().take(at).any(|token| token.is_word("use"));
        if token.is_mark('{') && is_item && !is_use {
            return at;
        }
    }
    at
}

/// Returns the number of tokens of the group that begins here, with its brackets; zero without a group.
fn group_length(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if ['(', '[', '{'].iter().any(|&mark| token.is_mark(mark)) {
            depth += 1;
        } else if [')', ']', '}'].iter().any(|&mark| token.is_mark(mark)) {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 {
            return if at == 0 { 0 } else { at + 1 };
        }
    }
    tokens.len()
}

/// Returns the name in `mod name;`.
fn module_name<'a>(item: &[Token<'a>]) -> Option<&'a str> {
    let [.., keyword, name, end] = item else {
        return None;
    };
    (keyword.is_word("mod") && end.is_mark(';')).then(|| name.word())?
}

#[cfg(test)]
mod tests {
    use super::production;
    use crate::tidy::tokens::Token;

    fn words(text: &str) -> Vec<&str> {
        let found = production(text).tokens;
        found.iter().filter_map(Token::word).collect()
    }

    #[test]
    fn test_items_are_left_out() {
        let cases: &[(&str, &[&str])] = &[
            ("#[cfg(test)] mod tests { fn a() { b } } c", &["c"]),
            ("#[cfg(test)] use a::{b, c}; d", &["d"]),
            (
                "#[cfg(any(test, feature = \"testing\"))] #[x(y)] pub fn a<B, C>(d: E) -> F { g } h",
                &["h"],
            ),
            (
                "#[cfg(feature = \"contract\")] const A: [u8; 2] = [b; 2]; c",
                &["c"],
            ),
            ("S { #[cfg(test)] a: f(b, c), d: e }", &["S", "d", "e"]),
            ("S { d, #[cfg(test)] a: b }", &["S", "d"]),
            ("#[cfg(test)] struct A(B); c", &["c"]),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text), *expected, "{text}");
        }
    }

    #[test]
    fn other_items_are_kept() {
        let cases: &[(&str, &[&str])] = &[
            ("#[cfg(not(test))] a", &["cfg", "not", "test", "a"]),
            ("#[cfg(feature = \"jwt\")] a", &["cfg", "feature", "a"]),
            ("#[cfg_attr(test, x)] a", &["cfg_attr", "test", "x", "a"]),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text), *expected, "{text}");
        }
    }

    #[test]
    fn test_modules_in_separate_files_are_listed() {
        let text = "#[cfg(test)] mod tests; #[cfg(feature = \"testing\")] pub mod testing; mod a;";
        assert_eq!(production(text).test_modules, ["tests", "testing"]);
    }
}
