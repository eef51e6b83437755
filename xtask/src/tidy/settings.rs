//! The rule of settings: each public setter of a builder is on the guide page `configuration`.

mod methods;
mod page;

use std::collections::{BTreeMap, BTreeSet};

use self::methods::methods;
use self::page::sections;
use super::File;
use super::production::production;

/// The page.
const PAGE: &str = "auth-core/docs/configuration.md";

/// Types whose setters are settings of an application.
const BUILDERS: &[&str] = &[
    "AccountSecrets",
    "AccountsBuilder",
    "AuthBuilder",
    "Backend",
    "CookieTransport",
    "DieselStore",
    "Forms",
    "JwtStrategy",
    "KeyRing",
    "MasterSecret",
    "OpaqueStrategy",
    "PasswordHasherBuilder",
    "PasswordPolicy",
    "Routes",
    "Sessions",
    "StoreOptions",
    "TokenProfile",
];

/// Types with setter-like methods that configure nothing, each with its description.
const VALUES: &[(&str, &str)] = &[
    ("AllowedRedirects", "the targets of one kind of redirect"),
    ("AuthLayer", "the guard of one router"),
    ("AuthMiddleware", "the guard of one route"),
    ("AccountFields", "the optional fields of a type of user"),
    ("AuthEvent", "the content of one event"),
    ("AuthProof", "the input of one login"),
    ("BufferedRequest", "a request of a test"),
    ("Claims", "the content of one token"),
    ("Client", "the address of one request's client"),
    ("ColumnSpec", "the declaration of one column"),
    ("Context", "the context of one request"),
    ("Epoch", "a number"),
    ("Field", "the declaration of one member of a body"),
    ("FieldSchema", "the declaration of one member of a body"),
    ("FlashMessage", "the result of one form"),
    ("Guard", "a rule of one route"),
    ("JwtKey", "a key"),
    ("OpenApi", "the head of one document"),
    ("PasswordContext", "the input of one check"),
    ("Precondition", "a condition of one change"),
    ("PresentedTokens", "the input of one logout"),
    ("Privileges", "the state of one new account"),
    ("Registration", "the input of one registration"),
    ("Rejection", "one refusal"),
    ("Reply", "one reply"),
    ("Subject", "the content of one token"),
    (
        "UserTable",
        "the columns of a table, with a guide of its own",
    ),
];

/// Returns the violations of the page.
pub(super) fn judge(files: &[File]) -> Vec<String> {
    let page = files.iter().find(|file| file.path == PAGE);
    let page = page.map_or("", |page| page.text.as_str());
    let lists = Lists {
        builders: BUILDERS,
        values: VALUES,
    };
    lists.judge(files, page)
}

struct Lists<'a> {
    builders: &'a [&'a str],
    values: &'a [(&'a str, &'a str)],
}

/// The methods of each type, with their places and whether they are setters.
type Types<'a> = BTreeMap<&'a str, BTreeMap<&'a str, (bool, String)>>;

impl Lists<'_> {
    fn judge(&self, files: &[File], page: &str) -> Vec<String> {
        let types = types(files);
        let mut wrong = self.unlisted(&types);
        wrong.extend(self.missing(&types, page));
        wrong.extend(stale(&types, page));
        wrong
    }

    /// Returns failures for types with setters that are in neither list, and for entries without setters.
    fn unlisted(&self, types: &Types<'_>) -> Vec<String> {
        let values = self.values.iter().map(|(name, _)| *name);
        let listed: BTreeSet<&str> = self.builders.iter().copied().chain(values).collect();
        let with_setters: BTreeMap<&str, &str> = types
            .iter()
            .filter_map(|(of, methods)| {
                let (_, place) = methods.values().find(|(is_setter, _)| *is_setter)?;
                Some((*of, place.as_str()))
            })
            .collect();
        let new = with_setters.iter().filter(|(of, _)| !listed.contains(*of));
        let new = new.map(|(of, place)| {
            format!(
                "{place}: `{of}` has setters and is in neither list of xtask/src/tidy/settings.rs"
            )
        });
        let gone = listed.iter().filter(|of| !with_setters.contains_key(*of));
        let gone = gone.map(|of| {
            format!("a list of xtask/src/tidy/settings.rs has `{of}`, which has no setter")
        });
        new.chain(gone).collect()
    }

    /// Returns failures for setters that the page does not name.
    fn missing(&self, types: &Types<'_>, page: &str) -> Vec<String> {
        let named: BTreeSet<(&str, &str)> = sections(page)
            .into_iter()
            .flat_map(|section| {
                section
                    .methods
                    .into_iter()
                    .map(move |(name, _)| (section.of, name))
            })
            .collect();
        let types = types.iter().filter(|(of, _)| self.builders.contains(of));
        let setters = types.flat_map(|(of, methods)| {
            let setters = methods.iter().filter(|(_, (is_setter, _))| *is_setter);
            setters.map(move |(name, (_, place))| (*of, *name, place))
        });
        setters
            .filter(|(of, name, _)| !named.contains(&(of, name)))
            .map(|(of, name, place)| {
                format!("{place}: `{of}::{name}` is not in the section `{of}` of {PAGE}")
            })
            .collect()
    }
}

/// Returns failures for rows of the page whose type or method does not exist.
fn stale(types: &Types<'_>, page: &str) -> Vec<String> {
    let rows = sections(page).into_iter().flat_map(|section| {
        let rows = section.methods.into_iter();
        rows.map(move |(name, line)| (section.of, name, line))
    });
    rows.filter(|(of, name, _)| {
        types
            .get(of)
            .is_none_or(|methods| !methods.contains_key(name))
    })
    .map(|(of, name, line)| format!("{PAGE}:{line}: `{of}::{name}` does not exist"))
    .collect()
}

/// Returns the public methods of the libraries.
fn types(files: &[File]) -> Types<'_> {
    let mut types = Types::new();
    let of_libraries = files.iter().filter(|file| {
        let of_tests = file.name() == "tests.rs" || file.path.contains("/tests/");
        let for_tests = file.path.starts_with("auth-core/src/testing");
        file.path.starts_with("auth-") && file.is_source() && !of_tests && !for_tests
    });
    for file in of_libraries {
        for method in methods(&production(&file.text).tokens) {
            let place = format!("{}:{}", file.path, method.line);
            let of = types.entry(method.of).or_default();
            let entry = of.entry(method.name).or_insert((false, place));
            entry.0 |= method.is_setter;
        }
    }
    types
}

#[cfg(test)]
mod tests {
    use super::{File, Lists};

    const SOURCE: &str = "impl A { pub fn new() -> Self { x } pub fn b(mut self) -> Self { x } } \
                          impl C { pub fn d(self) -> Self { x } }";

    fn wrong(source: &str, page: &str) -> Vec<String> {
        let lists = Lists {
            builders: &["A"],
            values: &[("C", "a value")],
        };
        let file = File {
            path: "auth-core/src/a.rs".to_owned(),
            text: source.to_owned(),
        };
        lists.judge(&[file], page)
    }

    #[test]
    fn page_with_every_setter_passes() {
        assert_eq!(
            wrong(SOURCE, "## `A`\n| `new()` | |\n| `b()` | |\n"),
            [""; 0]
        );
    }

    #[test]
    fn setter_without_a_row_fails() {
        let expected = [
            "auth-core/src/a.rs:1: `A::b` is not in the section `A` of auth-core/docs/configuration.md",
        ];
        assert_eq!(wrong(SOURCE, "## `A`\n| `new()` | |\n## `C`\n"), expected);
        assert_eq!(wrong(SOURCE, "`b()`\n"), expected);
    }

    #[test]
    fn row_without_a_method_fails() {
        let expected = ["auth-core/docs/configuration.md:3: `A::gone` does not exist"];
        assert_eq!(wrong(SOURCE, "## `A`\n| `b` | |\n| `gone` | |\n"), expected);
    }

    #[test]
    fn unlisted_type_and_entry_without_setters_fail() {
        let found = wrong(
            "impl A { pub fn b(self) -> Self { x } } impl E { pub fn f(self) -> Self { x } }",
            "## `A`\n| `b` | |\n",
        );

        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with("auth-core/src/a.rs:1: `E` has setters"),
            "{found:?}"
        );
        assert!(
            found[1].contains("has `C`, which has no setter"),
            "{found:?}"
        );
    }
}
