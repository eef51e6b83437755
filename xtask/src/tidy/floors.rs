//! The rule of the floors: a module uses only lower floors, and no two folders use each other.

mod modules;
mod paths;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use self::modules::Use;
use self::table::{EXCEPTIONS, Exception, FLOORS, SOURCES};
use super::File;

/// Returns the violations among the uses between the modules of `auth-core`.
pub(super) fn judge(files: &[File]) -> Vec<String> {
    let (modules, uses) = modules::read(files, SOURCES);
    let modules: Vec<String> = modules.iter().map(|module| module.join("/")).collect();
    Table {
        floors: FLOORS,
        exceptions: EXCEPTIONS,
    }
    .judge(&modules, &uses)
}

struct Table<'a> {
    floors: &'a [(&'a str, u8)],
    exceptions: &'a [Exception],
}

/// The uses between entries of the table, with the first place of each.
type Edges<'a> = BTreeMap<(&'a str, &'a str), &'a str>;

impl<'a> Table<'a> {
    fn judge(&self, modules: &[String], uses: &'a [Use]) -> Vec<String> {
        let mut wrong = self.gaps(modules);
        let mut edges = Edges::new();
        for used in uses {
            let ends = (
                self.entry(&used.from.join("/")),
                self.entry(&used.to.join("/")),
            );
            if let (Some((from, _)), Some((to, _))) = ends
                && from != to
            {
                edges.entry((from, to)).or_insert(&used.place);
            }
        }
        wrong.extend(self.take_exceptions(&mut edges));
        wrong.extend(self.upward(&mut edges));
        wrong.extend(circles(&edges));
        wrong
    }

    /// Returns the entry with the longest path that contains a module.
    fn entry(&self, module: &str) -> Option<(&'a str, u8)> {
        let belongs = |path: &str| {
            let rest = module.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let entries = self.floors.iter().copied();
        entries
            .filter(|(path, _)| belongs(path))
            .max_by_key(|(path, _)| path.len())
    }

    /// Returns failures for modules without a floor and floors without a module.
    fn gaps(&self, modules: &[String]) -> Vec<String> {
        let homeless: BTreeSet<&str> = modules
            .iter()
            .filter(|module| self.entry(module).is_none())
            .filter_map(|module| module.split('/').find(|name| !name.is_empty()))
            .collect();
        let homeless = homeless
            .into_iter()
            .map(|name| format!("{SOURCES}{name}: its floor is missing in the table of floors"));
        let used: BTreeSet<&str> = modules
            .iter()
            .filter_map(|module| self.entry(module))
            .map(|(path, _)| path)
            .collect();
        let empty = self
            .floors
            .iter()
            .filter(|(path, _)| !used.contains(path))
            .map(|(path, _)| {
                format!("the table of floors has `{path}`, which {SOURCES} does not have")
            });
        homeless.chain(empty).collect()
    }

    /// Removes the edges that are exceptions. An exception without an edge is a failure.
    fn take_exceptions(&self, edges: &mut Edges<'_>) -> Vec<String> {
        let stale = self.exceptions.iter().filter(|exception| {
            let edge = edges.remove(&(exception.from, exception.to));
            edge.is_none() || exception.why.is_empty()
        });
        stale
            .map(|exception| {
                let Exception { from, to, .. } = exception;
                format!("the exception `{from}` -> `{to}` of the floors is not needed: remove it")
            })
            .collect()
    }

    /// Removes the edges that lead upwards, with a failure for each.
    fn upward(&self, edges: &mut Edges<'_>) -> Vec<String> {
        let floor = |path: &str| self.entry(path).map_or(0, |(_, floor)| floor);
        let mut wrong = Vec::new();
        edges.retain(|(from, to), place| {
            let (low, high) = (floor(from), floor(to));
            if low < high {
                wrong.push(format!(
                    "{place}: `{from}` (floor {low}) must not use `{to}` (floor {high})"
                ));
            }
            low >= high
        });
        wrong
    }
}

/// Returns the shortest cycle through each entry, each cycle once.
fn circles(edges: &Edges<'_>) -> Vec<String> {
    let starts: BTreeSet<&str> = edges.keys().map(|(from, _)| *from).collect();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for start in starts {
        let Some(circle) = way_back(start, edges) else {
            continue;
        };
        let members: BTreeSet<&str> = circle.iter().copied().collect();
        if seen.insert(members) {
            wrong.push(circle_in_words(&circle, edges));
        }
    }
    wrong
}

/// Returns the shortest path from an entry back to itself, beginning and ending with it.
fn way_back<'a>(start: &'a str, edges: &Edges<'a>) -> Option<Vec<&'a str>> {
    let mut ways = vec![vec![start]];
    let mut reached = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in &ways {
            let last = way.last()?;
            for (_, to) in edges.keys().filter(|(from, _)| from == last) {
                let mut next = way.clone();
                next.push(to);
                if *to == start {
                    return Some(next);
                }
                if reached.insert(*to) {
                    longer.push(next);
                }
            }
        }
        ways = longer;
    }
    None
}

fn circle_in_words(circle: &[&str], edges: &Edges<'_>) -> String {
    let steps = circle.iter().zip(circle.iter().skip(1));
    let steps = steps.map(|(&from, &to)| {
        let place = edges.get(&(from, to)).copied().unwrap_or_default();
        format!("\n  `{from}` uses `{to}`: {place}")
    });
    format!(
        "folders that use each other in a circle:{}",
        steps.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::Table;
    use super::modules::Use;
    use super::table::Exception;

    const FLOORS: &[(&str, u8)] = &[
        ("top", 2),
        ("middle", 1),
        ("middle/id", 0),
        ("a", 0),
        ("b", 0),
        ("c", 0),
    ];

    /// Returns the violations of these uses, each given as `from -> to`.
    fn wrong(uses: &[&str], exceptions: &[Exception]) -> Vec<String> {
        let module = |path: &str| path.split('/').map(str::to_owned).collect();
        let uses: Vec<Use> = uses
            .iter()
            .map(|text| {
                let (from, to) = text.split_once(" -> ").unwrap();
                Use {
                    from: module(from),
                    to: module(to),
                    place: format!("{from}.rs:1"),
                }
            })
            .collect();
        let modules = FLOORS.iter().map(|(path, _)| (*path).to_owned());
        Table {
            floors: FLOORS,
            exceptions,
        }
        .judge(&modules.collect::<Vec<_>>(), &uses)
    }

    #[test]
    fn use_of_a_lower_floor_is_allowed() {
        let uses = [
            "top/x -> middle",
            "top -> a",
            "middle -> middle/id",
            "middle/id/x -> b",
            "a -> b",
            "top/x -> top/y",
        ];
        assert_eq!(wrong(&uses, &[]), [""; 0]);
    }

    #[test]
    fn upward_use_fails() {
        let expected = ["middle/x.rs:1: `middle` (floor 1) must not use `top` (floor 2)"];
        assert_eq!(wrong(&["middle/x -> top/y/z"], &[]), expected);

        let expected = ["middle/id.rs:1: `middle/id` (floor 0) must not use `middle` (floor 1)"];
        assert_eq!(wrong(&["middle/id -> middle/view"], &[]), expected);
    }

    #[test]
    fn cycle_on_one_floor_fails_once_with_its_places() {
        let expected = "folders that use each other in a circle:\n  `a` uses `b`: a.rs:1\n  \
                        `b` uses `c`: b/x.rs:1\n  `c` uses `a`: c.rs:1";
        assert_eq!(wrong(&["a -> b", "b/x -> c", "c -> a"], &[]), [expected]);
    }

    #[test]
    fn exception_allows_one_edge_and_fails_if_not_needed() {
        let exception = || Exception {
            from: "middle",
            to: "top",
            why: "a reason",
        };
        assert_eq!(
            wrong(&["middle -> top", "top -> middle"], &[exception()]),
            [""; 0]
        );

        let expected = ["the exception `middle` -> `top` of the floors is not needed: remove it"];
        assert_eq!(wrong(&["top -> middle"], &[exception()]), expected);
    }

    #[test]
    fn module_without_floor_and_floor_without_module_fail() {
        let table = Table {
            floors: &[("a", 0), ("gone", 1)],
            exceptions: &[],
        };
        let wrong = table.judge(&["a".to_owned(), "new/x".to_owned()], &[]);

        assert_eq!(wrong.len(), 2);
        assert!(
            wrong[0].contains("auth-core/src/new: its floor is missing"),
            "{wrong:?}"
        );
        assert!(wrong[1].contains("`gone`"), "{wrong:?}");
    }
}
