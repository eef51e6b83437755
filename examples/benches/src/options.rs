//! The options of the command line.

use std::path::PathBuf;

const USAGE: &str = "\
usage: cargo xtask bench [options]

  --quick         fewer and shorter rounds, and no rows with a million users
  --only NAME     only rows whose name contains NAME, whatever the case
  --compare FILE  prints what moved against the JSON of an earlier run
  --json FILE     writes the JSON to FILE; a full run without --only writes docs/figures otherwise
  --readme        measures nothing, and writes the charts and the table of the README from docs/figures/bench.json";

/// What to measure, and what to do with the figures.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) only: Option<String>,
    pub(crate) compare: Option<PathBuf>,
    pub(crate) json: Option<PathBuf>,
    pub(crate) readme: bool,
}

impl Options {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// The usage if an argument is unknown or has no value.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().cloned().ok_or(USAGE);
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--readme" => options.readme = true,
                "--only" => options.only = Some(value()?.to_lowercase()),
                "--compare" => options.compare = Some(value()?.into()),
                "--json" => options.json = Some(value()?.into()),
                _ => return Err(USAGE.to_owned()),
            }
        }
        Ok(options)
    }

    /// Returns whether a row is measured.
    pub(crate) fn selects(&self, name: &str) -> bool {
        let only = self.only.as_deref();
        only.is_none_or(|only| name.to_lowercase().contains(only))
    }

    /// Returns whether the figures are those to publish.
    pub(crate) fn is_full(&self) -> bool {
        !self.quick && self.only.is_none() && self.json.is_none()
    }

    /// Returns the number of rounds.
    pub(crate) fn rounds(&self) -> usize {
        if self.quick { 2 } else { 5 }
    }

    /// Returns the length of one measurement, in seconds: `wrk` takes whole seconds.
    pub(crate) fn seconds(&self) -> u64 {
        if self.quick { 1 } else { 2 }
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> Result<Options, String> {
        let arguments: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&arguments)
    }

    #[test]
    fn options_are_read() {
        let expected = Options {
            quick: true,
            only: Some("sqlite".to_owned()),
            compare: Some("before.json".into()),
            ..Options::default()
        };
        let read = parse("--quick --only SQLite --compare before.json");
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn unknown_option_and_missing_value_are_answered_with_the_usage() {
        for line in ["--fast", "--only", "quick"] {
            assert!(parse(line).unwrap_err().starts_with("usage:"), "{line}");
        }
    }

    #[test]
    fn rows_are_selected_by_a_part_of_their_name() {
        let options = parse("--only sqlite").unwrap();
        assert!(options.selects("GET /protected, SQLite"));
        assert!(!options.selects("GET /protected, memory"));
        assert!(Options::default().selects("anything"));
    }
}
