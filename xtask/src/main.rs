//! `cargo xtask`: the development commands of the project.

mod bench;
mod check;
mod ci;
mod deny;
mod deps;
mod doc;
mod features;
mod http;
mod ledger;
mod lint;
mod markdown;
mod members;
mod msrv;
mod openapi;
mod package;
mod process;
mod readme;
mod scratch;
mod servers;
mod test;
mod tidy;
mod tree;

use std::process::ExitCode;

use check::{Check, Outcome, say};
use test::Which;

const USAGE: &str = "\
usage: cargo xtask <command>

  test      every test of the workspace, the documentation's examples included, against the servers
            that AUTH_TEST_POSTGRES_URL and AUTH_TEST_MYSQL_URL name, or throw-away ones started for
            the run; with AUTH_REQUIRE_ENGINES=all it fails where one is missing;
            `test --quick` leaves out tests with a server or a browser, of compile errors, with the model, and under load
  lint      formatting, clippy with warnings denied, and the tidy rules
  tidy      only the rules on files: their shape, the floors of auth-core, words, the page of settings;
            `tidy --words [path]` lists phrases to rewrite where the rule is not enforced yet
  ledger    writes the page that says which requirement is shown by which test, and prints the rows without one
  deps      what each crate must never depend on, and how many crates each brings
  doc       the documentation with warnings denied, and that the README is compiled
  readme    the README's program, built and run in a fresh crate outside of the workspace
  features  each library with no feature, with each of its features alone, and with all
  package   the libraries packed as for publishing, and built from their packages
  openapi   the document of the reference application, with two validators and a generated client;
            it fails where Node.js or Python is missing, and with AUTH_REQUIRE_OPENAPI_TOOLS=1 `ci` does, too
  msrv      the oldest promised toolchain; it fails where that is missing
  deny      licences, bans and sources with cargo-deny; it fails where that is missing
  bench     the benchmarks, built for release; what follows is passed on to them: `--quick`, `--only NAME`,
            `--compare FILE`, `--json FILE`; `bench --readme` writes the charts and the README's table anew
  ci        all of the above except the benchmarks, with a summary, which also names what was not
            checked because a tool is missing";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();

    let Some(command) = find(&name, &rest) else {
        say(USAGE);
        let asked_for_help = matches!(name.as_str(), "" | "help" | "-h" | "--help");
        return if asked_for_help {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(2)
        };
    };
    let outcome = command();
    check::report(&outcome);
    if outcome.check.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Returns the command of a name and its arguments; `None` for unknown names and arguments.
fn find<'a>(name: &str, rest: &'a [String]) -> Option<Box<dyn Fn() -> Outcome + 'a>> {
    let check: fn() -> Check = match (name, rest) {
        ("bench", _) => return Some(Box::new(|| bench::run(rest).into())),
        ("tidy", [option, below @ ..]) if option == "--words" && below.len() < 2 => {
            return Some(Box::new(|| {
                tidy::words(below.first().map(String::as_str)).into()
            }));
        }
        ("test", []) => return Some(Box::new(|| test::run(Which::All))),
        ("test", [option]) if option == "--quick" => {
            return Some(Box::new(|| test::run(Which::Quick)));
        }
        ("ci", []) => return Some(Box::new(ci::run)),
        ("lint", []) => lint::run,
        ("tidy", []) => tidy::run,
        ("ledger", []) => ledger::run,
        ("deps", []) => deps::run,
        ("doc", []) => doc::run,
        ("readme", []) => readme::run,
        ("package", []) => package::run,
        ("features", []) => features::run,
        ("openapi", []) => openapi::run,
        ("msrv", []) => msrv::run,
        ("deny", []) => deny::run,
        _ => return None,
    };
    Some(Box::new(move || check().into()))
}

#[cfg(test)]
mod tests {
    use super::{USAGE, find};

    #[test]
    fn every_documented_command_exists() {
        let commands: Vec<&str> = USAGE
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .filter(|line| !line.starts_with(' '))
            .filter_map(|line| line.split_whitespace().next())
            .collect();

        assert_eq!(commands.len(), 14);
        for command in commands {
            assert!(find(command, &[]).is_some(), "no check for {command}");
        }
    }

    #[test]
    fn unknown_commands_and_arguments_are_rejected() {
        assert!(find("tset", &[]).is_none());
        assert!(find("test", &["--release".to_owned()]).is_none());
        assert!(find("tidy", &["--quick".to_owned()]).is_none());
    }

    #[test]
    fn documented_options_are_accepted() {
        let words = |words: &[&str]| {
            words
                .iter()
                .map(|&word| word.to_owned())
                .collect::<Vec<_>>()
        };
        for (name, options) in [
            ("test", words(&["--quick"])),
            ("tidy", words(&["--words"])),
            ("tidy", words(&["--words", "auth-core/"])),
        ] {
            assert!(find(name, &options).is_some(), "{name} {options:?}");
        }
    }
}
