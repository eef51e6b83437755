//! The modules of a crate, and the module of the item that a path names.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{Written, paths};
use crate::tidy::File;
use crate::tidy::production::production;

/// A path of names below the root of the crate; the root itself is empty.
pub(super) type Module = Vec<String>;

/// The modules of a crate that a release compiles.
#[derive(Debug, Default)]
pub(super) struct Modules {
    all: BTreeSet<Module>,
    /// The path behind each name that a module exports with `pub use`.
    exported: BTreeMap<Module, BTreeMap<String, Module>>,
}

/// One use of a module by another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    pub(super) from: Module,
    pub(super) to: Module,
    /// The file and the line.
    pub(super) place: String,
}

/// Reads the modules of a crate and every use between two of them.
pub(super) fn read(files: &[File], sources: &str) -> (Modules, Vec<Use>) {
    let all: Vec<Source<'_>> = files
        .iter()
        .filter_map(|file| Source::of(file, sources))
        .collect();
    let of_tests: BTreeSet<Module> = all.iter().flat_map(Source::test_modules).collect();
    let is_of_tests = |module: &Module| {
        let name = module.last().map(String::as_str);
        name == Some("tests") || of_tests.iter().any(|tests| module.starts_with(tests))
    };
    let released: Vec<&Source<'_>> = all
        .iter()
        .filter(|source| {
            let mut ancestors =
                (1..=source.module.len()).filter_map(|end| source.module.get(..end));
            !ancestors.any(|ancestor| is_of_tests(&ancestor.to_vec()))
        })
        .collect();
    let mut modules = Modules::default();
    for source in &released {
        modules.add(source);
    }
    let uses = released.iter().flat_map(|source| modules.uses(source));
    let uses = uses.collect();
    (modules, uses)
}

struct Source<'a> {
    module: Module,
    file: &'a File,
    paths: Vec<Written<'a>>,
    test_modules: Vec<&'a str>,
}

impl<'a> Source<'a> {
    fn of(file: &'a File, sources: &str) -> Option<Self> {
        let path = file.path.strip_prefix(sources)?.strip_suffix(".rs")?;
        let module: Module = match path {
            "lib" => Module::new(),
            path => path.split('/').map(str::to_owned).collect(),
        };
        let production = production(&file.text);
        Some(Self {
            module,
            file,
            paths: paths(&production.tokens),
            test_modules: production.test_modules,
        })
    }

    fn test_modules(&self) -> impl Iterator<Item = Module> {
        self.test_modules
            .iter()
            .map(|&name| child(&self.module, name))
    }
}

impl Modules {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Module> {
        self.all.iter()
    }

    fn add(&mut self, source: &Source<'_>) {
        self.all.insert(source.module.clone());
        let names = self.exported.entry(source.module.clone()).or_default();
        for path in source.paths.iter().filter(|path| path.depth == 0) {
            if let Some(name) = path.exported {
                let words = path.words.iter().map(|&word| word.to_owned());
                names.insert(name.to_owned(), words.collect());
            }
        }
    }

    fn uses(&self, source: &Source<'_>) -> impl Iterator<Item = Use> {
        source.paths.iter().filter_map(|path| {
            let words: Vec<&str> = path.words.clone();
            let to = self.resolve(&source.module, &words, path.depth, 0)?;
            // A use in an inline module counts for the file; the root may use every module.
            let is_another = to != source.module && !to.is_empty() && !source.module.is_empty();
            is_another.then(|| Use {
                from: source.module.clone(),
                to,
                place: format!("{}:{}", source.file.path, path.line),
            })
        })
    }

    /// Returns the module of the item that a path names. `None` for a foreign crate and for the file itself.
    fn resolve(
        &self,
        from: &[String],
        words: &[&str],
        depth: usize,
        hops: usize,
    ) -> Option<Module> {
        let (first, mut rest) = words.split_first()?;
        let mut at = from.to_vec();
        let mut inline = depth;
        match *first {
            "crate" => at.clear(),
            "self" => {}
            "super" if inline > 0 => inline -= 1,
            "super" => drop(at.pop()),
            name if inline == 0 && self.all.contains(&child(&at, name)) => rest = words,
            _ => return None,
        }
        while let Some((&"super", after)) = rest.split_first() {
            if inline > 0 {
                inline -= 1;
            } else {
                at.pop();
            }
            rest = after;
        }
        while let Some((&name, after)) = rest.split_first() {
            let inner = child(&at, name);
            let exported = self.exported.get(&at).and_then(|names| names.get(name));
            if self.all.contains(&inner) {
                at = inner;
            } else if let Some(path) = exported.filter(|_| hops < 8) {
                let path = path.iter().map(String::as_str).chain(after.iter().copied());
                let path: Vec<&str> = path.collect();
                return self.resolve(&at, &path, 0, hops + 1).or(Some(at));
            } else {
                break;
            }
            rest = after;
        }
        Some(at)
    }
}

fn child(module: &[String], name: &str) -> Module {
    let mut module = module.to_vec();
    module.push(name.to_owned());
    module
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::tidy::File;

    /// Returns the uses in a crate of these files, as `from -> to`.
    fn uses(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> = files
            .iter()
            .map(|(path, text)| File {
                path: format!("c/src/{path}"),
                text: (*text).to_owned(),
            })
            .collect();
        let (_, uses) = read(&files, "c/src/");
        let shown = |used: &super::Use| format!("{} -> {}", used.from.join("/"), used.to.join("/"));
        uses.iter().map(shown).collect()
    }

    #[test]
    fn use_is_resolved_to_the_module_that_defines_the_item() {
        let files = [
            ("lib.rs", "pub use a::A; pub use b::inner::C;"),
            ("a.rs", "pub struct A; pub use crate::b::inner::C as D;"),
            ("b.rs", "pub mod inner; pub use inner::C;"),
            ("b/inner.rs", "pub struct C;"),
            ("d.rs", "use crate::{A, C, a::D}; fn f() { crate::b::C }"),
        ];
        let expected = [
            "a -> b/inner",
            "b -> b/inner",
            "d -> a",
            "d -> b/inner",
            "d -> b/inner",
            "d -> b/inner",
        ];
        assert_eq!(uses(&files), expected);
    }

    #[test]
    fn relative_paths_and_inline_modules_are_resolved() {
        let files = [
            ("lib.rs", ""),
            ("a.rs", ""),
            (
                "a/b.rs",
                "use super::c::X; use super::super::d; mod m { use super::super::c::Y; use super::Z; }",
            ),
            ("a/c.rs", ""),
            ("d.rs", "use serde::Serialize; use std::fmt;"),
        ];
        assert_eq!(uses(&files), ["a/b -> a/c", "a/b -> d", "a/b -> a/c"]);
    }

    #[test]
    fn uses_in_tests_comments_and_text_are_ignored() {
        let files = [
            (
                "lib.rs",
                "#[cfg(any(test, feature = \"testing\"))] pub mod testing;",
            ),
            (
                "a.rs",
                "#[cfg(test)] mod tests { use crate::b; } #[cfg(test)] mod fixture; #[cfg(test)] use crate::b;",
            ),
            ("a/tests.rs", "use crate::b;"),
            ("a/tests/more.rs", "use crate::b;"),
            ("a/fixture.rs", "use crate::b;"),
            ("testing.rs", "use crate::b;"),
            ("testing/x.rs", "use crate::b;"),
            (
                "b.rs",
                "//! use crate::a;\n/// `crate::a`\nconst A: &str = \"crate::a::b\";",
            ),
        ];
        assert_eq!(uses(&files), [""; 0]);
    }
}
