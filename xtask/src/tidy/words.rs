//! The rule of words: unclear phrases are not used.

mod list;
mod prose;

use std::collections::BTreeMap;

use self::list::{CLEAN, NOT_READ, PHRASES, Phrase, QUOTED, Quoted};
use self::prose::{Word, words};
use super::File;
use crate::check::say;

/// Returns the violations in the files where the rule is enforced.
pub(super) fn judge(files: &[File]) -> Vec<String> {
    let lists = Lists {
        clean: CLEAN,
        quoted: QUOTED,
    };
    lists.judge(files)
}

/// Prints the number of phrases in each folder where the rule is not enforced, or each phrase below one path.
pub(super) fn show(files: &[File], below: Option<&str>) {
    if let Some(below) = below {
        for file in files.iter().filter(|file| file.path.starts_with(below)) {
            for found in find(file) {
                say(&found.in_words(file));
            }
        }
        return;
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in files.iter().filter(|file| !is_below(&file.path, CLEAN)) {
        let count = find(file).len();
        if count > 0 {
            *counts.entry(folder(&file.path)).or_default() += count;
        }
    }
    for (folder, count) in &counts {
        say(&format!("{count:>5}  {folder}"));
    }
    let all: usize = counts.values().sum();
    say(&format!("{all:>5}  in all, outside of {}", CLEAN.join(" ")));
}

/// Returns the first three folders of a path, or the file.
fn folder(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').take(3).collect();
    parts.join("/")
}

struct Lists<'a> {
    clean: &'a [&'a str],
    quoted: &'a [Quoted],
}

impl Lists<'_> {
    fn judge(&self, files: &[File]) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut needed = vec![false; self.quoted.len()];
        for file in files.iter().filter(|file| is_below(&file.path, self.clean)) {
            for found in find(file) {
                let quoted = self.quoted.iter().position(|quoted| {
                    quoted.path == file.path && quoted.words == found.phrase.words
                });
                match quoted.and_then(|at| needed.get_mut(at)) {
                    Some(needed) => *needed = true,
                    None => wrong.push(found.in_words(file)),
                }
            }
        }
        let stale = self.quoted.iter().zip(needed);
        let stale = stale.filter(|(quoted, needed)| !needed || quoted.why.is_empty());
        wrong.extend(stale.map(|(quoted, _)| {
            let Quoted { path, words, .. } = quoted;
            format!("the exception of {path} for \"{words}\" is not needed: remove it")
        }));
        let is_empty = |clean: &&&str| !files.iter().any(|file| file.path.starts_with(**clean));
        let empty = self.clean.iter().filter(is_empty);
        wrong.extend(
            empty.map(|path| format!("the list of words enforces {path}, which does not exist")),
        );
        wrong
    }
}

fn is_below(path: &str, paths: &[&str]) -> bool {
    paths.iter().any(|start| path.starts_with(start))
}

struct Found {
    phrase: &'static Phrase,
    line: usize,
    text: String,
}

impl Found {
    fn in_words(&self, file: &File) -> String {
        let Self { phrase, line, text } = self;
        format!("{}:{line}: \"{text}\"; {}", file.path, phrase.instead)
    }
}

fn find(file: &File) -> Vec<Found> {
    if is_below(&file.path, NOT_READ) {
        return Vec::new();
    }
    let words = words(file);
    let starts = (0..words.len()).filter_map(|at| {
        let (before, from) = words.split_at_checked(at)?;
        PHRASES.iter().find_map(|phrase| phrase.at(before, from))
    });
    starts.collect()
}

impl Phrase {
    /// Returns the phrase, if these words begin with it.
    fn at(&'static self, before: &[Word], words: &[Word]) -> Option<Found> {
        let parts: Vec<&str> = self.words.split(' ').collect();
        let written = words.get(..parts.len())?;
        let joined = written.iter().skip(1).all(|word| word.follows);
        let same = written.iter().zip(&parts).all(|(word, part)| match *part {
            "*" => !self.allowed.contains(&word.text.as_str()),
            part => word.text == part,
        });
        let first = written.first()?;
        let previous = before.last().filter(|_| first.follows);
        let plain = previous.is_some_and(|word| self.after.contains(&word.text.as_str()));
        let text: Vec<&str> = written.iter().map(|word| word.text.as_str()).collect();
        (joined && same && !plain).then(|| Found {
            phrase: self,
            line: first.line,
            text: text.join(" "),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Lists, Quoted, find};
    use crate::tidy::File;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn check(text: &str, expected: &[&str]) {
        let found = find(&file("a/b.md", text));
        let found: Vec<&str> = found.iter().map(|found| found.text.as_str()).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn unclear_phrases_are_found() {
        check("Whoever logs in, and nobody else.", &["whoever", "nobody"]);
        check("It removes what is\nover.", &["what is over"]);
        check("A text is no key.", &["is no key"]);
        check("a cookie that is none", &["is none"]);
        check(
            "The session that goes on, of its own accord.",
            &["goes on", "of its own accord"],
        );
        check("what `x` is no `Origin`", &["is no `"]);
    }

    #[test]
    fn plain_sentences_pass() {
        check("There is no session.", &[]);
        check(
            "The key is no longer active; it is no more than 32 bytes.",
            &[],
        );
        check("If there is none, it returns `None`.", &[]);
        check("`nobody`, nobody@example.com", &[]);
        check("It is. No key is there.", &[]);
        check("The connection goes. On Linux, it stays.", &[]);
    }

    #[test]
    fn phrases_fail_only_in_enforced_folders() {
        let lists = Lists {
            clean: &["a/"],
            quoted: &[],
        };
        let files = [file("a/b.md", "One.\nNobody."), file("c/d.md", "Nobody.")];
        let wrong = lists.judge(&files);

        assert_eq!(wrong.len(), 1);
        assert!(wrong[0].starts_with("a/b.md:2: \"nobody\"; "), "{wrong:?}");
    }

    #[test]
    fn unneeded_exception_and_missing_enforced_folder_fail() {
        let quoted = [Quoted {
            path: "a/b.md",
            words: "nobody",
            why: "a reason",
        }];
        let lists = Lists {
            clean: &["a/"],
            quoted: &quoted,
        };
        assert_eq!(lists.judge(&[file("a/b.md", "Nobody.")]), [""; 0]);

        let expected = ["the exception of a/b.md for \"nobody\" is not needed: remove it"];
        assert_eq!(lists.judge(&[file("a/b.md", "One.")]), expected);

        let lists = Lists {
            clean: &["gone/"],
            quoted: &[],
        };
        let expected = ["the list of words enforces gone/, which does not exist"];
        assert_eq!(lists.judge(&[file("a/b.md", "One.")]), expected);
    }
}
