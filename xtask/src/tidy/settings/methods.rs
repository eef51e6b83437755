//! The public methods of types, read from the source of a file.

use crate::tidy::tokens::Token;

/// A public method or associated function.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Method<'a> {
    pub(super) of: &'a str,
    pub(super) name: &'a str,
    pub(super) line: usize,
    /// Whether it takes `self` and returns `Self`, or a `Result` of it.
    pub(super) is_setter: bool,
}

/// Returns the public methods in the inherent `impl` blocks of a file.
pub(super) fn methods<'a>(tokens: &[Token<'a>]) -> Vec<Method<'a>> {
    let mut found = Vec::new();
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if !first.is_word("impl") {
            continue;
        }
        let Some(open) = rest.iter().position(|token| token.is_mark('{')) else {
            break;
        };
        let (head, body) = rest.split_at(open);
        if let Some(of) = inherent_type(head) {
            of_block(of, body, &mut found);
        }
        rest = body;
    }
    found
}

/// Returns the type in `<T> path::Type<T> where …`; `None` for an implementation of a trait.
fn inherent_type<'a>(head: &[Token<'a>]) -> Option<&'a str> {
    let path = after_generics(head);
    let bounds = path.iter().position(|token| token.is_word("where"));
    let path = path.get(..bounds.unwrap_or(path.len()))?;
    if path.iter().any(|token| token.is_word("for")) {
        return None;
    }
    let end = path.iter().position(|token| token.is_mark('<'));
    let path = path.get(..end.unwrap_or(path.len()))?;
    path.iter().rev().find_map(Token::word)
}

/// Returns the tokens after the angle brackets at the beginning, if there are any.
fn after_generics<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let mut depth = 0_usize;
    let mut arrow = false;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_mark('<') {
            depth += 1;
        } else if token.is_mark('>') && !arrow {
            depth = depth.saturating_sub(1);
        }
        arrow = token.is_mark('-');
        if depth == 0 {
            let length = if at == 0 { 0 } else { at + 1 };
            return tokens.get(length..).unwrap_or_default();
        }
    }
    tokens
}

/// Returns the methods of a block, from its opening brace on.
fn of_block<'a>(of: &'a str, body: &[Token<'a>], found: &mut Vec<Method<'a>>) {
    let mut depth = 0_usize;
    for (at, token) in body.iter().enumerate() {
        if token.is_mark('{') {
            depth += 1;
        } else if token.is_mark('}') {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return;
            }
        } else if depth == 1 && token.is_word("pub") {
            found.extend(body.get(at + 1..).and_then(|rest| method(of, rest)));
        }
    }
}

/// Returns the method after a `pub`.
fn method<'a>(of: &'a str, tokens: &[Token<'a>]) -> Option<Method<'a>> {
    let is_qualifier = |token: &Token<'_>| {
        token.is_word("const") || token.is_word("async") || token.is_word("unsafe")
    };
    let start = tokens.iter().position(|token| !is_qualifier(token))?;
    let (keyword, rest) = tokens.get(start..)?.split_first()?;
    let (name, rest) = rest.split_first()?;
    let line = name.line;
    let name = name.word().filter(|_| keyword.is_word("fn"))?;
    let rest = after_generics(rest);
    Some(Method {
        of,
        name,
        line,
        is_setter: takes_self(rest) && returns_self(of, rest),
    })
}

/// Returns whether the first parameter is `self` or `mut self`, by value.
fn takes_self(parameters: &[Token<'_>]) -> bool {
    match parameters {
        [_, first, second, ..] if first.is_word("mut") => second.is_word("self"),
        [_, first, ..] => first.is_word("self"),
        _ => false,
    }
}

fn returns_self(of: &str, parameters: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    let closing = parameters.iter().position(|token| {
        if token.is_mark('(') {
            depth += 1;
        } else if token.is_mark(')') {
            depth -= 1;
        }
        depth == 0
    });
    let is_self = |token: &Token<'_>| token.is_word("Self") || token.is_word(of);
    match closing.and_then(|at| parameters.get(at + 1..)) {
        Some([dash, arrow, result, _, first, ..]) if dash.is_mark('-') && arrow.is_mark('>') => {
            is_self(result) || (result.is_word("Result") && is_self(first))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::methods;
    use crate::tidy::tokens::code;

    /// Compares the methods of a source with `expected`, where setters have a star.
    fn check(text: &str, expected: &[&str]) {
        let tokens = code(text);
        let found: Vec<String> = methods(&tokens)
            .iter()
            .map(|method| {
                let star = if method.is_setter { "*" } else { "" };
                format!("{}::{}{star}", method.of, method.name)
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn setters_are_recognized_by_their_signature() {
        check(
            "impl A { pub fn b(mut self, c: D) -> Self { e } }",
            &["A::b*"],
        );
        check("impl A { pub fn b(mut self) -> A { e } }", &["A::b*"]);
        check(
            "impl<U: V<W>> x::A<U> where U: Y { pub const fn b<C>(self, c: impl Fn(D) -> E) -> Result<Self, F> { g } }",
            &["A::b*"],
        );
        check(
            "impl A { pub fn b(\n mut self,\n c: D) -> Self where E: F { g } }",
            &["A::b*"],
        );
    }

    #[test]
    fn other_methods_are_not_setters() {
        let text = "impl A { pub fn new(b: C) -> Self { d } pub fn e(&self) -> F { g } pub fn h(self) -> Option<I> { j } \
                    pub async fn k(&mut self) { l } }";
        check(text, &["A::new", "A::e", "A::h", "A::k"]);
    }

    #[test]
    fn private_methods_and_trait_methods_are_left_out() {
        check(
            "impl A { fn b(self) -> Self { c } pub(crate) fn d(self) -> Self { e } }",
            &[],
        );
        check("impl<T> B<T> for A { pub fn c(self) -> Self { d } }", &[]);
        check(
            "impl A { fn b() { pub fn c() {} } } impl D { pub fn e(self) -> Self { f } }",
            &["D::e*"],
        );
    }
}
